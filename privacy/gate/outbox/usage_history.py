"""Usage history on servers (clause 6.10): once a day the day before, of the series that the owner chose.

Read downwards: once → prepared → _made; _leave. Each purpose has a consent of its own, for each recipient,
with pseudonyms of its own. A message is made when it is looked at, or with the new day, and kept: what is
shown is what leaves, by the outbox, which tries again with the same bytes.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import msgspec

from privacy import anonymise, canonical, usage_history
from privacy.closed_schema import FieldRefused
from privacy.consent import Grant
from privacy.conversation import ConversationLost, Declined
from privacy.gate.desk import Desk
from privacy.gate.outbox import figures
from privacy.gate.outbox.deliveries import Deliveries
from privacy.gate.outbox.figures import Collect
from privacy.gate.storage import cuts as cut_entries
from privacy.gate.storage import deletions, histories, records
from privacy.gate.storage.book import News
from privacy.gate.storage.histories import Kept
from privacy.gate.storage.records import PREVIEW_KEPT, Outgoing
from privacy.gate.storage.store import StoreError, Transaction, overwrite_log
from privacy.ledger import Kind
from privacy.payload import LONGEST_KEPT
from privacy.sealing import NotAKey
from privacy.usage_history import Series

log = logging.getLogger(__name__)

LATE = timedelta(hours=24)  # after its moment a message leaves no more: its day is left out
NOT_MADE = (ConversationLost, Declined, FieldRefused, NotAKey)


class TooMany(Exception):
    """More series than one purpose may have."""


class UsageHistory:
    """One per door; ``once`` is called by the upkeep each minute, before it looks at the outbox."""

    def __init__(self, desk: Desk, deliveries: Deliveries, collect: Collect) -> None:
        self._desk, self._deliveries, self._collect = desk, deliveries, collect

    def purposes(self) -> tuple[str, ...]:
        """The activities, one for each purpose."""
        rows = self._desk.register.activities.values()
        return tuple(row.id for row in rows if row.built and row.schema == usage_history.SCHEMA)

    async def once(self) -> None:
        """Forget what no consent stands for any more, and see to each message of the day.

        Raises:
            StoreError: the store can't be read or written; nothing leaves then.
        """
        desk, at = self._desk, self._desk.time.instant().at
        kept = await desk.store.read(histories.every)
        if gone := [row for row in kept if not self._held(row) and (row.agreed or _old(row, at))]:
            await desk.store.write(lambda tx: self._forget(tx, gone, at))
            await desk.store.read(overwrite_log)
        if not desk.time.sure:
            return
        for grant in [grant for activity in self.purposes() for grant in figures.live(desk, activity)]:
            # entered no longer, or with other keys: nothing leaves, and its consent stands until withdrawn
            if grant.recipient not in desk.recipients or grant.addressee != self._keys(
                grant.activity, grant.recipient
            ):
                continue
            try:
                await self._see_to(grant)
            except NOT_MADE as error:
                log.warning("history.not_made", extra={"reason": type(error).__name__})

    async def prepared(self, activity: str, recipient: str) -> Kept | None:
        """The next message of that purpose to that recipient, made now where there is none.

        None: no series is chosen. With an empty body: that day is done, or nothing is known of it.

        Raises:
            StoreError, ConversationLost, Declined, FieldRefused, NotAKey: it can't be made.
        """
        desk, at = self._desk, self._desk.time.instant().at
        kept, chosen = await desk.store.read(
            lambda tx: (histories.find(tx, activity, recipient), histories.chosen(tx, activity))
        )
        to = self._keys(activity, recipient)
        if kept is not None and kept.addressee != to:
            kept = None  # sealed to keys that are not meant any more
        day = usage_history.day_before(at)
        if kept is not None and (kept.day >= day or kept.body) and not _outdated(kept, at):
            return kept
        if not chosen:
            return None
        held = self._is_held(activity, recipient)
        series = [await self._known(activity, datapoint, day) for datapoint in chosen]
        made = self._made(activity, recipient, to, kept, day, series)

        def job(tx: Transaction) -> Kept | None:
            if kept is not None and histories.find(tx, activity, recipient) is None:
                return None  # withdrawn meanwhile
            histories.keep(tx, made)
            return made

        if held and not self._is_held(activity, recipient):
            return None
        return await desk.store.write(job)

    async def choose(self, activity: str, add: Sequence[str], leave_out: Sequence[str]) -> tuple[str, ...]:
        """Series of that purpose; all of them afterwards. The ledger says how many, and not which.

        What waits or runs with a series that is left out is cut and dropped; its day is made anew without it.

        Raises:
            TooMany: nothing was changed.
            StoreError, ConversationLost, Declined, FieldRefused: nothing was changed.
        """
        desk = self._desk
        for datapoint in add:
            if not usage_history.DATAPOINT.fullmatch(datapoint):
                raise Declined("unknown_datapoint", datapoint[:80])
            await self._series(activity, datapoint, usage_history.day_before(desk.time.instant().at))

        if leave_out:
            await self._cut(activity)

        def job(tx: Transaction) -> tuple[str, ...]:
            before = histories.chosen(tx, activity)
            after = tuple(sorted({*before, *add} - set(leave_out)))
            if len(after) > usage_history.MOST_SERIES:
                raise TooMany
            if after != before:
                histories.choose(tx, activity, after)
                if set(before) - set(after):
                    self._drop(tx, activity)
                data: dict[str, canonical.Json] = {"activity": activity, "history_series": len(after)}
                desk.append(tx, News(kind=Kind.CONFIGURATION, data=data))
            return after

        return await desk.store.write(job)

    async def _cut(self, activity: str) -> None:
        """End what runs for that purpose; an entry tells of it."""
        cuts, desk = self._deliveries.cut(lambda grant: grant.activity == activity), self._desk

        def job(tx: Transaction) -> None:
            desk.append(tx, *cut_entries.news(tx, cuts, reason="left out"))

        try:
            if cuts:
                await desk.store.write(job, closing=True)
        except StoreError:
            desk.unwritten.append(job)
            raise

    def _drop(self, tx: Transaction, activity: str) -> None:
        """What waits in the outbox under consents of that purpose."""
        for grant in records.live_grants(tx):
            if grant.activity == activity and records.purge_outbox(tx, [grant.id]):
                histories.again(tx, activity, grant.recipient)

    async def back(self, activity: str, transfer: str) -> bool:
        """Have one day deleted where it went, within a minute; our copy goes now.

        False: nothing of that name left for that purpose, or it is deleted there, or still on its way.

        Raises:
            StoreError: nothing is asked for.
        """
        desk = self._desk

        def job(tx: Transaction) -> bool:
            if any(item.transfer == transfer for item in records.outgoing(tx)):
                return False  # to be left out, or withdrawn, before it can be asked back
            if not deletions.back(tx, transfer, activity, desk.time.instant().at):
                return False
            records.drop_copies(tx, [transfer])
            data: dict[str, canonical.Json] = {"copies": [transfer], "reason": "asked back"}
            desk.append(tx, News(kind=Kind.ERASED, data=data))
            return True

        return await desk.store.write(job)

    async def waiting(self, activity: str) -> list[tuple[str, Outgoing]]:
        """What left its place as the next one and waits to be tried, or tried again, by recipient."""
        live = {one.id: one for one in self._desk.standing.live() if one.activity == activity}
        items = await self._desk.store.read(records.outgoing)
        return [(live[item.grant_id].recipient, item) for item in items if item.grant_id in live]

    async def _see_to(self, grant: Grant) -> None:
        desk = self._desk
        kept = await self.prepared(grant.activity, grant.recipient)
        if kept is None:
            return
        if kept.body and kept.at <= desk.time.instant().at:
            await desk.store.write(lambda tx: self._leave(tx, grant, kept))
        elif not kept.agreed:
            await desk.store.write(lambda tx: _still(tx, kept, agreed=True))

    def _forget(self, tx: Transaction, rows: Sequence[Kept], at: datetime) -> None:
        """An objection, for example: as a withdrawal."""
        for kept in rows:
            withdrawn(tx, kept.activity, kept.recipient)
            if (row := self._desk.register.get(kept.activity)) is not None:
                deletions.withdrawn(tx, row, kept.recipient, None, at)

    def _leave(self, tx: Transaction, grant: Grant, kept: Kept) -> None:
        """Into the outbox, in the moment in which it is no longer the next one: nothing leaves twice."""
        if _still(tx, replace(kept, body=b"", inside=b""), agreed=True):
            records.keep_outgoing(tx, self._outgoing(grant, kept))

    def _outgoing(self, grant: Grant, kept: Kept) -> Outgoing:
        at, row = self._desk.time.instant().at, self._desk.register.activities[grant.activity]
        return records.fresh(grant, kept.body, at, kept.transfer, at + (row.storage or LONGEST_KEPT))

    async def _known(self, activity: str, datapoint: str, day: str) -> Series:
        """A series whose device is gone has no values; the others leave all the same."""
        try:
            return await self._series(activity, datapoint, day)
        except Declined as error:
            if error.code != "unknown_datapoint":
                raise
            return Series(datapoint=datapoint, unit=None, values=())

    async def _series(self, activity: str, datapoint: str, day: str) -> Series:
        said = (await self._collect(activity, [datapoint])).get("groups")
        return usage_history.read(datapoint, said.get(datapoint) if isinstance(said, dict) else None, day)

    def _made(
        self, activity: str, recipient: str, to: str, kept: Kept | None, day: str, series: Sequence[Series]
    ) -> Kept:
        desk, at = self._desk, self._desk.time.instant().at
        key = desk.random_bytes(usage_history.KEY_SIZE) if kept is None else kept.key
        known = [one for one in series if one.values]
        contents = {
            usage_history.pseudonym(key, activity, recipient, one.datapoint): usage_history.inside(one)
            for one in known
        }
        transfer, begin = desk.random_bytes(8).hex(), at + PREVIEW_KEPT  # nothing leaves earlier
        return Kept(
            activity=activity,
            recipient=recipient,
            key=key,
            addressee=to,
            day=day,
            transfer=transfer,
            body=usage_history.encode(transfer, day, contents, to) if contents else b"",
            inside=msgspec.json.encode(known),
            made=at,
            at=anonymise.moment(
                begin, max(usage_history.day_ends(at), begin + PREVIEW_KEPT), desk.random_bytes
            ),
            agreed=kept is not None and kept.agreed,
        )

    def _held(self, row: Kept) -> bool:
        return self._is_held(row.activity, row.recipient)

    def _keys(self, activity: str, recipient: str) -> str:
        """What a message is sealed to now; "" where there is nothing to seal to."""
        return self._desk.recipients[recipient].addressee_of(self._desk.register.activities[activity]) or ""

    def _is_held(self, activity: str, recipient: str) -> bool:
        """Whether a consent stands, also one that waits to be confirmed after a restore.

        A restriction, or a file that nobody declared, only keeps everything from leaving.
        """
        row, standing = self._desk.register.get(activity), self._desk.standing
        return (
            row is not None
            and not standing.refused_for_good(row)
            and any((one.activity, one.recipient) == (activity, recipient) for one in standing.live())
        )


def withdrawn(tx: Transaction, activity: str, recipient: str | None) -> None:
    """A consent is taken back: the key of its pseudonyms goes, what waits, and our copies of what left."""
    if activity.startswith(usage_history.PREFIX):
        histories.forget(tx, activity, recipient)


def _old(row: Kept, at: datetime) -> bool:
    return at - row.made >= PREVIEW_KEPT


def _outdated(row: Kept, at: datetime) -> bool:
    """Whether a message that waits is made anew, at another moment: shown long before the yes, or late."""
    return bool(row.body) and (at - row.at >= LATE if row.agreed else _old(row, at))


def _still(tx: Transaction, row: Kept, *, agreed: bool) -> bool:
    """Write ``row`` if its message is still the next one; whether it is."""
    now = histories.find(tx, row.activity, row.recipient)
    if now is None or now.transfer != row.transfer:
        return False
    histories.keep(tx, replace(row, agreed=agreed))
    return True
