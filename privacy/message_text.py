"""What a message to the household says: short words for each event, in both languages. Pure.

The gate makes every message of these words. Of the hub's stand in it: which event, when, and what people call
the device.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from privacy.activity import Language
from privacy.mail_text import Words

DE, EN = Language.DE, Language.EN
TEST = "test"
LONGEST_NAME = 64
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# of each event, as hub/home/notifications/kinds.py names it
EVENTS: Mapping[str, Mapping[Language, str]] = {
    "smoke": {DE: "GEFAHR: Rauch", EN: "DANGER: smoke"},
    "water": {DE: "GEFAHR: Wasser", EN: "DANGER: water"},
    "overheated": {DE: "GEFAHR: überhitzt", EN: "DANGER: overheated"},
    "sabotage": {DE: "ALARM: geöffnet oder bewegt", EN: "ALARM: opened or moved"},
    "unreachable": {DE: "Antwortet nicht", EN: "Does not answer"},
    "battery_low": {DE: "Batterie schwach", EN: "Battery low"},
    "radio_lost": {DE: "Der Funk ist weg", EN: "The radio is gone"},
    "airtime_used_up": {DE: "Sendezeit aufgebraucht", EN: "Send time used up"},
    "clock_unsure": {DE: "Niemand bürgt für die Uhr", EN: "Nobody vouches for the clock"},
    TEST: {DE: "Test: So sieht eine Nachricht aus", EN: "Test: this is what a message looks like"},
    "drill_due": {
        DE: "Monatliche Probe: Kommen Nachrichten überall an? homebase notify test",
        EN: "Monthly drill: do messages arrive everywhere? homebase notify test",
    },
}
_BASE = {DE: "Homebase", EN: "Homebase"}
_FOOT = {
    DE: """\
{text}

Bestätigen: in der App unter Mehr > Benachrichtigungen, oder mit „homebase notify ack“. Dann wird es niemandem
noch einmal gesagt.

Du bekommst diese Nachricht, weil du zugestimmt hast; so endet das: „homebase consent withdraw mail.send“
oder in der App unter Mehr > Datenschutz. Homebase hat sie selbst erstellt; eine Antwort liest niemand.
""",
    EN: """\
{text}

To acknowledge it: in the app under More > Notifications, or by "homebase notify ack". Then nobody is told
again.

You get this because you agreed to it; it ends by "homebase consent withdraw mail.send" or in the app under
More > Privacy. Homebase made this mail by itself; nobody reads an answer.
""",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What a message tells. name: of the device, as people call it, or empty; at: when it was so."""

    kind: str
    name: str
    at: datetime


def line(event: Event, language: Language, zone: tzinfo) -> str:
    """One line: ``DANGER: smoke - Kitchen, 28 Nov 21:04``.

    Raises:
        KeyError: no such event.
    """
    local = event.at.astimezone(zone)
    when = (
        local.strftime("%d.%m. %H:%M")
        if language is DE
        else f"{local:%d} {_MONTHS[local.month - 1]} {local:%H:%M}"
    )
    return f"{EVENTS[event.kind][language]} - {event.name or _BASE[language]}, {when}"


def mail(text: str, language: Language) -> Words:
    """Subject and text of a mail that tells that line."""
    return Words(subject=text, text=_FOOT[language].format(text=text))
