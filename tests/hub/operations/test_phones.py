"""What a code for another phone says of relays that it leaves out."""

from dataclasses import dataclass, replace
from typing import Any, cast

from hub.home.phones import PhoneCode, SlotOffer
from hub.operations.house import House
from hub.operations.messages import Nothing
from hub.operations.operation import Caller
from hub.operations.phone_messages import BeginCode, NewCode
from hub.operations.phones import begin_code
from privacy import base64url

NAMES = ("mine", "friend")
SLOTS = tuple(
    SlotOffer(relay=name, wss_port=443, route=bytes([at] * 16), slot=at, password="p" * 16)
    for at, name in enumerate(NAMES)
)
CODE = PhoneCode(
    hub_key=bytes(32), pairing=bytes(8), secret=bytes(16), slots=SLOTS, without=("full",), expires_in_s=600.0
)


@dataclass
class Phones:
    """Draws a code whose ways name these relays."""

    named: tuple[str, ...]

    async def code(self, *, relays: bool) -> PhoneCode:
        return CODE if relays else replace(CODE, slots=(), without=())

    async def ways(self, code: PhoneCode) -> tuple[str, ...]:
        there = [slot for slot in code.slots if slot.relay in self.named]
        relays = [f"r,h.example.org,8883,443,{base64url.encode(one.route)},{one.slot},p" for one in there]
        return ("h,http://127.0.0.1:8480", *relays)


@dataclass
class Rooms:
    phones: Phones


async def code(*named: str, relays: bool = True) -> NewCode:
    house: Any = Rooms(Phones(named))
    return await begin_code(cast("House", house), cast("Caller", Nothing()), BeginCode(relays=relays))


async def test_a_code_tells_relays_without_a_slot_and_relays_that_it_does_not_name() -> None:
    assert ((told := await code("mine")).without, told.left_out) == (("full",), ("friend",))
    assert (await code()).left_out == NAMES
    # the control: what it names is not told
    assert (await code(*NAMES)).left_out == ()
    assert ((at_home := await code(relays=False)).without, at_home.left_out) == ((), ())
