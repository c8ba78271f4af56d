"""All lanes, by the device's radio address. Pure state."""

from collections.abc import Iterator

from hub.contract.datapoints import ReceiveMode

from .lane import Failed, Failure, Lane, Request

MAX_QUEUE = 32  # requests per device; the oldest waiting one fails


class Lanes:
    """One per device that we speak with."""

    def __init__(self) -> None:
        self._lanes: dict[bytes, Lane] = {}

    def add(self, device: bytes, modes: frozenset[ReceiveMode], counter: int) -> None:
        """Speak with this device from now on. counter: the last one used towards it."""
        lane = self._lanes.get(device)
        if lane is None:
            self._lanes[device] = Lane(device=device, modes=modes, counter=counter)
        else:
            lane.modes = modes

    def remove(self, device: bytes) -> Lane | None:
        """Forget a device."""
        return self._lanes.pop(device, None)

    def get(self, device: bytes) -> Lane | None:
        """The lane of a device, if it is one of ours."""
        return self._lanes.get(device)

    def __getitem__(self, device: bytes) -> Lane:
        return self._lanes[device]

    def counter(self, device: bytes) -> int:
        """The last counter used towards a device."""
        return self._lanes[device].counter

    def enqueue(self, request: Request) -> Iterator[Failed]:
        """Put a request in its lane; it replaces those with its key, and nobody's queue grows for ever."""
        lane = self._lanes[request.device]
        for old in [old for old in lane.queue if request.key is not None and old.key == request.key]:
            lane.queue.remove(old)
            yield Failed(request=old, reason=Failure.REPLACED, attempts=0)
        if len(lane.queue) >= MAX_QUEUE:
            yield Failed(request=lane.queue.popleft(), reason=Failure.CANCELLED, attempts=0)
        lane.queue.append(request)

    def withdraw(self, request: Request) -> bool:
        """Take back a request that waits; False when it does not (any more)."""
        lane = self._lanes.get(request.device)
        if lane is None or request not in lane.queue:
            return False
        lane.queue.remove(request)
        return True

    def pause(self, cancel: frozenset[Request]) -> None:
        """The stick is gone. What waits for a sleeper goes on waiting, without the requests in ``cancel``."""
        for lane in self._lanes.values():
            lane.put_back()
            lane.awake_until_s = 0.0
            lane.wake_call_at_s = None
            kept = [old for old in lane.queue if old not in cancel] if lane.sleeps_and_wakes else []
            lane.queue.clear()
            lane.queue.extend(kept)
