"""A server asks for a second greeting: for the same host it passes, for another not. Each has its control."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from privacy.gate.tunnels import first_words
from privacy.gate.tunnels.tunnels import Limits
from privacy.server_hello import _ASKS_AGAIN, AnswerReader
from tests.lab.far_side import EchoOverTls
from tests.lab.outside import authority
from tests.lab.tunnel_lab import HOST, TO_CLOUD, TunnelLab, receive, row, send, tunnel_lab, until
from tests.needs import NETWORKS
from tests.privacy.greetings import ECH, message, real, records, server_name

pytestmark = [pytest.mark.lab, NETWORKS]

NOTHING = b"nothing of this may leave"
ASKS = b"\x16\x03\x03\0\x2a\2\0\0\x26\x03\x03" + _ASKS_AGAIN + b"\0\0\0\0"
CCS = b"\x14\x03\x03\0\1\1"
SECONDS = {
    "another name": (real("evil.example.org"), "other_name"),
    "another name behind a change of cipher": (CCS + real("evil.example.org"), "other_name"),
    "a hidden name": (CCS + records(message(server_name(HOST), ECH), 9), "hidden_name"),
    "no name": (real(None), "other_name"),
    "plain http": (b"POST / HTTP/1.1\r\n\r\n", "not_tls"),
    "not whole": (real(HOST)[:-1], "greeting_broken"),
}


@pytest.fixture
async def lab(wire: tuple[str, str], tmp_path: Path) -> AsyncIterator[TunnelLab]:
    for name in ("gate", "s"):
        (tmp_path / name).mkdir()
    limits = Limits(ticket_s=1.0, greeting_s=0.5)
    async with tunnel_lab(wire, tmp_path / "gate", tmp_path / "s", limits=limits) as lab:
        lab.far.answer = ASKS
        yield lab


async def arrived_behind(lab: TunnelLab, second: bytes, *, at_once: bool) -> tuple[bytes, dict[str, object]]:
    """What arrives behind the first greeting, and what became of the tunnel."""
    first, count = real(HOST), len(lab.far.arrived)
    tunnel = await lab.opened(first=first + second if at_once else first)
    assert await receive(tunnel, len(ASKS)) == ASKS
    if not at_once:
        await send(tunnel, second)
    told = dict(await lab.ended(tunnel))
    await until(lambda: len(lab.far.ended) > count)
    return bytes(lab.far.arrived[-1]).removeprefix(first), told


@pytest.mark.parametrize("at_once", [False, True], ids=["when asked", "behind the first"])
@pytest.mark.parametrize("attack", SECONDS)
async def test_a_second_greeting_that_is_not_plainly_for_the_granted_host_gets_nothing_out(
    lab: TunnelLab, attack: str, at_once: bool
) -> None:
    second, code = SECONDS[attack]
    if attack != "not whole":
        second += NOTHING
    behind, told = await arrived_behind(lab, second, at_once=at_once)
    assert behind == b""
    assert (told["result"], told["code"]) == ("failed", code)
    (end,) = await lab.entries("transfer_end")
    assert (end["sent"], end["received"]) == (len(real(HOST)), len(ASKS))
    assert await lab.sound()


@pytest.mark.parametrize("at_once", [False, True], ids=["when asked", "behind the first"])
async def test_control_without_the_second_look_another_host_is_named(
    lab: TunnelLab, monkeypatch: pytest.MonkeyPatch, at_once: bool
) -> None:
    monkeypatch.setattr(AnswerReader, "feed", lambda reader, data: reader.data.extend(data) or False)
    second = real("evil.example.org") + NOTHING
    tunnel = await lab.opened(first=real(HOST) + (second if at_once else b""))
    assert await receive(tunnel, len(ASKS)) == ASKS
    if not at_once:
        await send(tunnel, second)
    await until(lambda: lab.far.arrived[-1].endswith(second))


async def test_a_second_greeting_for_the_same_host_passes_and_all_is_counted(lab: TunnelLab) -> None:
    second, more = CCS + real(HOST), b"and from here on nobody looks" * 1000
    tunnel = await lab.opened()
    assert await receive(tunnel, len(ASKS)) == ASKS
    await send(tunnel, second)
    await send(tunnel, more)
    first = real(HOST)
    await until(lambda: lab.far.arrived[-1].endswith(second + more))
    tunnel.socket.close()
    told = await lab.ended(tunnel)
    assert told["sent"] == len(lab.far.arrived[-1]) == len(first) + len(second) + len(more)


async def test_a_server_that_says_nothing_is_given_up(
    lab: TunnelLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.far.answer = b""
    monkeypatch.setattr(first_words, "ANSWER_S", 0.3)
    hello = real(HOST)
    told = await lab.ended(await lab.opened(first=hello + NOTHING))
    assert (told["result"], str(told["what"]).endswith("no answer to the greeting")) == ("failed", True)
    assert bytes(lab.far.arrived[-1]) == hello  # what stood behind it was kept back


async def test_real_tls_with_a_server_that_asks_again_works(wire: tuple[str, str], tmp_path: Path) -> None:
    for name in ("gate", "s"):
        (tmp_path / name).mkdir()
    ca_file, context = authority(tmp_path / "ca", HOST)
    context.set_ecdh_curve("secp521r1")  # no client offers a key of it unasked
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    rows = [row("cloud", HOST, TO_CLOUD.activity, port=8443, ca_file=str(ca_file))]
    rows.append(row("voice", "voice.example.org", "voice.generic"))
    echo = EchoOverTls(wire[1], context, 8443)
    try:
        async with tunnel_lab(wire, tmp_path / "gate", tmp_path / "s", rows=rows) as lab:
            asked: list[bool] = []
            feed = AnswerReader.feed

            def noted(reader: AnswerReader, data: bytes) -> bool | None:
                verdict = feed(reader, data)
                asked.append(bool(verdict))
                return verdict

            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(AnswerReader, "feed", noted)
                tunnel = await lab.hub.open(TO_CLOUD)
                reader, writer = await tunnel.encrypted()
                writer.write(b"hello" * 10_000)
                async with asyncio.timeout(30):
                    assert await reader.readexactly(50_000) == b"hello" * 10_000
                writer.close()
                await writer.wait_closed()
            assert any(asked)
    finally:
        echo.close()
