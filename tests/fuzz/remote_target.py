"""What the fuzzer and the short test throw at everything that comes from a phone or a relay."""

import contextlib

from hub.remote import opening
from hub.remote.frames import FROM_HUB, FROM_PHONE, Frame, FrameDecoder
from hub.remote.hub_session import HubSession
from hub.remote.keys import Mode
from hub.remote.messages import Hello, Request, decode
from hub.remote.noise import CipherState, Split
from hub.remote.padding import MOST, unpad
from hub.remote.qr import BadCode
from hub.remote.qr import decode as read_code
from hub.remote.qr import encode as write_code
from hub.remote.transport import Dropped, Opener, Sealer
from privacy import base64url

KEY = bytes(32)
BREAKS = dict.fromkeys(map(ord, " \t\n\r"))  # taken out of a code wherever they stand (remote.md)


def one_input(data: bytes) -> None:
    """However it is cut, frames are the same; a session takes what is authentic; the rest is dropped."""
    half = len(data) // 2
    for limits in (FROM_PHONE, FROM_HUB):
        whole, cut = FrameDecoder(limits), FrameDecoder(limits)
        events = whole.feed(data)
        assert cut.feed(data[:half]) + cut.feed(data[half:]) == events
        for event in events:
            if isinstance(event, Frame):
                assert FrameDecoder(limits).feed(event.encode()) == [event]
    assert isinstance(Opener(CipherState(KEY)).open(data), Dropped)
    unpad(data)
    opening.decode(data.ljust(opening.SIZE, b"\0")[: opening.SIZE])
    decode(data, Hello)
    decode(data, Request)
    text = data.decode("latin-1")
    raw = base64url.decode(text)
    assert raw is None or base64url.encode(raw) == text
    with contextlib.suppress(BadCode):
        assert write_code(read_code(text)) == text.translate(BREAKS)
    _session(data)


def _session(data: bytes) -> None:
    """The same bytes from a phone that is who it says, and in foreign hands."""
    for mode in Mode:
        session = HubSession(mode, Split(sending=CipherState(KEY), receiving=CipherState(KEY), hash=KEY), 0.0)
        hello = b"\x01" + bytes(4) + (14).to_bytes(4) + b'{"client":"a"}'
        sealer = Sealer(CipherState(KEY))
        events = session.receive(sealer.seal(hello), 0.0)
        for content in (data[:MOST], data[: len(data) // 2]):
            events += session.receive(sealer.seal(content), 0.0)
        assert len(events) <= 1 + 2 * len(data)
        assert len(session.channel.take()) <= 1 + len(data)
