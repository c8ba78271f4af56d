"""What an actuator does when a peer speaks to it: the link's registers of list 3 as they are meant. Pure.

SHORT_ registers stand at their number, LONG_ ones 80 higher. The state machine of real actuators is reduced
to on and off; delays, on-times, levels, ramps, conditions and jump tables are followed.
Source: docs/protocols/bidcos.md, "Register lists" and "Peers".
"""

from collections.abc import Callable
from dataclasses import dataclass

from drivers.bidcos.codec.frames import Frame

from .memory import Registers

LONG = 0x80
CONDITIONS, LOW, HIGH, ON_DELAY, ON_TIME, OFF_DELAY, OFF_TIME = 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09
ACTION, JUMPS, OFF_LEVEL, ON_LEVEL, RAMP_ON, RAMP_OFF = 0x0A, 0x0B, 0x0F, 0x11, 0x13, 0x14
MULTIPLE = 0x20  # in ACTION: again with each repeat of a long press
UNUSED_TIME = 0xFF
LIMIT = 0x32  # factory value of LOW
UNITS_S = (0.1, 1.0, 5.0, 10.0, 60.0, 300.0, 600.0, 3600.0)
NOTHING, JUMP, TOGGLE_TO_COUNTER, TOGGLE_INVERSE, DIM_UP, DIM_DOWN, DIM_TOGGLE = range(7)
TO_ON, TO_OFF = frozenset({1, 2, 3}), frozenset({4, 5, 6})  # jump targets: delay, ramp, state
TOGGLE_JUMPS = 0x14  # from on to off (delay), from off to on (delay)
FOLLOW = 0x02  # conditions: from on below the limit, from off from the limit on


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerEvent:
    """What a peer said.

    peer: its address and channel, 4 bytes. kind: message type. counter: of presses or events.
    value: of a sensor, or None. repeated: a further frame of the same long press.
    register: reads the link's list; what is not written there has the given value.
    frame: all of it, for kinds that are neither key nor sensor.
    """

    peer: bytes
    kind: int
    is_long: bool
    counter: int
    value: int | None
    repeated: bool
    register: Callable[[int, int], int]
    frame: Frame

    def of_link(self, register: int, default: int) -> int:
        """A SHORT_ or LONG_ register."""
        return self.register(register + (LONG if self.is_long else 0), default)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """What to do. on: which way; step: dim by so many half per cent instead. Times in seconds.

    on_for_s: None for ever. ramp_s: None for the device's own. level: 0 to 200, or 201 for the last one.
    """

    on: bool
    delay_s: float = 0.0
    on_for_s: float | None = None
    ramp_s: float | None = None
    level: int = 201
    step: int = 0


def link_defaults() -> Registers:
    """A new link of a switching actuator: keys toggle, sensors are followed."""
    half = {
        CONDITIONS: FOLLOW, LOW: LIMIT, HIGH: 0x64, ON_DELAY: 0, ON_TIME: UNUSED_TIME, OFF_DELAY: 0,
        OFF_TIME: UNUSED_TIME, ACTION: JUMP, JUMPS: TOGGLE_JUMPS,
    }  # fmt: skip
    return {**half, **{register + LONG: value for register, value in half.items()}}


def dimmer_link_defaults() -> Registers:
    """A new link of a dimmer: short presses toggle, long ones dim."""
    levels = {OFF_LEVEL: 0, ON_LEVEL: 0xC9, RAMP_ON: 0x05, RAMP_OFF: 0x05}
    long_levels = {register + LONG: value for register, value in levels.items()}
    return {**link_defaults(), **levels, **long_levels, ACTION + LONG: DIM_TOGGLE | MULTIPLE}


def seconds8(value: int) -> float:
    """An 8-bit time of a register: bits 7-5 the unit, bits 4-0 how many."""
    return UNITS_S[value >> 5] * (value & 0x1F)


def decide(event: PeerEvent, *, is_on: bool) -> Reaction | None:
    """What an actuator does, whose lamp is on or off now; None: nothing."""
    action = event.of_link(ACTION, JUMP)
    order, is_dimming = action & 0x0F, action & 0x0F in {DIM_UP, DIM_DOWN, DIM_TOGGLE}
    if event.repeated and not (action & MULTIPLE and is_dimming):
        return None  # real ones jump again too, to where they are already
    if is_dimming and event.value is None:
        up = order == DIM_UP or (order == DIM_TOGGLE and event.counter % 2 == 1)
        return Reaction(on=up, step=10 if up else -10)
    if order == NOTHING or not _condition_holds(event, is_on):
        return None
    if order in {TOGGLE_TO_COUNTER, TOGGLE_INVERSE}:
        return _reaction(event, (event.counter % 2 == 1) is (order == TOGGLE_TO_COUNTER))
    jumps = event.of_link(JUMPS, TOGGLE_JUMPS)
    target = jumps & 0x0F if is_on else jumps >> 4
    return _reaction(event, target in TO_ON) if target in TO_ON | TO_OFF else None


def _condition_holds(event: PeerEvent, is_on: bool) -> bool:
    if event.value is None:
        return True
    value, table = event.value, event.of_link(CONDITIONS, FOLLOW)
    low, high = event.of_link(LOW, LIMIT), event.of_link(HIGH, 0x64)
    held = (
        value >= low,
        value >= high,
        value < low,
        value < high,
        low <= value < high,
        not low <= value < high,
    )
    code = table & 0x0F if is_on else table >> 4
    return held[code] if code < len(held) else False


def _reaction(event: PeerEvent, on: bool) -> Reaction:
    time = event.of_link(ON_TIME, UNUSED_TIME)
    ramp = event.of_link(RAMP_ON if on else RAMP_OFF, UNUSED_TIME)
    return Reaction(
        on=on,
        delay_s=seconds8(event.of_link(ON_DELAY if on else OFF_DELAY, 0)),
        on_for_s=None if time == UNUSED_TIME or not on else seconds8(time),
        ramp_s=None if ramp == UNUSED_TIME else seconds8(ramp),
        level=event.of_link(ON_LEVEL, 0xC9) if on else event.of_link(OFF_LEVEL, 0),
    )
