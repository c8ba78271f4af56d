"""All lanes, by the device's radio address, and whose turn it is. Pure state."""

import itertools
from collections.abc import Iterator

from hub.contract.datapoints import ReceiveMode

from .lane import Failed, Failure, Lane, Request

MAX_QUEUE = 32  # requests per device; then one of the least urgent ones fails


class Lanes:
    """One per device that we speak with; active are those that something can be sent to."""

    def __init__(self) -> None:
        self._lanes: dict[bytes, Lane] = {}
        self._active: dict[bytes, Lane] = {}
        self._turns = itertools.count()

    def add(self, device: bytes, modes: frozenset[ReceiveMode], counter: int) -> None:
        """Speak with this device from now on. counter: the last one used towards it."""
        lane = self._lanes.get(device)
        if lane is None:
            self._lanes[device] = Lane(device=device, modes=modes, counter=counter)
        else:
            lane.modes = modes

    def remove(self, device: bytes) -> Lane | None:
        """Forget a device."""
        self._active.pop(device, None)
        return self._lanes.pop(device, None)

    def get(self, device: bytes) -> Lane | None:
        """The lane of a device, if it is one of ours."""
        return self._lanes.get(device)

    def __getitem__(self, device: bytes) -> Lane:
        return self._lanes[device]

    def counter(self, device: bytes) -> int:
        """The last counter used towards a device."""
        return self._lanes[device].counter

    def set_burst_rx(self, device: bytes, on: bool) -> None:
        """Its register 01 of list 0 says whether a burst wakes it."""
        if (lane := self._lanes.get(device)) is not None:
            lane.burst_rx = on

    # whose turn

    def activate(self, lane: Lane) -> None:
        """Something may be sent to it; it gets in line."""
        if lane.device not in self._active:
            lane.turn = next(self._turns)
            self._active[lane.device] = lane

    def awake(self, lane: Lane, ready_s: float, seconds: float) -> None:
        """It listens from ``ready_s`` on for so long."""
        lane.ready_at_s = ready_s
        lane.awake_until_s = ready_s + seconds
        self.activate(lane)

    def served(self, lane: Lane) -> None:
        """One of its requests is done: the others come first."""
        lane.turn = next(self._turns)

    def rest(self, lane: Lane) -> None:
        """Nothing can be sent to it for now."""
        self._active.pop(lane.device, None)

    def is_active(self, device: bytes) -> bool:
        """Something may be sent to it."""
        return device in self._active

    def active(self) -> tuple[Lane, ...]:
        """Those to which something may be sent, in no order: a look at each frame has to be cheap."""
        return tuple(self._active.values())

    def by_rank(self) -> list[Lane]:
        """The same, the most urgent first; among equals who waited longest."""
        return sorted(self._active.values(), key=lambda lane: lane.rank)

    def waiting(self, device: bytes) -> bool:
        """Something waits until this device wakes."""
        lane = self._lanes.get(device)
        return lane is not None and lane.waits and device not in self._active

    def all_waiting(self) -> frozenset[bytes]:
        """Devices for which something waits until they wake."""
        lanes, active = self._lanes.items(), self._active
        return frozenset(
            device for device, lane in lanes if (lane.queue or lane.aside) and device not in active
        )

    def owed(self, device: bytes) -> bool:
        """Something that somebody ordered waits until it wakes; questions of our own do not count."""
        lane = self._lanes.get(device)
        if lane is None or device in self._active:
            return False
        requests = (*(old.request for old in lane.aside), *lane.queue)
        return any(request.urgent for request in requests)

    # what waits

    def enqueue(self, request: Request) -> Iterator[Failed]:
        """Put a request in its lane; it replaces those with its key, and nobody's queue grows for ever."""
        lane = self._lanes[request.device]
        for old in [old for old in lane.queue if request.key is not None and old.key == request.key]:
            lane.queue.remove(old)
            yield Failed(request=old, reason=Failure.REPLACED, attempts=0)
        lane.enqueue(request)
        if len(lane.queue) > MAX_QUEUE:
            victim = _least(lane)
            lane.queue.remove(victim)
            yield Failed(request=victim, reason=Failure.CANCELLED, attempts=0)

    def withdraw(self, request: Request) -> bool:
        """Take back a request that waits; False when it does not (any more)."""
        lane = self._lanes.get(request.device)
        if lane is None or request not in lane.queue:
            return False
        lane.queue.remove(request)
        return True

    def pause(self, cancel: frozenset[Request]) -> list[Failed]:
        """The stick is gone. What waits for a sleeper goes on waiting, without the requests in ``cancel``."""
        self._active.clear()
        failed = []
        for lane in self._lanes.values():
            lane.put_back()
            lane.awake_until_s = 0.0
            lane.wake_call_at_s = None
            waits = lane.sleeps_and_wakes
            lost = [old for old in lane.queue if old in cancel or not waits]
            for request in lost:
                lane.queue.remove(request)
                failed.append(Failed(request=request, reason=Failure.CANCELLED, attempts=0))
        return failed

    def resume(self) -> None:
        """The stick is back: who listens, or can be woken, gets what waited."""
        for lane in self._lanes.values():
            if lane.can_be_woken or (lane.queue and lane.listens(0.0)):
                self.activate(lane)


def _least(lane: Lane) -> Request:
    """The oldest of the least urgent ones."""
    return max(lane.queue, key=lambda request: request.cause.urgency)
