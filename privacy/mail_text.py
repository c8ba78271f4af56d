"""The mail that asks its reader to confirm an e-mail address, and the code in it. Pure.

The gate makes all of it from fixed words: nothing of the hub's stands in a mail.
"""

import base64
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from privacy.activity import Language

CODE_SIZE = 20  # letters of Base32: 100 bits
_GROUP = 5
_PURPOSE = b"homebase/confirm-email/1\0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One language's mail. {link}, {code}, {hours}."""

    subject: str
    text: str


_WORDS: Mapping[Language, Words] = {
    Language.EN: Words(
        subject="Please confirm your e-mail address",
        text="""\
This e-mail address was entered for the account of a Homebase.

If that was you, confirm it within {hours} hours. On the computer that runs the app, open:

{link}

Or enter this code in the app (More > Account), or after "homebase account confirm":

{code}

The link and the code work once. If it was not you, do nothing: the address stays unconfirmed.

Homebase made this mail by itself; nobody reads an answer.
""",
    ),
    Language.DE: Words(
        subject="Bitte bestätige deine E-Mail-Adresse",
        text="""\
Diese E-Mail-Adresse wurde für das Konto einer Homebase eingetragen.

Wenn du das warst, bestätige sie innerhalb von {hours} Stunden. Öffne auf dem Computer, auf dem
die App läuft:

{link}

Oder gib diesen Code in der App ein (Mehr > Konto), oder hinter „homebase account confirm“:

{code}

Link und Code gelten einmal. Wenn du es nicht warst, tu nichts: Die Adresse bleibt unbestätigt.

Homebase hat diese Nachricht selbst erstellt; eine Antwort liest niemand.
""",
    ),
}


def words(language: Language, *, link: str, code: str, hours: int) -> Words:
    """Subject and text. link: base of the app, the code is put behind it."""
    chosen = _WORDS[language]
    text = chosen.text.format(link=f"{link}#confirm={code}", code=code, hours=hours)
    return Words(subject=chosen.subject, text=text)


def code_for(seed: bytes, transfer: str, address: str) -> str:
    """The code of one transfer's mail, in groups of five: the same at each attempt, and kept nowhere.

    seed: the gate's own; transfer: a random id that the owner's consent made.
    """
    said = _PURPOSE + f"{transfer}\0{address}".encode()
    letters = base64.b32encode(hmac.digest(seed, said, "sha256")).decode()[:CODE_SIZE]
    return "-".join(letters[start : start + _GROUP] for start in range(0, CODE_SIZE, _GROUP))


def hash_of(code: str) -> bytes:
    """SHA-256 of a code, however it was typed."""
    letters = "".join(letter for letter in code.upper() if letter.isalnum())
    return sha256(letters.encode()).digest()


def content(written: Words, *, sender: str, to: str, at: datetime, mark: str, language: Language) -> bytes:
    """Headers and text with CRLF lines. mark: makes the Message-ID, the same at each attempt."""
    from email.message import EmailMessage  # noqa: PLC0415 - few homes send a mail: 3 MB of memory
    from email.policy import SMTP  # noqa: PLC0415
    from email.utils import format_datetime  # noqa: PLC0415

    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = to
    mail["Subject"] = written.subject
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{mark}@{sender.partition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no absence note answers it
    mail.set_content(written.text, cte="quoted-printable")
    mail["Content-Language"] = language.value
    return mail.as_bytes()
