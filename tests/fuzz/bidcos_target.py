"""What the fuzzer and the short test throw at all that reads bytes from the air."""

from drivers.bidcos.airtime import Airtime
from drivers.bidcos.cul import MAX_LINE_SIZE, LineDecoder
from drivers.bidcos.decode import Decoder
from drivers.bidcos.devices import model_by_code, models
from drivers.bidcos.exchange import Exchanges
from drivers.bidcos.frames import Damaged, Frame, decode_frame, encode_frame
from drivers.bidcos.keyring import Keyring
from drivers.bidcos.lane import Request, Step
from drivers.bidcos.meaning import meaning
from drivers.bidcos.messages import StatusRequest, decode_message
from drivers.bidcos.readings import read_message
from drivers.bidcos.records import read_records
from drivers.bidcos.session import Session

CENTRAL = b"\x63\x19\x64"
DEVICE = b"\x1f\xb7\x4a"


def one_input(data: bytes) -> None:
    """No bytes may raise, hang or grow anything; what reads must write the same."""
    _lines(data)
    _frame(data)
    _exchange(data)
    Decoder(None).decode(1, data.decode("latin-1"))
    read_records({"central": data[:8], "device/1": data})


def _lines(data: bytes) -> None:
    whole, cut = LineDecoder(), LineDecoder()
    half = len(data) // 2
    events = whole.feed(data)
    assert cut.feed(data[:half]) + cut.feed(data[half:]) == events
    assert len(whole._rest) <= MAX_LINE_SIZE + 1


def _frame(data: bytes) -> None:
    frame = decode_frame(data)
    if isinstance(frame, Damaged):
        frame = decode_frame(bytes((len(data[:63]),)) + data[:63])
    if isinstance(frame, Damaged):
        return
    assert decode_frame(encode_frame(frame)) == frame
    message = decode_message(frame)
    assert message.payload() == frame.payload
    session = Session()
    for model in (None, model_by_code(int.from_bytes(data[:2], "big")), models()[data[0] % len(models())]):
        meaning(frame, model, session.secrets(frame))
        read_message(message, frame, model)


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
