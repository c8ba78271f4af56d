"""What registers that were read or written say about talking with a device. Pure.

Source: docs/protocols/bidcos.md, "Register lists", "Silence".
"""

from ..devices import paramset_of
from ..exchange.lanes import Lanes
from ..members.household import Member
from .paramset import read_values
from .registers import ListId, Registers

BURST_RX = 0x01  # of list 0: a burst wakes it
REPORTS, SKIPPED = "CYCLIC_INFO_MSG", "CYCLIC_INFO_MSG_DIS"  # whether it reports, how many it leaves out
_DEVICE_LIST = ListId(0, 0)


def learn(registers: Registers, radio: bytes, lanes: Lanes) -> None:
    """Take over whether a burst wakes it."""
    known = registers.list_of(radio, _DEVICE_LIST)
    if known is not None and BURST_RX in known.registers:
        lanes.set_burst_rx(radio, known.registers[BURST_RX] != 0)


def silence_s(member: Member, registers: Registers) -> float | None:
    """For how long a device may be silent as its owner set it up; None: for ever.

    The model's limit counts for the reports that it leaves out from the factory; who lets it leave out more
    hears less of it.
    """
    limit_s, known = member.model.silence_s, registers.list_of(member.record.address, _DEVICE_LIST)
    if limit_s is None or known is None:
        return limit_s
    described = paramset_of(member.model, 0, "MASTER", firmware=member.record.firmware)
    named = {
        each.name: each for each in described if each.list_index == 0 and each.name in {REPORTS, SKIPPED}
    }
    told = read_values(tuple(named.values()), known.registers)
    if told.get(REPORTS) is False:
        return None
    left_out = told.get(SKIPPED)
    default = named[SKIPPED].default if SKIPPED in named else None
    if not isinstance(left_out, int) or not isinstance(default, int):
        return limit_s
    return limit_s * max(1.0, (left_out + 1) / (default + 1))
