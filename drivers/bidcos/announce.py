"""What the owner is told about radio and teach-in, beside what devices say. No I/O."""

from datetime import timedelta

from hub.contract import (
    AirtimeChanged,
    DriverContext,
    DriverState,
    DriverStateChanged,
    PairingProgress,
    PairingStage,
)

from .exchange.airtime import LIMIT_MS
from .members.pairing import INTERFACE, Introduced


class Announcer:
    """Publishes in the driver's name."""

    def __init__(self, context: DriverContext) -> None:
        self._context = context
        self._clock = context.clock
        self._airtime_ms = -1.0

    def ready(self) -> None:
        """The stick works."""
        self._context.publish(
            DriverStateChanged(driver=INTERFACE, state=DriverState.READY, at=self._clock.now())
        )

    def airtime(self, used_ms: float, exhausted_in_s: float | None) -> None:
        """Send time of the last hour, said when it changed, and when it will be used up."""
        used_ms = round(used_ms, 1)
        if used_ms != self._airtime_ms:
            self._airtime_ms = used_ms
            self._context.publish(
                AirtimeChanged(
                    driver=INTERFACE,
                    used_ms=used_ms,
                    limit_ms=LIMIT_MS,
                    at=self._clock.now(),
                    exhausted_in_s=exhausted_in_s,
                )
            )

    def pairing(
        self,
        stage: PairingStage,
        until_s: float | None,
        introduced: Introduced | None = None,
        reason: str | None = None,
        *,
        progress: tuple[int, int] = (0, 0),
    ) -> None:
        """A step of the teach-in. until_s: monotonic end of the window; progress: step, of how many."""
        now = self._clock.now()
        left_s = None if until_s is None else until_s - self._clock.monotonic()
        model = introduced.model if introduced is not None else None
        self._context.publish(
            PairingProgress(
                interface=INTERFACE,
                stage=stage,
                at=now,
                until=None if left_s is None else now + timedelta(seconds=left_s),
                device=None if introduced is None else introduced.name,
                model=None if model is None else model.name,
                rssi_dbm=None if introduced is None else introduced.rssi_dbm,
                reason=reason,
                step=progress[0],
                steps=progress[1],
            )
        )
