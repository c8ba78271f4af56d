"""control.sock: who may connect, what is answered, and that descriptors only go out."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from privacy import conversation
from privacy.client import GateClient, GateDeclined, GateLost
from privacy.conversation import ConversationLost, Declined, Handler, Reply
from privacy.framing import MESSAGE_LIMIT, encode_message
from privacy.gate.control.control import Control
from privacy.gate.front.setup_token import SetUpToken
from privacy.gate.jailed.runtime import listen
from privacy.gate.machine.peer import why_not_jailed


async def _open(question: Mapping[str, object]) -> Reply:
    reading, writing = os.pipe()
    os.write(writing, b"from the gate")
    os.close(writing)
    return Reply(fields={}, descriptor=reading)


async def _echo(question: Mapping[str, object]) -> Mapping[str, object]:
    raise Declined("echo", str(question.get("text")))


async def _long(question: Mapping[str, object]) -> Mapping[str, object]:
    return {"text": "x" * MESSAGE_LIMIT}


async def _mistake(question: Mapping[str, object]) -> Reply:
    raise LookupError("a mistake of ours")


async def _busy(question: Mapping[str, object]) -> Reply:
    raise Declined("port_busy", "somebody else has it")


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[tuple[Control, Path]]:
    token = SetUpToken(bytes)
    handlers: dict[str, Handler] = {
        "mistake": _mistake,
        "echo": _echo,
        "long": _long,
        "hello": token.hello,
        "claimed": token.claimed,
        "serial.open": _open,
        "busy": _busy,
    }
    control = Control(lambda _: True, handlers)
    serving = asyncio.ensure_future(control.serve(listen(tmp_path / "control.sock", 0o600)))
    await asyncio.sleep(0)
    yield control, tmp_path / "control.sock"
    serving.cancel()
    await asyncio.wait([serving])


async def test_hello_brings_the_token_until_it_is_spent(served: tuple[Control, Path]) -> None:
    client = GateClient(served[1])
    for claims, expected in ((False, "A" * 32), (False, None)):
        await client.connect()
        running = asyncio.ensure_future(client.run())
        assert (await client.hello(version="0.1.0", claimed=claims)).setup_token == expected
        await client.claimed()
        running.cancel()
        await asyncio.wait([running])
        await asyncio.sleep(0.05)


async def test_the_gates_descriptor_arrives_and_is_closed_here(served: tuple[Control, Path]) -> None:
    client = GateClient(served[1])
    await client.connect()
    running = asyncio.ensure_future(client.run())
    await client.claimed()
    before = len(list(Path("/proc/self/fd").iterdir()))
    descriptor = (await client.open_serial()).descriptor
    assert len(list(Path("/proc/self/fd").iterdir())) == before + 1
    assert os.read(descriptor, 99) == b"from the gate"
    os.close(descriptor)
    with pytest.raises(GateDeclined, match="port_busy"):
        await client.ask("busy")
    with pytest.raises(GateDeclined) as echoed:
        await client.ask("echo", text="\ud800")
    assert echoed.value.detail == "\ud800"
    with pytest.raises(GateDeclined, match="too_long"):
        await client.ask("long")
    with pytest.raises(GateDeclined, match="too_long"):
        await client.ask("echo", text="x" * MESSAGE_LIMIT)
    with pytest.raises(GateDeclined, match="internal"):
        await client.ask("mistake")
    with pytest.raises(GateDeclined, match="unknown_question"):
        await client.ask("consent.give", activity="diagnosis.remote")
    running.cancel()
    await asyncio.wait([running])


async def test_the_gate_asks_the_hub_and_knows_when_it_is_gone(served: tuple[Control, Path]) -> None:
    control, path = served
    with pytest.raises(ConversationLost):
        await control.ask("collect", groups=["system"])
    client = GateClient(path)

    async def collect(question: Mapping[str, object]) -> Mapping[str, object]:
        return {"groups": question["groups"]}

    client.on_request("collect", collect)
    await client.connect()
    running = asyncio.ensure_future(client.run())
    await client.claimed()
    assert await control.ask("collect", groups=["system"]) == {"groups": ["system"]}
    running.cancel()
    await asyncio.wait([running])


async def test_a_second_connection_beside_the_hubs_is_closed(served: tuple[Control, Path]) -> None:
    first, second = GateClient(served[1]), GateClient(served[1])
    await first.connect()
    running = asyncio.ensure_future(first.run())
    await first.claimed()
    await second.connect()
    with pytest.raises(GateLost):
        await second.run()
    await first.claimed()
    running.cancel()
    await asyncio.wait([running])


async def test_whoever_is_not_jailed_is_closed_at_once(tmp_path: Path) -> None:
    control = Control(lambda accepted: why_not_jailed(accepted) is None, {})
    serving = asyncio.ensure_future(control.serve(listen(tmp_path / "control.sock", 0o600)))
    client = GateClient(tmp_path / "control.sock")
    await asyncio.sleep(0)
    await client.connect()  # a part of this very process: same namespaces
    with pytest.raises(GateLost):
        await client.run()
    serving.cancel()
    await asyncio.wait([serving])


@pytest.mark.parametrize(
    "nonsense", [b"\xff\xff\xff\xff", b"\0\0\0\2[]", b"\0\0\0\1{", encode_message({"op": "hello"})]
)
async def test_nonsense_ends_the_connection_and_nothing_else(
    served: tuple[Control, Path], nonsense: bytes
) -> None:
    reader, writer = await asyncio.open_unix_connection(str(served[1]))
    writer.write(nonsense)
    assert await asyncio.wait_for(reader.read(), 60) == b""
    writer.close()
    await writer.wait_closed()
    client = GateClient(served[1])
    await client.connect()
    running = asyncio.ensure_future(client.run())
    await client.claimed()
    running.cancel()
    await asyncio.wait([running])


FLOODS = {
    "questions, nothing read": [{"id": 1, "op": "claimed"}],
    "long questions": [{"id": 1, "op": "claimed", "x": [{}] * 25_000}],
    "answers to nothing": [{"id": 1, "ok": {}}],
    "long answers to nothing": [{"id": 1, "ok": {"x": [{}] * 25_000}}],
}


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "control"])
@pytest.mark.parametrize("flood", FLOODS.values(), ids=FLOODS)
async def test_a_hub_that_floods_is_hung_up_on_before_it_fills_the_memory(
    served: tuple[Control, Path],
    flood: list[dict[str, object]],
    guarded: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not guarded:
        for limit in ("UNANSWERED_LIMIT", "UNASKED_LIMIT"):
            monkeypatch.setattr(conversation, limit, 1 << 30)
        monkeypatch.setattr(conversation, "QUESTION_LIMIT", MESSAGE_LIMIT)
    most = 1 << 18
    with socket.socket(socket.AF_UNIX) as hostile:
        hostile.connect(str(served[1]))
        hostile.setblocking(False)
        one = encode_message(flood[0])
        frames, sent = one * (1 + 20_000 // len(one)), 0
        try:
            while sent < most:
                await asyncio.wait_for(asyncio.get_running_loop().sock_sendall(hostile, frames), 60)
                sent += len(frames)
                await asyncio.sleep(0)
        except ConnectionError:
            pass
    assert (sent < most) is guarded
    if not guarded:
        return
    await asyncio.sleep(0.2)
    client = GateClient(served[1])  # and the next hub is served
    await client.connect()
    running = asyncio.ensure_future(client.run())
    await client.claimed()
    running.cancel()
    await asyncio.wait([running])


async def test_the_gate_takes_no_descriptor(served: tuple[Control, Path]) -> None:
    with socket.socket(socket.AF_UNIX) as hostile:
        hostile.connect(str(served[1]))
        reading, writing = os.pipe()
        socket.send_fds(hostile, [encode_message({"id": 1, "op": "claimed"})], [writing])
        os.close(writing)
        hostile.setblocking(False)
        answer = await asyncio.wait_for(asyncio.get_running_loop().sock_recv(hostile, 999), 60)
        assert b'"ok"' in answer
        # the kernel dropped it: no writer is left, though the connection lives
        assert os.read(reading, 1) == b""
        os.close(reading)
