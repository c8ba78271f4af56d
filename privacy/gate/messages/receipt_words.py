"""What a receipt says of a message that did not arrive, or why there is none, in both languages. No I/O.

The first word of a message's ``what`` is one of these codes; what follows it is the service's own word.
"""

from collections.abc import Mapping

from privacy.register import Language

DE, EN = Language.DE, Language.EN
RECEIPT_WORDS: Mapping[str, Mapping[Language, str]] = {
    "receipt_unreachable": {
        DE: "nicht zugestellt: das Telefon ist aus oder ohne Netz",
        EN: "not delivered: the phone is off or without a network",
    },
    "receipt_unknown_number": {
        DE: "nicht zugestellt: diese Nummer gibt es nicht, oder sie nimmt keine SMS",
        EN: "not delivered: there is no such number, or it takes no SMS",
    },
    "receipt_blocked": {
        DE: "nicht zugestellt: das Netz oder der Empfänger sperrt solche Nachrichten",
        EN: "not delivered: the network or the receiver blocks such messages",
    },
    "receipt_expired": {
        DE: "nicht zugestellt: der Dienst hat es zu lange vergeblich versucht",
        EN: "not delivered: the service tried in vain for too long",
    },
    "receipt_credit": {
        DE: "nicht zugestellt: beim Dienst fehlt Guthaben",
        EN: "not delivered: there is no credit left at the service",
    },
    "receipt_refused": {
        DE: "nicht zugestellt: der Dienst oder das Netz hat sie abgelehnt",
        EN: "not delivered: the service or the network refused it",
    },
    "receipt_failed": {DE: "nicht zugestellt", EN: "not delivered"},
    "receipt_none": {
        DE: "ob sie ankam, hat bis zuletzt niemand gesagt",
        EN: "whether it arrived nobody said until the end",
    },
    "receipt_ended": {
        DE: "die Einwilligung endete, bevor sich sagen ließ, ob sie ankam",
        EN: "the consent ended before it could be told whether it arrived",
    },
}


def code_of(what: str) -> str:
    """The code that a message's ``what`` begins with, or all of it."""
    code = what.partition(" ")[0]
    return code if code in RECEIPT_WORDS else what


def in_words(what: str, language: Language) -> str | None:
    """With the service's own word behind it; None where it is nothing of a receipt."""
    code, _, own = what.partition(" ")
    if code not in RECEIPT_WORDS:
        return None
    return RECEIPT_WORDS[code][language] + (f" ({own})" if own else "")
