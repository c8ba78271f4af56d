"""Device monitoring (clause 6.12): once a day a few coarse technical figures, under a pseudonym of the week.

Read downwards: once → prepared → _send. The next message is made when its moment is drawn and shown as it
is: what people see is what arrives, byte for byte. Each recipient has its own key, moment and message;
nothing is repeated, the next day has its own.
"""

import logging
import os
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from privacy import anonymise, otlp
from privacy.conversation import ConversationLost, Declined
from privacy.gate.desk import Desk
from privacy.gate.outbox import figures
from privacy.gate.outbox.deliveries import Deliveries
from privacy.gate.outbox.figures import Collect, NoFigure
from privacy.gate.outbox.moments import Moments
from privacy.gate.storage import pseudonyms
from privacy.gate.storage.pseudonyms import ACTIVITY, Prepared
from privacy.gate.storage.store import overwrite_log
from privacy.otlp import Report
from privacy.version import VERSION

log = logging.getLogger(__name__)

DAY = timedelta(days=1)
AN_HOUR = timedelta(hours=1)  # that a moment is drawn from, at least


class Monitoring:
    """One per door; ``once`` is called by the upkeep each minute."""

    def __init__(self, desk: Desk, deliveries: Deliveries, collect: Collect) -> None:
        self._desk, self._collect = desk, collect
        self.moments = Moments(desk, deliveries, "monitoring")

    async def once(self) -> None:
        """Destroy keys whose time is over, and see to each recipient's next message.

        Raises:
            StoreError: the store can't be read or written; nothing leaves then.
        """
        desk = self._desk
        names = {grant.recipient for grant in figures.live(desk, ACTIVITY)}
        at = desk.time.instant().at
        week = anonymise.week_of(at).label
        if await desk.store.read(lambda tx: pseudonyms.spent(tx, week, names, at)):
            await desk.store.write(lambda tx: pseudonyms.destroy(tx, week, names, at))
            await desk.store.read(overwrite_log)
        if not desk.time.sure:
            return
        for name in sorted(names - self.moments.waiting):
            try:
                await self._see_to(name, at)
            except (ConversationLost, Declined, NoFigure) as error:
                log.warning("monitoring.not_made", extra={"reason": type(error).__name__})

    async def prepared(self, recipient: str) -> Prepared:
        """The next message to that recipient, made now where there is none.

        Raises:
            StoreError, ConversationLost, Declined, NoFigure: it can't be made.
        """
        at = self._desk.time.instant().at
        kept = await self._desk.store.read(lambda tx: pseudonyms.find(tx, recipient))
        if kept is not None and kept.week >= anonymise.week_of(at).label:
            return kept
        moment = anonymise.moment(at, at + DAY, self._desk.random_bytes)
        key = self._desk.random_bytes(pseudonyms.KEY_SIZE)
        made = await self._make(recipient, key, at, moment)
        await self._desk.store.write(lambda tx: pseudonyms.keep(tx, made))
        return made

    async def _see_to(self, name: str, at: datetime) -> None:
        kept = await self.prepared(name)
        if not kept.agreed:
            await self._desk.store.write(lambda tx: pseudonyms.agree(tx, name))
        if kept.at < at:  # the home was off
            await self._next(kept)
        else:
            self.moments.wait_for(name, kept.at, partial(self._send, name, kept))

    async def _next(self, kept: Prepared, wait_s: int = 0) -> None:
        """Another message at a moment of the next day: one at the same time each day would tell the home.

        wait_s: how long the recipient asks to be left alone: until the week is over at the longest, or what
        one pseudonym was told would be seen at the next one.
        """
        at = self._desk.time.instant().at
        asked = min(at + timedelta(seconds=wait_s), anonymise.week_of(at).ends)
        begin = max(_midnight(at), asked)
        moment = anonymise.moment(begin, _midnight(begin + AN_HOUR), self._desk.random_bytes)
        same = anonymise.week_of(moment).label == kept.week  # on a Sunday it is the next week's
        key = kept.key if same else self._desk.random_bytes(pseudonyms.KEY_SIZE)
        made = await self._make(kept.recipient, key, at, moment)
        if any(grant.recipient == kept.recipient for grant in figures.live(self._desk, ACTIVITY)):
            # a consent withdrawn from here on destroys the key in a later job
            await self._desk.store.write(lambda tx: pseudonyms.keep(tx, replace(made, agreed=True)))
            if not same:
                await self._desk.store.read(overwrite_log)

    async def _make(self, recipient: str, key: bytes, at: datetime, moment: datetime) -> Prepared:
        """Under the pseudonym of the week in which it leaves."""
        row = self._desk.register.activities[ACTIVITY]
        answers = await figures.answers(self._collect, ACTIVITY, row.metrics)
        week, machine = anonymise.week_of(moment).label, os.uname().machine
        report = Report(
            pseudonym=pseudonyms.pseudonym(key, recipient, week),
            version=VERSION,
            machine=otlp.MACHINES.get(machine, machine),
            hours=otlp.hours_of(at),
            values={metric.name: metric.limits[answers[metric.name]] for metric in row.metrics},
        )
        body = otlp.encode(report, row.metrics)
        return Prepared(recipient=recipient, week=week, key=key, body=body, made=at, at=moment, agreed=False)

    async def _send(self, name: str, kept: Prepared) -> None:
        desk = self._desk
        at = desk.time.instant().at
        grant = next((one for one in figures.live(desk, ACTIVITY) if one.recipient == name), None)
        week = anonymise.week_of(at)
        if grant is None or not desk.time.sure or week.label != kept.week:
            return
        # our copy holds the pseudonym: it goes when the key does
        outcome = await self.moments.delivered(grant, kept.body, week.ends)
        if outcome is not None:
            await self._next(kept, outcome.wait_s)


def _midnight(at: datetime) -> datetime:
    """The first one after ``at``."""
    return at.replace(hour=0, minute=0, second=0, microsecond=0) + DAY
