"""Devices in the house that were entered by certificate: that one, under TLS, or no byte; with controls."""

import asyncio
import hashlib
import ssl
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from privacy.gate.network import device_tls
from tests.lab.devices_lab import TO_DEVICE, Lab, at_work, say
from tests.lab.far_side import EchoOverTls
from tests.lab.home_network import PORT, STICK, STICK_MAC, HomeRecorder, Network, Server
from tests.lab.outside import authority
from tests.lab.tunnel_lab import until
from tests.needs import NETWORKS

pytestmark = [pytest.mark.lab, NETWORKS]

TLS_PORT = 4433
QUESTION = b"what is the temperature?"


@pytest.fixture(scope="module")
def fingerprint(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ssl.SSLContext]:
    """Of the device's certificate, and what it answers with."""
    folder = tmp_path_factory.mktemp("device")
    _, context = authority(folder, "ccu.invalid")
    shown = x509.load_pem_x509_certificate((folder / "server.pem").read_bytes())
    return hashlib.sha256(shown.public_bytes(Encoding.DER)).hexdigest(), context


@pytest.fixture
def device(network: Network, fingerprint: tuple[str, ssl.SSLContext]) -> Iterator[EchoOverTls]:
    serving = EchoOverTls(network.stick, fingerprint[1], TLS_PORT, STICK)
    yield serving
    serving.close()


@pytest.fixture
async def lab(network: Network, tmp_path: Path) -> AsyncIterator[Lab]:
    async with at_work(network, tmp_path) as made:
        yield made


async def echo(lab: Lab, words: bytes) -> bytes:
    """What comes back through the tunnel; empty where it is closed first."""
    tunnel = await lab.hub.open(TO_DEVICE)
    reader, writer = await tunnel.plain()
    try:
        writer.write(words)
        async with asyncio.timeout(60):
            return await reader.readexactly(len(words))
    except (asyncio.IncompleteReadError, OSError):
        return b""
    finally:
        writer.close()
        lab.last = await lab.ended(tunnel)


async def test_the_device_is_known_by_its_certificate_alone(
    lab: Lab, device: EchoOverTls, recorder: HomeRecorder, fingerprint: tuple[str, ssl.SSLContext]
) -> None:
    await lab.entered(mac="", port=TLS_PORT, certificate_sha256=fingerprint[0])
    recorder.taken()
    assert await echo(lab, QUESTION) == QUESTION
    assert device.heard == QUESTION
    assert {(one.to, one.port, one.hops) for one in recorder.taken()} == {(STICK, TLS_PORT, 1)}
    (begin,) = await lab.entries("transfer_begin")
    assert (begin["host"], begin["mac"], begin["certificate_sha256"]) == (STICK, None, fingerprint[0])
    (end,) = await lab.entries("transfer_end")
    assert (end["result"], end["sent"], end["received"]) == ("closed", len(QUESTION), len(QUESTION))


async def test_a_megabyte_each_way_arrives_whole_before_the_end(
    lab: Lab, device: EchoOverTls, fingerprint: tuple[str, ssl.SSLContext]
) -> None:
    await lab.entered(mac="", port=TLS_PORT, certificate_sha256=fingerprint[0])
    words = bytes(range(256)) * 4096
    assert await echo(lab, words) == words
    assert lab.last["sent"] == lab.last["received"] == len(words)


async def test_another_certificate_gets_no_byte(lab: Lab, device: EchoOverTls) -> None:
    await lab.entered(mac=STICK_MAC, port=TLS_PORT, certificate_sha256="ab" * 32)
    assert await echo(lab, QUESTION) == b""
    assert (lab.last["result"], lab.last["code"], lab.last["sent"]) == ("failed", "other_certificate", 0)
    assert device.heard == b""


async def test_control_without_the_comparison_it_would(
    lab: Lab, device: EchoOverTls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device_tls, "compare_digest", lambda shown, entered: True)
    await lab.entered(mac=STICK_MAC, port=TLS_PORT, certificate_sha256="ab" * 32)
    assert await echo(lab, QUESTION) == QUESTION
    assert device.heard == QUESTION


async def test_the_card_is_compared_too_where_both_are_entered(
    lab: Lab, device: EchoOverTls, fingerprint: tuple[str, ssl.SSLContext]
) -> None:
    await lab.entered(mac="02:00:00:00:99:99", port=TLS_PORT, certificate_sha256=fingerprint[0])
    assert await echo(lab, QUESTION) == b""
    assert (lab.last["code"], device.heard) == ("other_device", b"")


async def test_what_speaks_no_tls_gets_no_byte(lab: Lab, network: Network) -> None:
    plain = Server(network.stick, STICK, PORT)
    try:
        await lab.entered(mac="", port=PORT, certificate_sha256="ab" * 32)
        tunnel = await lab.hub.open(TO_DEVICE)
        with tunnel.socket:
            await say(tunnel, QUESTION)
            await until(lambda: plain.heard.startswith(b"\x16\x03"))  # the gate's greeting of TLS
            plain.lines[-1].sendall(b"V 1.67 CUNO868\r\n" * 8)
            told = await lab.ended(tunnel)
        assert (told["result"], told["sent"]) == ("failed", 0)
        assert str(told["what"]).startswith("no TLS: ")
        assert QUESTION not in plain.heard
    finally:
        plain.close()


async def test_a_withdrawal_cuts_it_at_once(
    lab: Lab, device: EchoOverTls, fingerprint: tuple[str, ssl.SSLContext]
) -> None:
    await lab.entered(mac="", port=TLS_PORT, certificate_sha256=fingerprint[0])
    tunnel = await lab.hub.open(TO_DEVICE)
    with tunnel.socket:
        await say(tunnel, b"hello")
        await until(lambda: device.heard == b"hello")
        assert (await lab.ask("consent.withdraw", activity=TO_DEVICE.activity))["cut"] == 1
        assert (await lab.ended(tunnel))["code"] == "withdrawn"
    assert (await lab.ask("ledger.verify"))["findings"] == []
