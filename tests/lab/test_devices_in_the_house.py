"""Tunnels to devices in the house: to the one that the owner entered and to nobody else, with controls."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from privacy.client import Destination, GateDeclined
from privacy.gate.network import inside_line
from privacy.gate.tunnels import devices, tunnels
from privacy.standing import ENTERED
from tests.lab.devices_lab import TO_DEVICE, Lab, at_work, say
from tests.lab.home_network import (
    BEHIND,
    PORT,
    PROXIED,
    PUBLIC,
    RESOLVER,
    ROUTER,
    ROUTER_MAC,
    STICK,
    STICK_MAC,
    HomeRecorder,
    Network,
    Server,
    home_network,
    ip,
    plain,
)
from tests.lab.tunnel_lab import until
from tests.needs import NETWORKS

pytestmark = [pytest.mark.lab, NETWORKS]

ANSWER = b"V 1.67 CUNO868\r\n"


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    with home_network() as names:
        yield names


@pytest.fixture(scope="module")
def places(network: Network) -> Iterator[dict[str, Server]]:
    spots = {STICK: network.stick, RESOLVER: network.stick, ROUTER: network.router}
    spots |= dict.fromkeys((BEHIND, PUBLIC, PROXIED), network.beyond)
    servers = {address: Server(namespace, address) for address, namespace in spots.items()}
    yield servers
    for server in servers.values():
        server.close()


@pytest.fixture
def recorder(network: Network) -> Iterator[HomeRecorder]:
    made = HomeRecorder(network)
    yield made
    made.close()


@pytest.fixture
async def lab(network: Network, places: dict[str, Server], tmp_path: Path) -> AsyncIterator[Lab]:
    async with at_work(network, tmp_path) as made:
        yield made


async def test_the_device_is_reached_and_every_packet_has_its_entry(
    lab: Lab, places: dict[str, Server], recorder: HomeRecorder
) -> None:
    recorder.taken()
    tunnel = await lab.hub.open(TO_DEVICE)
    reader, writer = await tunnel.plain()
    writer.write(b"V\r\n")
    async with asyncio.timeout(30):
        assert await reader.readline() == ANSWER
    assert {(one.to, one.port, one.hops) for one in recorder.taken()} == {(STICK, PORT, 1)}
    (begin,) = await lab.entries("transfer_begin")
    assert (begin["host"], begin["port"], begin["mac"]) == (STICK, PORT, STICK_MAC)
    assert await lab.entries("lookup") == []
    writer.close()
    places[STICK].lines[-1].close()
    assert (await lab.ended(tunnel))["sent"] == 3
    (end,) = await lab.entries("transfer_end")
    assert (end["transfer"], end["sent"], end["received"]) == (begin["transfer"], 3, len(ANSWER))


@pytest.mark.parametrize(
    ("address", "mac", "code"),
    [
        (ROUTER, ROUTER_MAC, "serves_network"),
        (RESOLVER, STICK_MAC, "serves_network"),
        (BEHIND, ROUTER_MAC, "not_on_link"),
        (PUBLIC, ROUTER_MAC, "not_on_link"),
    ],
    ids=["router", "resolver", "behind the router", "internet"],
)
async def test_what_is_no_device_of_this_link_gets_no_packet(
    lab: Lab, network: Network, recorder: HomeRecorder, address: str, mac: str, code: str
) -> None:
    await lab.entered(address, mac)
    recorder.taken()
    assert await lab.refusal() == code
    assert recorder.taken() == []
    assert await lab.entries("transfer_begin") == []
    assert plain(network, address) == ANSWER  # the control: any program of the home gets there


async def test_another_card_at_the_address_gets_no_byte(lab: Lab, places: dict[str, Server]) -> None:
    await lab.entered(mac="02:00:00:00:99:99")
    heard = len(places[STICK].heard)
    tunnel = await lab.hub.open(TO_DEVICE)
    with tunnel.socket, suppress(OSError):
        await say(tunnel, b"secret")
    told = await lab.ended(tunnel)
    assert (told["result"], told["code"], told["sent"]) == ("failed", "other_device", 0)
    assert len(places[STICK].heard) == heard


async def test_control_without_the_look_at_the_card_it_would(
    lab: Lab, places: dict[str, Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devices, "misplaced", lambda entry, situation: None)
    await lab.entered(mac="02:00:00:00:99:99")
    tunnel = await lab.hub.open(TO_DEVICE)
    with tunnel.socket:
        await say(tunnel, b"secret")
        await until(lambda: places[STICK].heard.endswith(b"secret"))


async def test_behind_a_router_that_plays_the_neighbour_nothing_arrives(
    lab: Lab, network: Network, places: dict[str, Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inside_line, "CONNECT_S", 1.0)
    await lab.entered(PROXIED, ROUTER_MAC)
    heard = len(places[PROXIED].heard)
    assert await lab.refusal() is not None or len(places[PROXIED].heard) == heard
    assert len(places[PROXIED].heard) == heard
    assert plain(network, PROXIED) == ANSWER


async def test_nobody_is_asked_for_without_an_entry(lab: Lab, recorder: HomeRecorder) -> None:
    recorder.taken()
    for name in ("radio", "other"):
        with pytest.raises(GateDeclined):
            await lab.hub.open(Destination(activity=ENTERED, recipient=name, categories=TO_DEVICE.categories))
    assert recorder.taken() == []


async def test_a_withdrawal_cuts_at_once_and_stays_over_a_restart(
    network: Network, places: dict[str, Server], tmp_path: Path
) -> None:
    async with at_work(network, tmp_path) as lab:
        tunnel = await lab.hub.open(TO_DEVICE)
        with tunnel.socket:
            await say(tunnel, b"hello")
            await until(lambda: places[STICK].heard.endswith(b"hello"))
            assert (await lab.ask("consent.withdraw", activity=ENTERED))["cut"] == 1
            assert (await lab.ended(tunnel))["code"] == "withdrawn"
        assert await lab.refusal() == "unknown_recipient"
    async with at_work(network, tmp_path) as lab:
        assert await lab.refusal() == "unknown_recipient"
        await lab.ask("consent.reopen", activity=ENTERED)
        tunnel = await lab.hub.open(TO_DEVICE)
        with tunnel.socket:
            await say(tunnel, b"again")
            await until(lambda: places[STICK].heard.endswith(b"again"))


async def test_a_device_that_became_another_one_is_cut_off(
    lab: Lab, network: Network, places: dict[str, Server]
) -> None:
    tunnel = await lab.hub.open(TO_DEVICE)
    with tunnel.socket:
        await say(tunnel, b"first")
        await until(lambda: places[STICK].heard.endswith(b"first"))
        ip("-n", network.stick, "link", "set", "wire", "address", "02:00:00:00:77:21")
        ip("-n", network.home, "neighbour", "flush", "dev", "wire")
        try:
            end_s = time.monotonic() + 60
            while (told := await lab.hub.outcome(tunnel))["result"] == "running":
                assert time.monotonic() < end_s, told
                with suppress(OSError):
                    await say(tunnel, b".")  # so that the kernel asks who is there
                lab.gate.clock.ahead += timedelta(seconds=tunnels.LOOK_S)
                await asyncio.sleep(0.5)
            assert told["code"] == "other_device"
        finally:
            ip("-n", network.stick, "link", "set", "wire", "address", STICK_MAC)
            ip("-n", network.home, "neighbour", "flush", "dev", "wire")
