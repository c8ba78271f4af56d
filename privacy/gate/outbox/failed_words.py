"""What was wrong with a transfer, in both languages: the gate's codes, and the lines of its network. No I/O.

The ledger and the store keep code or line as they are; ``told`` makes words of them where people read them.
"""

import re
from collections.abc import Mapping
from typing import Final

from privacy.received import REFUSALS
from privacy.register import Language

DE, EN = Language.DE, Language.EN
WORDS: Final[Mapping[str, Mapping[Language, str]]] = {
    "no_access_data": {
        DE: "wie man sich bei diesem Dienst anmeldet, ist nicht bekannt; homebase notify service NAME",
        EN: "nobody said how to log in to this service; homebase notify service NAME",
    },
    "no_mail_access": {
        DE: "wie man sich bei diesem Mailserver anmeldet, ist nicht bekannt; homebase account mail-server",
        EN: "nobody said how to log in to this mail server; homebase account mail-server",
    },
    "browser_gone": {
        DE: "dieser Browser ist nicht mehr eingetragen; in der App dort noch einmal einschalten",
        EN: "this browser is not entered any more; switch it on again in the app there",
    },
    "browser_takes_no_more": {
        DE: "dieser Browser nimmt nichts mehr an; in der App dort noch einmal einschalten",
        EN: "this browser takes no more; switch it on again in the app there",
    },
    "push_contact_wanted": {
        DE: "der Push-Dienst hat abgelehnt (403); vielleicht will er einen Kontakt:"
        " homebase notify service NAME --contact URL",
        EN: "the push service refused (403); it may want a contact:"
        " homebase notify service NAME --contact URL",
    },
    "no_message_id": {
        DE: "der Dienst antwortete ohne seine Nummer der Nachricht: Er hat abgelehnt, oder id in"
        " [recipient.sms] passt nicht; docs/notifications.md",
        EN: "the service answered without its id of the message: it refused, or id in [recipient.sms] is"
        " wrong; docs/notifications.md",
    },
    "no_status": {
        DE: "homebase.toml nennt für diesen Dienst kein status mehr; docs/notifications.md",
        EN: "homebase.toml names no status of this service any more; docs/notifications.md",
    },
    "address_not_waiting": {
        DE: "die Adresse wurde herausgenommen oder ist schon bestätigt; homebase account show",
        EN: "the address was taken out, or is confirmed already; homebase account show",
    },
    "code_not_kept": {
        DE: "der Code konnte nicht aufgeschrieben werden, darum wurde nichts gesendet; homebase doctor",
        EN: "the code could not be written down, so nothing was sent; homebase doctor",
    },
}
_HOST: Final = re.compile(r"([A-Za-z0-9.-]+): (.+)")
# a line's rest behind the host → German; {0}: what the first group found
LINES: Final[tuple[tuple[str, str], ...]] = (
    (r"answered ([0-9. ]+) to (.+)", "hat mit {0} geantwortet, bei: {1}"),
    (r"answered (\d+): a redirect, not followed", "hat mit {0} weiterverwiesen; dem wird nicht gefolgt"),
    (r"answered (\d+): (\d+) data points refused", "hat mit {0} geantwortet und {1} Werte nicht angenommen"),
    (r"answered (\d+): (.+)", "hat mit {0} geantwortet: {1}"),
    (r"answered (\d+) without a receipt", "hat mit {0} geantwortet, ohne Quittung"),
    (r"answered (\d+)", "hat mit {0} geantwortet"),
    (r"certificate: (.+)", "das Zertifikat passt nicht ({0})"),
    (r"no TLS: (.+)", "keine verschlüsselte Verbindung ({0})"),
    (r"no progress in time", "es ging zu lange nicht voran"),
    (r"closed without an answer", "ohne Antwort geschlossen"),
    (r"closed (?:before the end of|within) an answer", "mitten in einer Antwort geschlossen"),
    (r"closed", "geschlossen"),
    (r"an answer of more than (\d+) bytes", "eine Antwort von mehr als {0} Bytes"),
    (r"a line of more than (\d+) bytes", "eine Zeile von mehr als {0} Bytes"),
    (r"an endless answer to (.+)", "eine Antwort ohne Ende, bei: {0}"),
    (r"no answer of a mail server to (.+)", "keine Antwort eines Mailservers, bei: {0}"),
    (
        r"the server offers no STARTTLS; nothing is sent in the clear",
        "der Server bietet kein STARTTLS an; unverschlüsselt wird nichts gesendet",
    ),
    (r"bytes in the clear after STARTTLS", "unverschlüsselte Bytes nach STARTTLS"),
    (
        r"the server offers no log-in by PLAIN or LOGIN",
        "der Server bietet keine Anmeldung mit PLAIN oder LOGIN an",
    ),
    (r"no name server, see /etc/resolv\.conf", "kein Nameserver, siehe /etc/resolv.conf"),
    (r"(\S+): no such name \(code (\d+)\)", "{0} kennt diesen Namen nicht (Code {1})"),
    (r"(\S+): no answer", "{0} antwortet nicht"),
    (r"(\d+) addresses, none outside the house", "{0} Adressen, keine außerhalb des Hauses"),
    (r"no address outside the house", "keine Adresse außerhalb des Hauses"),
    (r"the file can't be read: (.+)", "die Datei ist nicht zu lesen ({0})"),
    (r"runs already", "läuft schon"),
    (
        r"the gate could not make this transfer; look at its access data, and report it",
        "das Tor konnte diese Übertragung nicht machen; die Zugangsdaten ansehen, und es melden",
    ),
    (r"\[Errno -?\d+\] (.+)", "keine Verbindung ({0})"),
)
_STEPS: Final = {"the greeting": "Begrüßung", "the mail": "Mail", "log-in": "Anmeldung"}
_ARRIVED: Final = {"it arrived": "sie kam an", "not known yet": "noch nicht bekannt"}
_GERMAN: Final = {**_STEPS, **_ARRIVED, **dict(REFUSALS.values())}


def told(what: str, language: Language) -> str:
    """``what`` in words of that language; as it is where it is none of ours."""
    if what in WORDS:
        return WORDS[what][language]
    if language is not DE:
        return what
    if (german := _german(what)) is not None:
        return german
    found = _HOST.fullmatch(what)
    german = None if found is None else _german(found[2])
    return what if found is None or german is None else f"{found[1]}: {german}"


def _german(line: str) -> str | None:
    for pattern, german in LINES:
        if (found := re.fullmatch(pattern, line)) is not None:
            return german.format(*(_GERMAN.get(text, text) for text in found.groups()))
    return None
