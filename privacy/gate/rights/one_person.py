"""What the gate keeps of one person: their numbers and devices, and all that went there. Parts of jobs.

A number or a device is theirs by its label, or because they are told by it and nobody else is (the hub's
word). Proof of consents stays, and so does what nobody is named for; both are told with their reason.
"""

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass

import msgspec

from privacy.consent import Grant
from privacy.gate.account import addressees
from privacy.gate.account.addressees import Contact
from privacy.gate.messages.services import FIELD, MAIL, PUSH, SMS, way_id
from privacy.gate.storage.mail_addresses import mail_address
from privacy.gate.storage.schema import HOLDINGS
from privacy.gate.storage.store import Transaction
from privacy.rights import Effect

SHARED = "somebody else is told by it too; remove it at Account and Home Base"
NOBODYS = "nobody is named for it; if it is theirs, remove it at Account and Home Base"
STRAY = "went to what is not entered any more and nobody is named for; goes with the category message"
MAILED = "the account's address; change it at Account and Home Base"
COPIED = "copies from before hold it, encrypted, until newer ones take their place"
Place = tuple[str, str]  # an activity, and whom it reaches: address, number, or device
_CONTACTS = {SMS: "sms_numbers", PUSH: "push_devices"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """The hub's word. known: whether somebody of that name is there.

    ways: ids of those that they are told by; others: of those that anybody else is.
    """

    name: str
    known: bool
    ways: frozenset[str]
    others: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Theirs:
    """places: all that are this person's; shared, nobodys: contacts of others too, and of nobody."""

    places: frozenset[Place]
    shared: frozenset[Place]
    nobodys: frozenset[Place]


def theirs(tx: Transaction, whose: Whose, seed: bytes, live: Iterable[Grant]) -> Theirs:
    """Which places are that person's. seed: of the gate's key; live: consents."""
    contacts = {
        (SMS if one.device == "" else PUSH, one.device or one.number): one
        for one in (*addressees.sms_numbers(tx), *addressees.push_devices(tx))
    }
    mail = _mail(tx)
    known = {*contacts, *mail, *_told(tx), *((one.activity, one.addressee) for one in live)}
    ways = {place: way_id(seed, *place) for place in known if place[0] in FIELD}
    found = {place for place, way in ways.items() if way in whose.ways - whose.others}
    found |= {place for place, one in contacts.items() if _same(one.label, whose.name)}
    found |= _unlabelled(contacts, found, {place for place, way in ways.items() if way in whose.others})
    rest = contacts.keys() - found
    shared = frozenset(place for place in rest if ways[place] in whose.ways)
    nobodys = frozenset(place for place in rest if ways[place] not in whose.ways | whose.others)
    return Theirs(places=frozenset(found), shared=shared, nobodys=nobodys)


def erased(tx: Transaction, found: Theirs) -> tuple[Effect, ...]:
    """Erase what is theirs, per table; consents for it have ended before."""
    gone = dict.fromkeys(
        ("sms_numbers", "push_devices", "push_subscriptions", "messages", "outbox", "sent", "previews"), 0
    )
    sent = {transfer for transfer, place in _transfers(tx) if place in found.places}
    for table, key in (("outbox", "transfer"), ("sent", "transfer"), ("previews", "id")):
        rows = sent | {name for name, place in _bodies(tx, table, key) if place in found.places}
        gone[table] = _drop(tx, table, key, rows)
    gone["messages"] = _drop(tx, "messages", "transfer", sent)
    devices = {to for activity, to in found.places if activity == PUSH}
    gone["push_subscriptions"] = _drop(tx, "push_subscriptions", "device", devices)
    gone["push_devices"] = _drop(tx, "push_devices", "device", devices)
    numbers = {to for activity, to in found.places if activity == SMS}
    gone["sms_numbers"] = _drop(tx, "sms_numbers", "number", numbers)
    return tuple([Effect(holding=f"gate.{table}", erased=count) for table, count in gone.items() if count])


def staying(tx: Transaction, found: Theirs) -> tuple[Effect, ...]:
    """What is left afterwards that is theirs, or could be, each with its reason."""
    mail = _mail(tx)
    entered = {(SMS, one.number) for one in addressees.sms_numbers(tx)} | mail
    entered |= {(PUSH, one.device) for one in addressees.push_devices(tx)}
    stray = sum(place not in entered for _, place in _transfers(tx))
    reached = sorted({to for _, to in found.places})
    proof = HOLDINGS["grants"].stays
    left = (
        *(
            (f"gate.{table}", sum(place[0] == activity for place in places), why)
            for activity, table in _CONTACTS.items()
            for places, why in ((found.shared, SHARED), (found.nobodys, NOBODYS))
        ),
        ("gate.messages", stray, STRAY),
        ("gate.mail_addresses", len(mail & found.places), MAILED),
        ("gate.grants", _holding(tx, "grants", "body", reached), proof),
        ("gate.entries", _holding(tx, "entries", "content", reached), proof),
        ("gate.past_entries", _holding(tx, "past_entries", "content", reached), proof),
        ("gate.backups", _count(tx, "backups"), COPIED),
    )
    return tuple([Effect(holding=name, erased=0, stays=count, why=why) for name, count, why in left if count])


def _unlabelled(contacts: dict[Place, Contact], found: Set[Place], others: Set[Place]) -> set[Place]:
    """Further contacts without a label that have a number of theirs: it is the same phone."""
    numbers = {one.number for place, one in contacts.items() if place in found and one.number}
    return {
        place
        for place, one in contacts.items()
        if one.number in numbers and not one.label and place not in others
    }


def _same(label: str, name: str) -> bool:
    return label.strip().casefold() == name.strip().casefold()


def _mail(tx: Transaction) -> set[Place]:
    found = mail_address(tx)
    return set() if found is None else {(MAIL, found.address)}


def _told(tx: Transaction) -> set[Place]:
    return {place for _, place in _transfers(tx)}


def _transfers(tx: Transaction) -> list[tuple[str, Place]]:
    rows = tx.execute("SELECT transfer, activity, addressee FROM messages").fetchall()
    return [(str(transfer), (str(activity), str(to))) for transfer, activity, to in rows]


def _bodies(tx: Transaction, table: str, key: str) -> Iterator[tuple[str, Place]]:
    """Bodies that are messages, with whom each is addressed to."""
    for name, body in tx.execute(f"SELECT {key}, body FROM {table}").fetchall():  # noqa: S608 -- constants
        try:
            told = msgspec.json.decode(body if isinstance(body, bytes) else str(body))
        except msgspec.DecodeError:
            continue
        for activity, field in FIELD.items():
            if isinstance(told, dict) and told.keys() == {field, "text"}:
                yield str(name), (activity, str(told[field]))


def _drop(tx: Transaction, table: str, key: str, values: Iterable[str]) -> int:
    statement = f"DELETE FROM {table} WHERE {key} = ?"  # noqa: S608 -- names of the schema
    return sum(tx.execute(statement, (value,)).rowcount for value in values)


def _holding(tx: Transaction, table: str, column: str, texts: Iterable[str]) -> int:
    """Rows whose text names one of these."""
    wanted = [f'"{text}"' for text in texts]
    if not wanted:
        return 0
    named = " OR ".join([f"instr(CAST({column} AS TEXT), ?)"] * len(wanted))
    row = tx.execute(f"SELECT count(*) FROM {table} WHERE {named}", tuple(wanted)).fetchone()  # noqa: S608 -- names
    return int(str(row[0])) if row else 0


def _count(tx: Transaction, table: str) -> int:
    row = tx.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 -- a name of the schema
    return int(str(row[0])) if row else 0
