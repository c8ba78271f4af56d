"""Why a letter of the owner's can't be made as it was asked, in both languages, with the way out. No I/O."""

from collections.abc import Mapping

from privacy.gate.account.account_words import Words, words

WORDS: Mapping[str, Words] = {
    "unknown_letter": words(
        404,
        "activity",
        ("Einen solchen Brief gibt es nicht.", "Erlaubt sind: {letters}."),
        ("There is no such letter.", "allowed are: {letters}"),
    ),
    "nobody_entered": words(
        409,
        "",
        (
            "In homebase.toml steht niemand, der das bekommen könnte.",
            "Eintragen: homebase recipient add NAME --role processor --host HOST --country DE --path PFAD"
            " --activity {activity}",
        ),
        (
            "homebase.toml names nobody who could get this.",
            "enter somebody: homebase recipient add NAME --role processor --host HOST --country DE"
            " --path PATH --activity {activity}",
        ),
    ),
    "which_recipient": words(
        409,
        "recipient",
        (
            "In homebase.toml stehen dafür mehrere, oder niemand dieses Namens.",
            "Einen nennen: --recipient NAME",
        ),
        ("homebase.toml names several for it, or nobody of that name.", "name one: --recipient NAME"),
    ),
    "no_email": words(
        409,
        "email",
        (
            "Es ist keine bestätigte E-Mail-Adresse da.",
            "Sie unter Konto und Zentrale eintragen und bestätigen.",
        ),
        (
            "There is no confirmed e-mail address.",
            "enter and confirm it: homebase account set --email ADDRESS; homebase account confirm",
        ),
    ),
    "no_name": words(
        409,
        "name",
        (
            "Der eingetragene Name ist zu lang oder enthält unsichtbare Zeichen.",
            "Ihn unter Konto und Zentrale kürzen, höchstens 200 Zeichen.",
        ),
        (
            "The name that is entered is too long, or has invisible characters.",
            "shorten it to 200 characters: homebase account set --name NAME",
        ),
    ),
    "bad_email": words(
        400,
        "email",
        ("Das ist keine E-Mail-Adresse.", "Eine Adresse wie name@example.org eingeben, ohne Umlaute."),
        ("This is no e-mail address.", "enter one such as name@example.org, in ASCII"),
    ),
    "no_description": words(
        400,
        "description",
        ("Die Beschreibung fehlt.", "In eigenen Worten sagen, was nicht geht, höchstens 1000 Zeichen."),
        ("The description is missing.", "say in your own words what does not work, 1000 characters at most"),
    ),
    "bad_description": words(
        400,
        "description",
        (
            "Die Beschreibung ist zu lang, oder enthält unsichtbare Zeichen.",
            "Höchstens 1000 Zeichen, Text und Zeilenenden.",
        ),
        (
            "The description is too long, or has invisible characters.",
            "1000 characters at most, text and line ends",
        ),
    ),
    "bad_serial": words(
        400,
        "serial",
        ("Das ist keine Seriennummer.", "Höchstens 40 Buchstaben, Ziffern und . _ : -; oder sie weglassen."),
        ("This is no serial number.", "40 letters, figures and . _ : - at most; or leave it out"),
    ),
    "no_serial": words(
        409,
        "serial",
        ("Die eingetragene Seriennummer hat eine andere Form.", "Sie unter Konto und Zentrale berichtigen."),
        (
            "The serial number that is entered has another form.",
            "correct it: homebase account set --serial NUMBER",
        ),
    ),
}
