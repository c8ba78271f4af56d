"""What a backup holds: a closed list of members, each JSON lines with a limit. Pure.

Hub and gate go by the same list; a reader takes nothing else. Source: docs/backup.md, "Members".
History is there only where the owner wants it: two members of any size, which go in files of a page each.
"""

from dataclasses import dataclass

FORM = "homebase.backup/1"
PART = 40_000  # bytes of a member in one question to the hub; base64 of it fits (privacy/conversation.py)
PAGE = 600_000  # bytes of a member in one answer of the hub
LINE_LIMIT = 1 << 20  # bytes of one line
_MIB = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One file of the archive. limit: bytes; tells: what is in it, for people, in German and English."""

    name: str
    limit: int
    tells: tuple[str, str]

    @property
    def file(self) -> str:
        """Its name in the archive."""
        return f"{self.name}.jsonl"

    @property
    def part(self) -> str:
        """Its name without whose it is: a table of the hub's."""
        return self.name.partition("/")[2]


def _hub(name: str, mib: int, german: str, english: str) -> Member:
    return Member(name=f"hub/{name}", limit=mib * _MIB, tells=(german, english))


def _gate(name: str, mib: int, german: str, english: str) -> Member:
    return Member(name=f"gate/{name}", limit=mib * _MIB, tells=(german, english))


# of the hub: its tables, those first that others point to
HUB = (
    _hub("rooms", 1, "Räume", "rooms"),
    _hub("devices", 16, "Geräte mit Namen und Räumen", "devices with names and rooms"),
    _hub(
        "driver_records",
        16,
        "Funkschlüssel, Zähler und Parameter der Geräte",
        "radio keys, counters and parameters of devices",
    ),
    _hub("people", 1, "Personen und ihre Rollen", "people and their roles"),
    _hub("settings", 1, "Einstellungen", "settings"),
    _hub("account", 1, "das Konto", "the account"),
    _hub("installation", 1, "die Home Base", "the Home Base"),
    _hub("remote_keys", 1, "der Schlüssel der Zentrale für Handys", "the home's key for phones"),
    _hub("relays", 1, "Relays", "relays"),
    _hub("phones", 1, "gekoppelte Handys", "paired phones"),
    _hub("phone_rooms", 1, "Räume der Handys", "rooms of phones"),
    _hub("relay_slots", 1, "Plätze an Relays", "places at relays"),
)
GATE = (
    _gate("consents", 4, "Einwilligungen", "consents"),
    _gate("keys", 1, "Schlüssel von Handys, die zustimmen dürfen", "keys of phones that may agree"),
    _gate("ledger", 1, "der Kopf des Protokolls", "the head of the ledger"),
    _gate("signer", 1, "der Schlüssel der Sicherungen", "the key that signs backups"),
)
STREAMS = (  # of the hub, by the owner's choice: of any size, in files of at most PAGE bytes
    _hub("history_days", 0, "Verlauf, Mittelwerte", "history, means"),
    _hub("history", 0, "Verlauf, Werte", "history, values"),
)
HISTORY = (  # what belongs to them, given after them
    _hub("series", 16, "Verlauf, Namen der Werte", "history, names of values"),
    _hub("state", 16, "Verlauf, letzte Werte", "history, last values"),
)
MEMBERS = {member.name: member for member in (*HUB, *GATE)}
WITH_HISTORY = MEMBERS | {member.name: member for member in (*STREAMS, *HISTORY)}
STREAM_LIMITS = {member.name: PAGE for member in STREAMS}  # of one of its files
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
LIMITS = {  # of all files of the archive
    **{member.file: member.limit for member in (*HUB, *GATE, *HISTORY)},
    MANIFEST: 65_536,
    SIGNATURE: 64,
}


def file_of(stream: Member, number: int) -> str:
    """The name in the archive of one file of a member that goes in several."""
    return f"{stream.name}/{number:06}.jsonl"


def member_of(file: str) -> str:
    """The member that a file of the archive holds, or a part of."""
    folder = file.rpartition("/")[0]
    return folder if folder in STREAM_LIMITS else file.removesuffix(".jsonl")
