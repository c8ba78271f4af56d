"""A cloud or device that is asked again and again: one tunnel and its entries, with each byte in them."""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import aiohttp
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from hub.outward import TunnelConnector
from hub.outward.connector import KEPT_S
from privacy.gate.network import device_tls
from tests.lab.devices_lab import TO_DEVICE
from tests.lab.devices_lab import at_work as at_home
from tests.lab.home_network import STICK, HomeRecorder, Network
from tests.lab.outside import RECEIVER, authority
from tests.lab.polled import polled
from tests.lab.tunnel_lab import CLOUD, HOST, TO_CLOUD, TunnelLab, row, tunnel_lab, until
from tests.needs import NETWORKS

pytestmark = [pytest.mark.lab, NETWORKS]

TLS_PORT, POLLS, EVERY_S = 4443, 12, 300.0
CONTENT = b"21.5"


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Lets five minutes pass for aiohttp's connections."""
    passed_s = 0.0

    def wait() -> None:
        nonlocal passed_s
        passed_s += EVERY_S

    monkeypatch.setattr("aiohttp.connector.monotonic", lambda: time.monotonic() + passed_s)
    return wait


async def poll(connector: TunnelConnector, url: str, wait: Callable[[], None]) -> None:
    """Ask again and again, as a driver of a bridge does."""
    async with aiohttp.ClientSession(connector=connector) as session:
        for _ in range(POLLS):
            async with session.get(url) as answer:
                assert await answer.read() == CONTENT
            wait()


# a cloud


@pytest.fixture
async def cloud(wire: tuple[str, str], tmp_path: Path) -> AsyncIterator[TunnelLab]:
    for folder in ("gate", "s"):
        (tmp_path / folder).mkdir()
    ca_file, context = authority(tmp_path / "ca", HOST)
    rows = [
        row("cloud", HOST, CLOUD, port=TLS_PORT, ca_file=str(ca_file)),
        row("voice", HOST, "voice.generic"),
    ]
    with polled(wire[1], (RECEIVER, TLS_PORT), context, CONTENT):
        async with tunnel_lab(wire, tmp_path / "gate", tmp_path / "s", rows=rows) as lab:
            yield lab


# control: with what aiohttp keeps by itself, 15 s, each question is a tunnel of its own
@pytest.mark.parametrize(("kept_s", "tunnels"), [(KEPT_S, 1), (15.0, POLLS)])
async def test_a_cloud_that_is_asked_each_five_minutes_is_one_tunnel_and_each_byte_is_counted(
    cloud: TunnelLab, waiting: Callable[[], None], kept_s: float, tunnels: int
) -> None:
    cloud.packets()
    await poll(TunnelConnector(cloud.hub, TO_CLOUD, kept_s=kept_s), f"https://{HOST}:{TLS_PORT}/", waiting)
    await until(lambda: not cloud.gate.door.tunnels.running())
    packets = [one for one in cloud.packets() if one.protocol == "tcp"]
    assert sum(one.syn for one in packets) == tunnels
    for kind in ("transfer_begin", "lookup", "transfer_end"):
        assert len(await cloud.entries(kind)) == tunnels
    ends = await cloud.entries("transfer_end")
    assert sum(end["sent"] for end in ends) == sum(one.size for one in packets)
    assert await cloud.sound()


# a device in the house


@pytest.mark.parametrize(
    ("kept_s", "tunnels", "scheme"), [(KEPT_S, 1, "http"), (KEPT_S, 1, "https"), (15.0, POLLS, "http")]
)
async def test_a_device_by_its_certificate_is_asked_in_the_clear_under_the_gates_tls_by_one_tunnel(
    network: Network,
    recorder: HomeRecorder,
    tmp_path: Path,
    waiting: Callable[[], None],
    kept_s: float,
    tunnels: int,
    scheme: str,
) -> None:
    _, context = authority(tmp_path / "ca", "bridge.invalid")
    shown = x509.load_pem_x509_certificate((tmp_path / "ca" / "server.pem").read_bytes())
    fingerprint = hashlib.sha256(shown.public_bytes(Encoding.DER)).hexdigest()
    with polled(network.stick, (STICK, TLS_PORT), context, CONTENT):
        async with at_home(network, tmp_path) as lab:
            await lab.entered(mac="", port=TLS_PORT, certificate_sha256=fingerprint)
            recorder.taken()
            await poll(
                TunnelConnector(lab.hub, TO_DEVICE, kept_s=kept_s), f"{scheme}://{STICK}:{TLS_PORT}/", waiting
            )
            await until(lambda: not lab.gate.door.tunnels.running())
            assert {(one.to, one.port) for one in recorder.taken()} == {(STICK, TLS_PORT)}
            begins, ends = await lab.entries("transfer_begin"), await lab.entries("transfer_end")
            assert (len(begins), len(ends)) == (tunnels, tunnels)
            assert sum(end["received"] for end in ends) > POLLS * len(CONTENT)
            assert await asyncio.to_thread(lab.gate.ask, "ledger.verify")


@pytest.mark.parametrize("guard", [True, False], ids=["guard", "control"])
async def test_a_device_with_another_certificate_than_the_entered_one_is_asked_nothing_by_https(
    network: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    if not guard:
        monkeypatch.setattr(device_tls, "compare_digest", lambda *_: True)
    _, context = authority(tmp_path / "ca", "bridge.invalid")
    url = f"https://{STICK}:{TLS_PORT}/"
    with polled(network.stick, (STICK, TLS_PORT), context, CONTENT):
        async with at_home(network, tmp_path) as lab:
            await lab.entered(mac="", port=TLS_PORT, certificate_sha256="ab" * 32)
            async with aiohttp.ClientSession(connector=TunnelConnector(lab.hub, TO_DEVICE)) as session:
                if guard:
                    with pytest.raises(aiohttp.ClientError):
                        await session.get(url)
                else:
                    async with session.get(url) as answer:
                        assert await answer.read() == CONTENT
            if guard:
                # by its card alone it is believed as little, and the refusal says the way out
                await lab.entered(port=TLS_PORT)
                async with aiohttp.ClientSession(connector=TunnelConnector(lab.hub, TO_DEVICE)) as session:
                    with pytest.raises(aiohttp.ClientConnectorCertificateError, match="certificate_sha256"):
                        await session.get(url)
