"""What the fuzzer and the short test throw at the exchange of frames and at what the store holds."""

from drivers.bidcos.codec.frames import Frame
from drivers.bidcos.codec.messages import StatusRequest
from drivers.bidcos.devices import models
from drivers.bidcos.exchange.airtime import Airtime
from drivers.bidcos.exchange.exchange import Exchanges
from drivers.bidcos.exchange.keyring import Keyring
from drivers.bidcos.exchange.lane import Request, Step
from drivers.bidcos.members.records import read_records

CENTRAL = b"\x63\x19\x64"
DEVICE = b"\x1f\xb7\x4a"


def one_input(data: bytes) -> None:
    """No bytes may raise, hang or grow anything."""
    _exchange(data)
    read_records({"central": data[:8], "device/1": data})


def _exchange(data: bytes) -> None:
    """Any frames at any time while something is asked: bounded answers, no endless waking."""
    exchanges = Exchanges(CENTRAL, Airtime(), lambda size: data[:size].ljust(size, b"\x00"), Keyring())
    exchanges.lanes.add(DEVICE, models()[data[0] % len(models()) if data else 0].receive_modes, 7)
    now_s = 1.0
    exchanges.submit(Request(device=DEVICE, steps=(Step(message=StatusRequest(channel=1)),)), now_s)
    for at in range(0, min(len(data), 400), 20):
        part = data[at : at + 20]
        if len(part) < 6:
            break
        frame = Frame(
            counter=part[0] % 16,
            flags=part[1],
            kind=part[2],
            sender=DEVICE,
            receiver=CENTRAL,
            payload=part[4:],
        )
        exchanges.receive(frame, now_s, now_s)
        now_s += part[3] / 256
        for _ in range(20):
            due_s = exchanges.wake_at_s
            if due_s is None or due_s > now_s:
                break
            exchanges.wake(now_s)
        else:
            raise AssertionError("it wants to be woken for ever")
