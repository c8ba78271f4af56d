"""The doctor's look at a stick in the network: where and who it is, whether it answers; by the gate's rules.

Connects only when no line of this machine to it is open: most sticks have room for one.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path

from privacy.gate.doctor.doctor_finding import FAIL, OK, WARN, Finding
from privacy.gate.doctor.doctor_radio import ask_radio
from privacy.gate.network import neighbours
from privacy.gate.network.inside_line import NoLine, open_line
from privacy.gate.network.neighbours import Place
from privacy.gate.stick.network_door import WAYS_OUT
from privacy.inside import InsideEntry
from privacy.reasons import Reason
from privacy.register import Language
from privacy.whereabouts import Situation, misplaced

_ESTABLISHED = "01"  # proc_net_tcp(5)


def in_network(entry: InsideEntry, *, runs: bool) -> Iterator[Finding]:
    """One finding about the stick at ``entry``. runs: this home does, so an open line is its own."""
    try:
        place = neighbours.find(entry)
        reason = _refusal(entry, place, None)
    except OSError as error:
        yield _fails(f"{entry}: {error}", "check this machine's network")
        return
    if reason is not None:
        yield _fails(f"{entry}: {reason.text(Language.EN)}", "correct [radio] port")
    elif has_line(entry):
        whose = "this home" if runs else "a program of this machine"
        yield Finding(name="radio", level=OK if runs else WARN, text=f"{entry} is in use, by {whose}")
    else:
        yield asyncio.run(_asked(entry, place))


async def _asked(entry: InsideEntry, place: Place) -> Finding:
    try:
        line = await open_line(entry, place.interface)
    except NoLine as error:
        return _fails(f"{entry}: {error.why}", WAYS_OUT[error.code])
    with line:
        card = "" if place.own else neighbours.card_of(entry, place.interface)
        if not entry.mac and not place.own:
            return _fails(f"{entry} is at {card or 'an unknown address'}", f'set [radio] mac = "{card}"', 65)
        if (reason := _refusal(entry, place, card)) is not None:
            text = f"{entry}: {reason.text(Language.EN)}"
            return _fails(text, f"it is {card or 'unknown'}, and [radio] mac says {entry.mac}")
        try:
            found = ask_radio(line.fileno(), str(entry))
        except OSError as error:
            return _fails(f"{entry}: {error}", "restart the stick; another program may be connected to it")
    if found is not None:
        return found
    text = f"{entry} connects, but does not answer V as a CUL stick does, nor as an HM-MOD-RPI-PCB"
    way_out = "check the port, and who else uses it; ser2net: 38400 baud for a CUL, 115200 for a module"
    return Finding(name="radio", level=WARN, text=text, way_out=way_out)


def _refusal(entry: InsideEntry, place: Place, card: str | None) -> Reason | None:
    """As the gate decides; what it has spent and what was withdrawn is the gate's own knowledge."""
    situation = Situation(
        on_link=place.on_link and place.own == entry.address.is_loopback,
        serves_network=neighbours.serves_network(entry, place),
        mac=card,
    )
    return misplaced(entry, situation)


def has_line(entry: InsideEntry) -> bool:
    """Whether this machine holds a connection to the entry, whoever opened it."""
    packed = entry.address.packed
    words = [packed[at : at + 4][::-1].hex().upper() for at in range(0, len(packed), 4)]
    wanted = f"{''.join(words)}:{entry.port:04X}"
    try:
        lines = Path("/proc/self/net/tcp" + ("6" if len(packed) == 16 else "")).read_text().splitlines()[1:]
    except OSError:
        return False
    return any(line.split()[2:4] == [wanted, _ESTABLISHED] for line in lines)


def _fails(text: str, way_out: str, code: int = 74) -> Finding:
    return Finding(name="radio", level=FAIL, text=text, way_out=way_out, code=code)
