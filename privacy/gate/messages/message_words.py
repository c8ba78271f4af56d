"""Why something about messages is not as it was asked, in both languages, with the way out. No I/O."""

from collections.abc import Mapping

from privacy.register import Language

DE, EN = Language.DE, Language.EN
WORDS: Mapping[str, Mapping[Language, str]] = {
    "unknown_way": {
        DE: "Diese Adresse oder Nummer ist nicht eingetragen; homebase notify ways nennt alle",
        EN: "no such address or number is entered; homebase notify ways lists them",
    },
    "unknown_service": {
        DE: "kein solcher Dienst für mail.send oder sms.send in homebase.toml; homebase recipient list",
        EN: "homebase.toml names no such service for mail.send or sms.send; see homebase recipient list",
    },
    "sender_form": {
        DE: "das passt nicht als Absender; eine E-Mail-Adresse wie name@example.org angeben, bei SMS eine"
        " Nummer oder einen Namen in einer Zeile",
        EN: "this is no sender; give an e-mail address such as name@example.org, for SMS a number or a name"
        " in one line",
    },
    "access_form": {
        DE: "Benutzer oder Geheimnis passen nicht: erlaubt sind sichtbare Zeichen in einer Zeile, außen kein"
        " Leerzeichen, im Benutzer kein Doppelpunkt, ohne Benutzer nur ASCII, bei Mail höchstens je 254; die"
        " Angaben des Anbieters prüfen",
        EN: "user or secret do not fit: allowed are visible characters in one line, no space outside, no"
        " colon in the user, without a user ASCII alone, for mail 254 each at most; check the provider's"
        " data",
    },
    "no_log_in": {
        DE: "ein Push-Dienst hat kein Log-in; einen Kontakt für ihn nimmt --contact https://example.org/",
        EN: "a push service has no log-in; a contact for it is given by --contact https://example.org/",
    },
    "contact_form": {
        DE: "das passt nicht als Kontakt für einen Push-Dienst; erlaubt ist die Adresse einer Seite wie"
        " https://example.org/, höchstens 200 Zeichen, keine E-Mail-Adresse; none nimmt ihn heraus",
        EN: "this is no contact for a push service; allowed is the address of a page such as"
        " https://example.org/, 200 characters at most, no e-mail address; none takes it out",
    },
    "unknown_push": {
        DE: "homebase.toml nennt keinen solchen Dienst für push.send allein; homebase recipient list",
        EN: "homebase.toml names no such service for push.send alone; see homebase recipient list",
    },
    "pin_form": {
        DE: "das ist keine PIN einer SIM-Karte; erlaubt sind vier bis acht Ziffern, oder nichts",
        EN: "this is no PIN of a SIM card; allowed are four to eight figures, or nothing",
    },
    "no_recipient": {
        DE: "in homebase.toml steht kein Dienst dafür; homebase recipient add (docs/notifications.md)",
        EN: "homebase.toml names no service for it; homebase recipient add (docs/notifications.md)",
    },
    "which_service": {
        DE: "das nennt nicht genau einen Dienst, der solche Nachrichten trägt; --recipient NAME, siehe"
        " homebase recipient list",
        EN: "this names not exactly one service that carries such messages; --recipient NAME, see"
        " homebase recipient list",
    },
    "subscription_form": {
        DE: "das ist keine Anmeldung eines Browsers für Nachrichten; in der App noch einmal einschalten",
        EN: "this is no subscription of a browser for messages; switch them on again in the app",
    },
    "foreign_push": {
        DE: "der Push-Dienst dieses Browsers steht nicht in homebase.toml; homebase recipient add",
        EN: "homebase.toml does not name the push service of this browser; homebase recipient add",
    },
    "too_many": {
        DE: "es sind schon 32 eingetragen; erst eines entfernen",
        EN: "32 are entered already; remove one first",
    },
    "unknown_event": {
        DE: "von diesem Ereignis gibt es keine Nachricht",
        EN: "there is no message of that event",
    },
}
