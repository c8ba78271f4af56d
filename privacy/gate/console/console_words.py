"""Why the console can't answer, in both languages, with the way out. No I/O."""

from collections.abc import Mapping

from privacy.conversation import Declined
from privacy.register import Language

DE, EN = Language.DE, Language.EN
WORDS: Mapping[str, Mapping[Language, str]] = {
    "no_entry": {
        DE: "eine Einwilligung {detail} gibt es nicht; siehe homebase consent list",
        EN: "there is no consent {detail}; see homebase consent list",
    },
    "no_preview": {
        DE: "diese Vorschau ist unbekannt oder abgelaufen; eine neue ansehen",
        EN: "the preview is unknown or expired; make a new one",
    },
    "unknown_activity": {
        DE: "{detail} steht nicht im Verzeichnis; siehe homebase notice",
        EN: "{detail} is not in the register; see homebase notice",
    },
    "hub_away": {
        DE: "die Hausseite antwortet nicht ({detail}); läuft sie? homebase doctor",
        EN: "the hub does not answer ({detail}); is it running? homebase doctor",
    },
    "unknown_field": {
        DE: "die Hausseite zählte {detail} nicht; sie aktualisieren und neu starten",
        EN: "the hub did not count {detail}; update and restart it",
    },
}


def declined(code: str, language: Language, detail: object) -> Declined:
    """The refusal with its sentence. detail: stands in it, where it has a place."""
    return Declined(code, WORDS[code][language].format(detail=detail))
