"""Reads the machine's clocks for clockwork.py and writes down each minute what outlives a restart."""

import ctypes
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock

from privacy.clockwork import Clockwork, Kept, Reading, Vouched
from privacy.gate.storage import epochs, records
from privacy.gate.storage.book import to_ms
from privacy.gate.storage.store import Store, StoreError, StoreThread, Transaction
from privacy.instant import Instant
from privacy.ports import Clock

log = logging.getLogger(__name__)
TICK_S = 60.0
JUMP = timedelta(hours=1)
TIMESYNC = Path("/run/systemd/timesync/synchronized")
_TIME_ERROR = 5  # adjtimex(2): the clock is not synchronised
_libc = ctypes.CDLL(None)  # once: each has types of its own, and this is asked many times a minute
_TIMEX_SIZE = 256  # more than struct timex has on any platform

Vouches = Callable[[], Vouched]
"""Says who vouches for the machine's clock at this moment."""


def machine_vouches() -> Vouched:
    """Whether the kernel or timesyncd says it is synchronised, or it was set from a hardware clock at boot.

    The hardened unit forbids adjtimex, also for reading: then the file of systemd-timesyncd(8) tells.
    """
    if _libc.adjtimex(ctypes.create_string_buffer(_TIMEX_SIZE)) not in {_TIME_ERROR, -1}:
        return Vouched.SYNCHRONISED
    if TIMESYNC.exists():
        return Vouched.SYNCHRONISED
    set_at_boot = any(path.read_text().strip() == "1" for path in Path("/sys/class/rtc").glob("rtc*/hctosys"))
    return Vouched.HARDWARE if set_at_boot else Vouched.NOBODY


class Timekeeper:
    """The gate's time, counted on from what ``store`` kept; the first ``tick`` is its owner's to write."""

    def __init__(self, clock: Clock, store: Store, vouches: Vouches = machine_vouches) -> None:
        self._clock, self._vouches = clock, vouches
        self._one_at_a_time = Lock()  # the loop and the store's thread both ask
        kept = store.read(_kept)
        self._work = Clockwork(kept, self._reading())
        held, wall = store.read(lambda tx: records.meta(tx, "clock_held")), clock.now()
        # a clock that nobody vouches for may stand anywhere: was the gate off, or is the clock ahead?
        ahead = kept is not None and not self.sure and wall - kept.floor > JUMP
        self._held = held == b"1" or ahead
        self._seen = wall, clock.monotonic()

    def instant(self) -> Instant:
        """This moment."""
        with self._one_at_a_time:
            return self._work.instant(self._reading())

    @property
    def sure(self) -> bool:
        """Whether the clock is to be believed."""
        return self.instant().sure

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

    def goes_back(self, right: datetime | None = None) -> bool:
        """Whether ``confirm`` would take the floor back."""
        with self._one_at_a_time:
            return self._work.goes_back(self._reading(), right)

    def confirm(self, right: datetime | None = None) -> Instant:
        """The owner says what time it is, or (None) that the clock is right; holds until the next start."""
        _ = self.held  # a jump that nobody has noticed yet is confirmed too
        self._held = False
        with self._one_at_a_time:
            return self._work.confirm(self._reading(), right)

    def tick(self, tx: Transaction) -> None:
        """Write down what outlives a restart."""
        with self._one_at_a_time:
            kept = self._work.kept(self._reading())
        for name, value in (
            ("floor_ms", to_ms(kept.floor)),
            ("running_s", int(kept.ran_s)),
            ("lag_ms", kept.lag // timedelta(milliseconds=1)),
            ("doubted", int(kept.doubted)),
        ):
            records.set_meta(tx, name, str(value).encode())
        records.set_meta(tx, "clock_held", b"1" if self.held else b"0")

    async def run(self, store: StoreThread) -> None:
        """Tick each minute until cancelled."""
        while True:
            await self._clock.sleep(TICK_S)
            try:
                await store.write(self.tick)
                epochs.remember_head(store.folder, await store.read(epochs.head))
                await store.keep_reserve()
            except StoreError as error:  # nothing can be opened meanwhile either: record or refuse
                log.warning("clock.unwritten", extra={"code": error.code})

    def _reading(self) -> Reading:
        return Reading(wall=self._clock.now(), monotonic_s=self._clock.monotonic(), vouched=self._vouches())


def _kept(tx: Transaction) -> Kept | None:
    ran = records.meta(tx, "running_s")
    if ran is None:
        return None
    floor_ms, lag_ms, doubted = (
        int(records.meta(tx, name) or b"0") for name in ("floor_ms", "lag_ms", "doubted")
    )
    return Kept(
        floor=datetime.fromtimestamp(floor_ms / 1000, UTC),
        ran_s=float(ran),
        lag=timedelta(milliseconds=lag_ms),
        doubted=bool(doubted),
    )
