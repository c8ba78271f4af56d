"""What the fuzzer and the short test throw at the stick's lines and at ``homebase decode``."""

from drivers.bidcos.codec.cul import MAX_LINE_SIZE, LineDecoder, encode_send
from drivers.bidcos.codec.frames import Frame
from drivers.bidcos.decode import Decoder
from drivers.bidcos.devices import models


def one_input(data: bytes) -> None:
    """However it is cut, the events are the same; what is kept is bounded; frames are written again."""
    whole, cut = LineDecoder(), LineDecoder()
    half = len(data) // 2
    events = whole.feed(data)
    assert cut.feed(data[:half]) + cut.feed(data[half:]) == events
    assert len(whole._rest) <= MAX_LINE_SIZE + 1
    for event in events:
        if isinstance(event, Frame):
            (again,) = LineDecoder().feed(encode_send(event).replace(b"As", b"A", 1))
            assert isinstance(again, Frame)
            assert (again.counter, again.payload) == (event.counter, event.payload)
    model = models()[len(data) % len(models())]
    for number, line in enumerate(data.decode("latin-1").split("\n")[:20]):
        said = Decoder(model).decode(number, line)
        assert ("error" in said) != ("frame" in said)
