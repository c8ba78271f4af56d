"""Why something about the account is not as it was asked, in both languages, with the way out. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass

from privacy.register import Language

DE, EN = Language.DE, Language.EN


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One refusal. status: of HTTP; field: of the request, "" where none is wrong."""

    status: int
    field: str
    detail: Mapping[Language, str]
    way_out: Mapping[Language, str]


def words(status: int, field: str, de: tuple[str, str], en: tuple[str, str]) -> Words:
    """One refusal: detail and way out in German, then in English."""
    return Words(status=status, field=field, detail={DE: de[0], EN: en[0]}, way_out={DE: de[1], EN: en[1]})


def line(what: str, way_out: str, language: Language) -> str:
    """Both in one line; in German a way out is a sentence of its own, as its first word may be a noun."""
    return f"{what} {way_out}" if language is DE else f"{what.rstrip('.')}; {way_out}"


WORDS: Mapping[str, Words] = {
    "email_form": words(
        400,
        "address",
        ("Das ist keine E-Mail-Adresse.", "Eine Adresse wie name@example.org eingeben, ohne Umlaute."),
        ("This is no e-mail address.", "enter one such as name@example.org, in ASCII"),
    ),
    "sender_form": words(
        400,
        "sender",
        ("Der Absender ist keine E-Mail-Adresse.", "Eine Adresse wie name@example.org eingeben."),
        ("The sender is no e-mail address.", "enter one such as name@example.org"),
    ),
    "access_form": words(
        400,
        "password",
        ("Benutzer und Passwort haben je höchstens 254 Zeichen.", "Die Angaben des Anbieters prüfen."),
        ("User and password have 254 characters at most.", "check the provider's data"),
    ),
    "number_form": words(
        400,
        "number",
        ("Das ist keine Telefonnummer.", "Mit Landesvorwahl eingeben: +4915112345678."),
        ("This is no phone number.", "enter it with its country code: +4915112345678"),
    ),
    "label_form": words(
        400,
        "label",
        ("Der Name hat höchstens 64 sichtbare Zeichen.", "Ihn kürzen."),
        ("A label has 64 visible characters at most.", "shorten it"),
    ),
    "device_form": words(
        400,
        "device",
        ("Die Geräte-ID hat höchstens 64 Zeichen: Buchstaben, Ziffern und . _ : -", "Sie berichtigen."),
        ("A device id has 64 characters at most: letters, figures and . _ : -", "correct it"),
    ),
    "too_many": words(
        409,
        "number",
        ("Es sind schon 32 eingetragen.", "Erst eine entfernen."),
        ("There are 32 already.", "remove one first"),
    ),
    "no_email": words(
        409,
        "",
        ("Es ist keine E-Mail-Adresse eingetragen.", "Erst eine eintragen."),
        ("No e-mail address is entered.", "enter one: homebase account set --email ADDRESS"),
    ),
    "confirmed_already": words(
        409,
        "",
        ("Die E-Mail-Adresse ist schon bestätigt.", "Es ist nichts zu tun."),
        ("The e-mail address is confirmed already.", "there is nothing to do"),
    ),
    "no_recipient": words(
        409,
        "",
        (
            "In homebase.toml steht kein Mailserver.",
            "Mit homebase recipient add einen für account.register eintragen, siehe docs/account.md.",
        ),
        (
            "homebase.toml names no mail server.",
            "enter one for account.register by homebase recipient add, see docs/account.md",
        ),
    ),
    "no_access": words(
        409,
        "",
        (
            "Die Zugangsdaten des Mailservers fehlen.",
            "Auf der Zentrale: homebase account mail-server --sender ADRESSE --user NAME",
        ),
        (
            "The access data of the mail server is missing.",
            "enter it: homebase account mail-server --sender ADDRESS --user NAME",
        ),
    ),
    "no_timezone_service": words(
        409,
        "",
        (
            "In homebase.toml steht niemand, der die Zeitzone sagen könnte.",
            "Die Zeitzone selbst eintragen: homebase account set --timezone NAME; oder mit"
            " homebase recipient add jemanden für setup.timezone, siehe docs/account.md.",
        ),
        (
            "homebase.toml names nobody who could tell the timezone.",
            "enter it yourself: homebase account set --timezone NAME; or enter somebody for"
            " setup.timezone by homebase recipient add, see docs/account.md",
        ),
    ),
    "looked_up_already": words(
        409,
        "",
        (
            "Die Zeitzone wurde für diese Einrichtung schon einmal erfragt.",
            "Sie selbst eintragen: homebase account set --timezone NAME",
        ),
        (
            "The timezone was looked up for this set-up already, once.",
            "enter it yourself: homebase account set --timezone NAME",
        ),
    ),
    "code_over": words(
        409,
        "code",
        (
            "Dieser Code ist falsch, verbraucht oder älter als 24 Stunden.",
            "Den neuesten nehmen, oder eine neue Nachricht senden lassen.",
        ),
        (
            "This code is wrong, used, or older than 24 hours.",
            "take the newest one, or have another mail sent: homebase account confirm",
        ),
    ),
}
