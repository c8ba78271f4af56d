"""What the gate remembers of backups: each copy, the sheets, the key that signs manifests. Parts of jobs."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

import msgspec

from privacy.gate.storage import records
from privacy.gate.storage.book import to_ms
from privacy.gate.storage.store import Transaction
from privacy.ports import RandomBytes

SEED_SIZE = 32
_SEED, _SHEETS, _MARKER, _SENDING = "backup_seed", "backup_sheets", "backup_marker", "backup_sending"
_HISTORY, _UNFINISHED = "backup_history", "backup_unfinished"
_COLUMNS = "target, name, made_ms, size, sha256, state, why, verified_ms"


class State(Enum):
    """What is known of a copy. Only VERIFIED may be called encrypted and restorable."""

    STORED = "stored"  # it is there; nobody read it back yet
    VERIFIED = "verified"
    FAILED = "failed"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A copy. size: 0 where nothing of one that failed is left there; verified_ms: last read back.

    why: what is wrong with it, for people.
    """

    target: str
    name: str
    made_ms: int
    size: int
    sha256: str
    state: State = State.STORED
    why: str = ""
    verified_ms: int | None = None

    @property
    def was_good(self) -> bool:
        """It was proven, and nobody found it bad since, though it may be away or have come back."""
        return self.verified_ms is not None and self.state is not State.FAILED


class Sending(msgspec.Struct, frozen=True):
    """A copy on its way to a far place, kept on this disk until it is proven there.

    sheet: the key it was made for; landed: bytes that are safe there by the place's own word; upload, tags:
    in which parts (target.Taken); arrived: all of it is, and was not read back; next_ms: when it goes on;
    trouble: the code of what it waits for, "" before the first attempt ended.
    """

    name: str
    sheet: str
    next_ms: int
    landed: int = 0
    upload: str = ""
    tags: dict[int, str] = {}
    arrived: bool = False
    trouble: str = ""


class Unfinished(msgspec.Struct, frozen=True):
    """A copy that the gate took its part of, and the hub perhaps not yet."""

    target: str
    name: str


class Sheet(msgspec.Struct, frozen=True):
    """A recovery sheet. key: age1…, public; vouched: what it says of our signer; drilled_ms: last drill."""

    key: str
    vouched: str
    since_ms: int
    drilled_ms: int


def keep(tx: Transaction, copy: Known) -> None:
    """Write it, new or changed."""
    values = (
        *(copy.target, copy.name, copy.made_ms, copy.size, copy.sha256),
        *(copy.state.value, copy.why[:200], copy.verified_ms),
    )
    tx.execute(f"INSERT OR REPLACE INTO backups ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)  # noqa: S608 -- constants


def forget(tx: Transaction, target: str, name: str) -> None:
    """It was removed on purpose."""
    tx.execute("DELETE FROM backups WHERE target = ? AND name = ?", (target, name))


def every(tx: Transaction, target: str | None = None) -> list[Known]:
    """All, newest first."""
    rows = tx.execute(f"SELECT {_COLUMNS} FROM backups ORDER BY made_ms DESC, target")  # noqa: S608 -- constants
    found = [
        Known(
            target=str(row[0]),
            name=str(row[1]),
            made_ms=int(str(row[2])),
            size=int(str(row[3])),
            sha256=str(row[4]),
            state=State(row[5]),
            why=str(row[6]),
            verified_ms=None if row[7] is None else int(str(row[7])),
        )
        for row in rows
    ]
    return [copy for copy in found if target in {None, copy.target}]


def sending(tx: Transaction) -> dict[str, Sending]:
    """What is on its way, by its place."""
    told = records.meta(tx, _SENDING)
    return {} if told is None else msgspec.json.decode(told, type=dict[str, Sending])


def keep_sending(tx: Transaction, target: str, one: Sending | None) -> None:
    """How far it is; None: nothing is on its way there any more."""
    others = {name: row for name, row in sending(tx).items() if name != target}
    rows = others if one is None else {**others, target: one}
    records.set_meta(tx, _SENDING, msgspec.json.encode(rows))


def sheets(tx: Transaction) -> list[Sheet]:
    """The sheets that backups are made for."""
    told = records.meta(tx, _SHEETS)
    return [] if told is None else msgspec.json.decode(told, type=list[Sheet])


def keep_sheet(tx: Transaction, key: str, vouched: str, at: datetime) -> None:
    """Make backups for this sheet from now on, and for no earlier one: what is on its way stays behind."""
    records.set_meta(tx, _SENDING, b"{}")
    sheet = Sheet(key=key, vouched=vouched, since_ms=to_ms(at), drilled_ms=to_ms(at))
    records.set_meta(tx, _SHEETS, msgspec.json.encode([sheet]))


def drilled(tx: Transaction, key: str, at: datetime) -> None:
    """Somebody opened a backup with that sheet."""
    kept = [
        msgspec.structs.replace(sheet, drilled_ms=to_ms(at)) if sheet.key == key else sheet
        for sheet in sheets(tx)
    ]
    records.set_meta(tx, _SHEETS, msgspec.json.encode(kept))


def seed(tx: Transaction, random_bytes: RandomBytes) -> bytes:
    """The key that signs manifests, made when it is needed first."""
    found = records.meta(tx, _SEED)
    if found is None:
        found = random_bytes(SEED_SIZE)
        records.set_meta(tx, _SEED, found)
    return found


def take_seed(tx: Transaction, found: bytes) -> None:
    """Sign with the key of the home that was restored: its sheet stays right."""
    records.set_meta(tx, _SEED, found)


def marker(tx: Transaction, folder: str) -> str:
    """What lies in the folder that backups went to before; "" for a folder that got none yet."""
    told = (records.meta(tx, _MARKER) or b"").decode().partition("\n")
    return told[2] if told[0] == folder else ""


def keep_marker(tx: Transaction, folder: str, word: str) -> None:
    """Remember it."""
    records.set_meta(tx, _MARKER, f"{folder}\n{word}".encode())


def has_history(tx: Transaction) -> bool:
    """Whether the owner wants the history in backups, too."""
    return records.meta(tx, _HISTORY) == b"1"


def keep_history(tx: Transaction, *, wanted: bool) -> None:
    """The owner's choice, from the next backup on."""
    records.set_meta(tx, _HISTORY, b"1" if wanted else b"0")


def unfinished(tx: Transaction) -> Unfinished | None:
    """A restore that was cut off between the gate's part and the hub's."""
    told = records.meta(tx, _UNFINISHED)
    return msgspec.json.decode(told, type=Unfinished) if told else None


def keep_unfinished(tx: Transaction, one: Unfinished | None) -> None:
    """Remember it; None: the hub has its part."""
    records.set_meta(tx, _UNFINISHED, b"" if one is None else msgspec.json.encode(one))
