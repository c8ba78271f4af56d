"""What follows from silence: devices out of reach, motion that ends, a stick that is gone. Pure.

Source: docs/protocols/bidcos.md, "Silence", "Contacts and sensors" (motion).
"""

from dataclasses import dataclass

MOTION_SLACK_S = 5.0  # a detector's next frame may be so late before we say that motion ended
CHECK_S = 15.0  # the stick is asked for its version this often
CHECK_WAIT_S = 5.0  # and has so long to say anything


@dataclass(slots=True)
class _Watched:
    silence_s: float | None
    heard_s: float
    reachable: bool | None = None  # None: not heard since the start


class SilenceWatch:
    """Which devices have been silent for longer than their model may be."""

    def __init__(self) -> None:
        self._devices: dict[bytes, _Watched] = {}

    def add(self, device: bytes, silence_s: float | None, now_s: float) -> None:
        """Watch it; it counts as heard now."""
        self._devices[device] = _Watched(silence_s, now_s)

    def limit(self, device: bytes, silence_s: float | None) -> None:
        """It may be silent for so long from now on."""
        if (watched := self._devices.get(device)) is not None:
            watched.silence_s = silence_s

    def remove(self, device: bytes) -> None:
        """Watch it no more."""
        self._devices.pop(device, None)

    def heard(self, device: bytes, now_s: float) -> bool:
        """It spoke; True when it had not been known to be reachable."""
        watched = self._devices[device]
        back = not watched.reachable
        watched.heard_s, watched.reachable = now_s, True
        return back

    def unreachable(self, device: bytes) -> bool:
        """It did not answer; True when that is new."""
        watched = self._devices[device]
        new = watched.reachable is not False
        watched.reachable = False
        return new

    def silent(self, now_s: float) -> list[bytes]:
        """Those whose time has run out since the last call."""
        late = [
            device
            for device, watched in self._devices.items()
            if watched.reachable is not False
            and watched.silence_s is not None
            and now_s - watched.heard_s > watched.silence_s
        ]
        for device in late:
            self._devices[device].reachable = False
        return late


class MotionEnds:
    """Motion detectors tell that there is motion, never that it ended; they would have repeated it."""

    def __init__(self) -> None:
        self._ends_s: dict[tuple[bytes, int], float] = {}

    def moved(self, device: bytes, channel: int, next_s: float, now_s: float) -> None:
        """Motion, and the next frame not before ``next_s`` seconds."""
        self._ends_s[(device, channel)] = now_s + next_s + MOTION_SLACK_S

    def ended(self, now_s: float) -> list[tuple[bytes, int]]:
        """Where it is over."""
        over = [key for key, end_s in self._ends_s.items() if end_s <= now_s]
        for key in over:
            del self._ends_s[key]
        return over


class StickWatch:
    """Whether the stick still says anything; asks it now and then."""

    def __init__(self, now_s: float) -> None:
        self._asked_s: float | None = None
        self._heard_s = now_s

    def heard(self, now_s: float) -> None:
        """It said something."""
        self._heard_s, self._asked_s = now_s, None

    def ask(self, now_s: float) -> bool:
        """Whether to ask for its version now."""
        if self._asked_s is not None or now_s - self._heard_s < CHECK_S:
            return False
        self._asked_s = now_s
        return True

    def lost(self, now_s: float) -> bool:
        """It was asked and stayed silent."""
        return self._asked_s is not None and now_s - self._asked_s > CHECK_WAIT_S
