"""Makes moments for decisions: the clock, the floor under it, counted running time, and who vouches for it.

Floor and running time are written down each minute. A start counts one whole minute extra, for the part that
a crash may have left unwritten: consents only ever get shorter by that.
"""

import ctypes
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

from privacy.gate import records
from privacy.gate.book import to_ms
from privacy.gate.store import Store, StoreError, StoreThread, Transaction
from privacy.instant import Instant
from privacy.ports import Clock

log = logging.getLogger(__name__)
TICK_S = 60.0
JUMP = timedelta(hours=1)
TIMESYNC = Path("/run/systemd/timesync/synchronized")
_TIME_ERROR = 5  # adjtimex(2): the clock is not synchronised
_TIMEX_SIZE = 256  # more than struct timex has on any platform


def clock_is_vouched_for() -> bool:
    """Whether the kernel or timesyncd says it is synchronised, or it was set from a hardware clock at boot.

    The hardened unit forbids adjtimex, also for reading: then the file of systemd-timesyncd(8) tells.
    """
    if ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(_TIMEX_SIZE)) not in {_TIME_ERROR, -1}:
        return True
    if TIMESYNC.exists():
        return True
    return any(path.read_text().strip() == "1" for path in Path("/sys/class/rtc").glob("rtc*/hctosys"))


_NEVER = datetime.fromtimestamp(0, UTC)  # the floor of a new store


class Timekeeper:
    """The gate's time, counted on from what ``store`` kept; the first ``tick`` is its owner's to write.

    ``confirm``: the owner's word that the clock is right; holds until the next start.
    """

    def __init__(self, clock: Clock, store: Store) -> None:
        self._clock = clock
        self._started_s = clock.monotonic()
        self._confirmed = False
        self._floor, self._ran_s = store.read(_kept)
        kept, wall = store.read(lambda tx: records.meta(tx, "clock_held")), clock.now()
        known = self._floor > _NEVER
        # a clock that nobody vouches for may stand anywhere: was the gate off, or is the clock ahead?
        self._held = kept == b"1" or (known and not self.sure and wall - self._floor > JUMP)
        self._seen = wall, self._started_s

    def instant(self) -> Instant:
        """This moment."""
        wall = self._clock.now()
        running_s = self._ran_s + self._clock.monotonic() - self._started_s
        return Instant(wall=wall, floor=self._floor, running_s=running_s, sure=self.sure)

    @property
    def sure(self) -> bool:
        """Whether anybody vouches for the clock."""
        return self._confirmed or clock_is_vouched_for()

    @property
    def held(self) -> bool:
        """Whether what is kept for its people may not be erased by time: the clock jumped ahead.

        Holds, also across starts, until the owner confirms the clock.
        """
        (seen, seen_s), wall, now_s = self._seen, self._clock.now(), self._clock.monotonic()
        if wall - seen - timedelta(seconds=now_s - seen_s) > JUMP:
            self._held = True
            log.warning("clock.jumped", extra={"by_s": (wall - seen).total_seconds()})
        self._seen = wall, now_s
        return self._held

    def confirm(self) -> None:
        """The owner looked at the clock and says that it is right."""
        _ = self.held  # a jump that nobody has noticed yet is confirmed too
        self._confirmed, self._held = True, False

    def tick(self, tx: Transaction) -> None:
        """Write floor and running time down."""
        at = self.instant()
        self._floor = at.at
        records.set_meta(tx, "floor_ms", str(to_ms(at.at)).encode())
        records.set_meta(tx, "running_s", str(int(at.running_s)).encode())
        records.set_meta(tx, "clock_held", b"1" if self.held else b"0")

    async def run(self, store: StoreThread) -> None:
        """Tick each minute until cancelled."""
        while True:
            await self._clock.sleep(TICK_S)
            try:
                await store.write(self.tick)
                await store.keep_reserve()
            except StoreError as error:  # nothing can be opened meanwhile either: record or refuse
                log.warning("clock.unwritten", extra={"code": error.code})


def _kept(tx: Transaction) -> tuple[datetime, float]:
    floor_ms, ran = int(records.meta(tx, "floor_ms") or b"0"), records.meta(tx, "running_s")
    running_s = 0.0 if ran is None else float(ran) + TICK_S
    return datetime.fromtimestamp(floor_ms / 1000, UTC), running_s
