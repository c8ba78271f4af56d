"""The hub's client against a listening socket: questions both ways, descriptors, the end."""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from privacy.client import GateClient, GateDeclined, GateLost
from privacy.framing import MessageDecoder, encode_message


class OtherSide:
    """A gate reduced to its socket: what the client said, and bytes to say back."""

    def __init__(self, path: Path) -> None:
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(path))
        self._listening.listen()
        self._listening.setblocking(False)
        self._decoder = MessageDecoder()

    async def accept(self) -> None:
        self.connection, _ = await asyncio.get_running_loop().sock_accept(self._listening)

    async def hear(self) -> dict[str, object]:
        while True:
            data = await asyncio.get_running_loop().sock_recv(self.connection, 65536)
            if messages := self._decoder.feed(data):
                assert len(messages) == 1
                return messages[0]

    def say(self, message: Mapping[str, object], *descriptors: int) -> None:
        socket.send_fds(self.connection, [encode_message(message)], list(descriptors))

    def close(self) -> None:
        self._listening.close()
        self.connection.close()


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[tuple[GateClient, OtherSide]]:
    other = OtherSide(tmp_path / "control.sock")
    client = GateClient(tmp_path / "control.sock")

    async def collect(question: Mapping[str, object]) -> Mapping[str, object]:
        if question.get("groups") != ["system"]:
            raise GateDeclined("unknown_group", "only system")
        return {"groups": {"system": {}}}

    client.on_request("collect", collect)
    await client.connect()
    await other.accept()
    running = asyncio.ensure_future(client.run())
    await asyncio.sleep(0)
    yield client, other
    other.close()
    with contextlib.suppress(GateLost):
        await running


async def test_hello_brings_the_set_up_token(pair: tuple[GateClient, OtherSide]) -> None:
    client, other = pair
    asking = asyncio.ensure_future(client.hello(version="0.1.0", claimed=False))
    question = await other.hear()
    assert question == {"id": 1, "op": "hello", "version": "0.1.0", "claimed": False}
    other.say({"id": 1, "ok": {"setup_token": "T"}})
    assert (await asking).setup_token == "T"


async def test_the_serial_descriptor_comes_beside_its_answer(pair: tuple[GateClient, OtherSide]) -> None:
    client, other = pair
    asking = asyncio.ensure_future(client.open_serial())
    number = (await other.hear())["id"]
    reading, writing = os.pipe()
    other.say({"id": number, "ok": {"hardware_id": "usb-CUL_A1"}}, writing)
    os.close(writing)
    opened = await asking
    descriptor = opened.descriptor
    assert opened.hardware_id == "usb-CUL_A1"
    os.write(descriptor, b"V\r\n")
    assert os.read(reading, 9) == b"V\r\n"
    assert not os.get_inheritable(descriptor)
    os.close(descriptor)
    os.close(reading)


async def test_descriptors_nobody_asked_for_are_closed(pair: tuple[GateClient, OtherSide]) -> None:
    client, other = pair
    asking = asyncio.ensure_future(client.open_serial())
    number = (await other.hear())["id"]
    reading, writing = os.pipe()
    again = os.dup(writing)
    other.say({"id": number, "ok": {}}, writing, again)
    os.close(writing)
    os.close(again)
    os.close((await asking).descriptor)
    assert os.read(reading, 1) == b""  # the end: no writer is left
    os.close(reading)


async def test_a_refusal_has_code_and_detail(pair: tuple[GateClient, OtherSide]) -> None:
    client, other = pair
    asking = asyncio.ensure_future(client.open_serial())
    other.say({"id": (await other.hear())["id"], "error": {"code": "port_missing", "detail": "no stick"}})
    with pytest.raises(GateDeclined, match="port_missing: no stick"):
        await asking


async def test_the_gate_asks_and_is_answered(pair: tuple[GateClient, OtherSide]) -> None:
    _, other = pair
    other.say({"id": 1, "op": "collect", "groups": ["system"]})
    assert await other.hear() == {"id": 1, "ok": {"groups": {"system": {}}}}
    other.say({"id": 2, "op": "collect", "groups": ["names"]})
    assert await other.hear() == {"id": 2, "error": {"code": "unknown_group", "detail": "only system"}}
    other.say({"id": 3, "op": "nonsense"})
    assert (await other.hear())["error"] == {
        "code": "unknown_question",
        "detail": "op 'nonsense' is not known here",
    }


async def test_a_lost_gate_ends_every_question(pair: tuple[GateClient, OtherSide]) -> None:
    client, other = pair
    asking = asyncio.ensure_future(client.claimed())
    await other.hear()
    other.close()
    with pytest.raises(GateLost):
        await asking
    with pytest.raises(GateLost):
        await client.claimed()


async def test_no_gate_at_all(tmp_path: Path) -> None:
    with pytest.raises(GateLost, match="no gate"):
        await GateClient(tmp_path / "none.sock").connect()
