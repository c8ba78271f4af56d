"""Real programs that make their own sockets, through the forwarder: curl, wget, ffmpeg, paho-mqtt.

They get where the grant leads, with TLS of their own (OpenSSL, GnuTLS); elsewhere, and after the
withdrawal, they get nowhere.
"""

import asyncio
import os
import shutil
import socket
import struct
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
import socks  # type: ignore[import-untyped]
from paho.mqtt.enums import CallbackAPIVersion

from privacy.forwarder import forwarding
from tests.lab.outside import RECEIVER, Receiver, authority, made_in
from tests.lab.polled import polled
from tests.lab.tunnel_lab import (
    CLOUD,
    HOST,
    OTHER_HOST,
    TO_CLOUD,
    TO_VOICE,
    VOICE,
    TunnelLab,
    row,
    tunnel_lab,
)
from tests.needs import NETWORKS

pytestmark = [pytest.mark.lab, NETWORKS]

HTTPS_PORT, MQTT_PORT = 4443, 8883
CURL = shutil.which("curl") or "/usr/bin/curl"
MOSQUITTO = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
PATIENCE_S = 60.0


@contextmanager
def broker(namespace: str, folder: Path, chain: Path) -> Iterator[None]:
    """A real broker behind TLS, on the far side."""
    configuration = folder / "mosquitto.conf"
    configuration.write_text(
        f"listener {MQTT_PORT} {RECEIVER}\ncertfile {chain}\nkeyfile {chain}\nallow_anonymous true\n"
        "user root\n"
    )
    command = ("ip", "netns", "exec", namespace, MOSQUITTO, "-c", str(configuration))
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            end_s = time.monotonic() + PATIENCE_S
            while not answers(namespace):
                assert time.monotonic() < end_s
                time.sleep(0.05)
            yield
        finally:
            process.terminate()


def answers(namespace: str) -> bool:
    probe = made_in(namespace, socket.socket)
    with probe:
        return probe.connect_ex((RECEIVER, MQTT_PORT)) == 0


@pytest.fixture
async def lab(wire: tuple[str, str], tmp_path: Path) -> AsyncIterator[tuple[TunnelLab, Path, Receiver]]:
    for folder in ("gate", "s"):
        (tmp_path / folder).mkdir()
    ca_file, context = authority(tmp_path / "ca", HOST)
    rows = [row("cloud", HOST, CLOUD, port=HTTPS_PORT), row("voice", HOST, VOICE, port=MQTT_PORT)]
    receiver = Receiver(wire[1], context, port=HTTPS_PORT)
    try:
        with broker(wire[1], tmp_path, tmp_path / "ca" / "server.pem"):
            async with tunnel_lab(wire, tmp_path / "gate", tmp_path / "s", rows=rows) as made:
                yield made, ca_file, receiver
    finally:
        receiver.close()


async def curl(*words: str) -> tuple[int, bytes]:
    """Its exit code and what it printed; nothing of the machine's environment speaks along."""
    process = await asyncio.create_subprocess_exec(
        CURL,
        "--silent",
        "--show-error",
        "--max-time",
        "30",
        *words,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={"PATH": "/usr/bin:/bin"},
    )
    said, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said


async def test_curl_reaches_its_recipient_and_nobody_else(lab: tuple[TunnelLab, Path, Receiver]) -> None:
    home, ca_file, receiver = lab
    async with forwarding(home.hub, TO_CLOUD) as proxy:
        how = ("--proxy", proxy, "--cacert", str(ca_file))
        url = f"https://{HOST}:{HTTPS_PORT}/report"
        assert await curl(*how, "--data", "21.5", url) == (0, b'{"receipt": "R-1"}')
        assert receiver.arrived[0].body == b"21.5"
        home.packets()
        for elsewhere in (f"https://{OTHER_HOST}:{HTTPS_PORT}/", f"https://{RECEIVER}:{HTTPS_PORT}/"):
            code, said = await curl(*how, elsewhere)
            assert (code, b"403" in said) == (56, True), said  # 56: the proxy said no
        code, said = await curl("--proxy", proxy, f"http://{HOST}:{HTTPS_PORT}/")
        assert b"only CONNECT" in said
        assert home.packets() == []
        await home.ask("consent.withdraw", activity=CLOUD)
        assert (await curl(*how, url))[0] == 56
    assert len(receiver.arrived) == 1


SOUND = b"".join(struct.pack("<h", value % 2000) for value in range(0, 16_000 * 7, 7))  # a second, 16 kHz
WAV = b"".join(
    (
        struct.pack(
            "<4sI4s4sIHHIIHH", b"RIFF", 36 + len(SOUND), b"WAVE", b"fmt ", 16, 1, 1, 16_000, 32_000, 2, 16
        ),
        struct.pack("<4sI", b"data", len(SOUND)),
        SOUND,
    )
)


def wget(proxy: str, ca_file: Path, url: str) -> list[str]:
    """Debian builds it with GnuTLS, as ffmpeg and what else plays media."""
    told = ("use_proxy=yes", f"https_proxy={proxy}", f"ca_certificate={ca_file}", "tries=1", "timeout=30")
    return ["wget", "--no-config", "-q", "-O", "-", *(word for one in told for word in ("-e", one)), url]


def ffmpeg(proxy: str, ca_file: Path, url: str) -> list[str]:
    """Reads a stream as a camera's and writes its plain samples."""
    tls = ("-tls_verify", "1", "-ca_file", str(ca_file), "-http_proxy", proxy)
    return ["ffmpeg", "-nostdin", "-v", "error", *tls, "-i", url, "-f", "s16le", "-"]


async def ran(command: list[str]) -> tuple[int, bytes]:
    """Its exit code and what it wrote; nothing of the machine's environment speaks along."""
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=quiet, env={"PATH": os.environ["PATH"]}
    )
    async with asyncio.timeout(PATIENCE_S):
        said, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said


# a player of eighty packages: at night
PROGRAMS = [(wget, WAV), *([(ffmpeg, SOUND)] if os.environ.get("HOMEBASE_PLAYERS") else [])]


@pytest.mark.parametrize(("program", "gets"), PROGRAMS)
async def test_a_program_with_gnutls_gets_its_stream_and_nobody_elses(
    wire: tuple[str, str], tmp_path: Path, program: Callable[[str, Path, str], list[str]], gets: bytes
) -> None:
    for folder in ("gate", "s"):
        (tmp_path / folder).mkdir()
    ca_file, context = authority(tmp_path / "ca", HOST)
    url, rows = f"https://{HOST}:{HTTPS_PORT}/live.wav", [row("cloud", HOST, CLOUD, port=HTTPS_PORT)]
    rows.append(row("voice", HOST, VOICE))
    with polled(wire[1], (RECEIVER, HTTPS_PORT), context, WAV):
        async with (
            tunnel_lab(wire, tmp_path / "gate", tmp_path / "s", rows=rows) as home,
            forwarding(home.hub, TO_CLOUD) as proxy,
        ):
            assert await ran(program(proxy, ca_file, url)) == (0, gets)
            (begin,) = await home.entries("transfer_begin")
            assert (begin["recipient"], begin["port"]) == ("cloud", HTTPS_PORT)
            home.packets()
            # another host, another authority, no consent: not a byte comes
            code, said = await ran(program(proxy, ca_file, url.replace(HOST, OTHER_HOST)))
            assert (code != 0, said, home.packets()) == (True, b"", [])
            foreign, _ = authority(tmp_path / "other", HOST)
            code, said = await ran(program(proxy, foreign, url))
            assert (code != 0, said) == (True, b"")
            await home.ask("consent.withdraw", activity=CLOUD)
            home.packets()
            code, said = await ran(program(proxy, ca_file, url))
            assert (code != 0, said, home.packets()) == (True, b"", [])


def talk(proxy: str, ca_file: Path, heard: list[bytes]) -> str:
    """Connect, subscribe, publish, hear it back; returns why it ended otherwise, or ""."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    client.tls_set(ca_certs=str(ca_file))
    client.proxy_set(proxy_type=socks.HTTP, proxy_addr="127.0.0.1", proxy_port=int(proxy.rpartition(":")[2]))
    client.on_message = lambda _, __, message: heard.append(bytes(message.payload))
    try:
        client.connect(HOST, MQTT_PORT, keepalive=30)
    except (OSError, socks.ProxyError) as error:
        return str(error)
    client.loop_start()
    try:
        end_s = time.monotonic() + PATIENCE_S
        while not client.is_connected() and time.monotonic() < end_s:
            time.sleep(0.02)
        client.subscribe("home/#", qos=1)
        client.publish("home/lamp", b"on", qos=1).wait_for_publish(PATIENCE_S)
        while not heard and time.monotonic() < end_s:
            time.sleep(0.02)
        return ""
    finally:
        client.disconnect()
        client.loop_stop()


async def test_paho_speaks_with_a_real_broker_by_its_own_tls(lab: tuple[TunnelLab, Path, Receiver]) -> None:
    home, ca_file, _ = lab
    heard: list[bytes] = []
    async with forwarding(home.hub, TO_VOICE) as proxy:
        assert await asyncio.to_thread(talk, proxy, ca_file, heard) == ""
        assert heard == [b"on"]
        (begin,) = await home.entries("transfer_begin")
        assert (begin["recipient"], begin["port"]) == ("voice", MQTT_PORT)
        await home.ask("consent.withdraw", activity=VOICE)
        assert "403" in await asyncio.to_thread(talk, proxy, ca_file, heard)
    async with forwarding(home.hub, TO_CLOUD) as proxy:  # another recipient's way does not lead there
        assert "403" in await asyncio.to_thread(talk, proxy, ca_file, heard)
    assert heard == [b"on"]
