"""What ships for a relay: the broker's configuration, its unit, and the script that tries it."""

import asyncio
import contextlib
import os
import re
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from hub.remote import topics
from hub.remote.broker import BrokerLost, BrokerRefused
from hub.remote.mosquitto import acl_lines, password_line
from hub.remote.transport import MOST_WIRE
from tests.hub.remote.relay_home import broker_user, knows
from tests.lab.outside import authority
from tests.mosquitto import HOST, Mosquitto, free_port, mosquitto
from tests.paths import ROOT
from tests.test_systemd import analyze

CONFIGURATION = (ROOT / "config/relay/mosquitto.conf").read_text()
UNIT = (ROOT / "config/relay/homebase-relay.service").read_text()
WAIT_S, LEARNED_S = 60.0, 5.0
CELL_OF_HOMES = 30_000  # docs/scale.md


def test_the_configuration_says_what_the_protocol_needs() -> None:
    settings = [line for line in CONFIGURATION.splitlines() if line and not line.startswith("#")]
    for needed in (
        "allow_anonymous false",
        "persistence false",
        "retain_available false",
        "set_tcp_nodelay true",
        f"message_size_limit {MOST_WIRE}",
        "connection_messages false",
    ):
        assert settings.count(needed) == 1
    assert settings.count("tls_version tlsv1.3") == settings.count("max_qos 0") == 2


@pytest.mark.parametrize("door", ["port", "wss_port"])
def test_the_broker_speaks_tls_1_3_and_nothing_older(tmp_path: Path, door: str) -> None:
    with mosquitto(tmp_path) as broker:
        trust = ssl.create_default_context(cafile=str(broker.ca_file))
        place = ("127.0.0.1", getattr(broker, door))
        with (
            socket.create_connection(place, WAIT_S) as plain,
            trust.wrap_socket(plain, server_hostname=HOST) as stream,
        ):
            assert stream.version() == "TLSv1.3"
        trust.maximum_version = ssl.TLSVersion.TLSv1_2
        with socket.create_connection(place, WAIT_S) as plain, pytest.raises(ssl.SSLError):
            trust.wrap_socket(plain, server_hostname=HOST)


def test_the_unit_is_valid_and_tight(tmp_path: Path) -> None:
    unit = tmp_path / "homebase-relay.service"
    unit.write_text(UNIT)
    found = analyze("verify", "--man=no", str(unit), folder=tmp_path)
    assert [line for line in found.stderr.splitlines() if "homebase" in line] == []
    rated = analyze("security", "--offline=true", "homebase-relay.service", folder=tmp_path).stdout
    exposure = re.search(r"Overall exposure level for homebase-relay\.service: ([0-9.]+)", rated)
    assert exposure is not None
    assert float(exposure[1]) <= 2.0


def test_the_unit_has_room_for_a_cell_of_homes_with_all_their_phones() -> None:
    limit = re.search(r"^LimitNOFILE=([0-9]+)$", UNIT, re.MULTILINE)
    assert limit is not None
    assert int(limit[1]) > CELL_OF_HOMES * (1 + topics.SLOTS)


async def test_the_script_runs_one_and_learns_users_meanwhile(tmp_path: Path) -> None:
    route, password = bytes(16), "p" * 24
    with script(tmp_path / "relay") as running:
        # the control: before its lines stand there, nobody knows the user
        with pytest.raises((BrokerRefused, BrokerLost)):
            async with broker_user(running, topics.user(route, 0), password):
                pass
        for name, lines in (
            ("passwords", [password_line(topics.user(route, 0), password, bytes(12))]),
            ("acl", acl_lines(route, (0,))),
        ):
            with (running.folder / name).open("a") as file:
                file.write("".join(f"{line}\n" for line in lines))
        async with asyncio.timeout(LEARNED_S):
            while not await knows(running, topics.user(route, 0), password):
                await asyncio.sleep(0.1)
    assert not answers(running.port)


def test_the_script_makes_certificates_anew_near_their_end_and_for_another_name(tmp_path: Path) -> None:
    folder = tmp_path / "relay"
    with script(folder):
        pass
    first = (folder / "chain.pem").read_bytes()
    with script(folder):
        pass
    assert (folder / "chain.pem").read_bytes() == first  # the control: a good one is kept
    near_its_end(folder)
    with script(folder) as running:
        renewed = shown(running, running.port)
    assert renewed == bytes_of(folder / "chain.pem")
    assert names(folder / "chain.pem") == [HOST]
    assert certificate(folder / "chain.pem").not_valid_after_utc > datetime.now(UTC) + timedelta(days=20)
    with script(folder, "relay.test"):
        assert names(folder / "chain.pem") == ["relay.test"]


def test_a_reload_renews_the_certificate_of_one_port_and_a_restart_that_of_both(tmp_path: Path) -> None:
    with mosquitto(tmp_path) as broker:
        ports = (broker.port, broker.wss_port)
        old = bytes_of(tmp_path / "server.pem")
        assert [shown(broker, port) for port in ports] == [old, old]
        authority(tmp_path, HOST)
        new = bytes_of(tmp_path / "server.pem")
        assert broker.process is not None
        broker.process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + WAIT_S
        while shown(broker, broker.port) != new:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        # Mosquitto 2.0: that is why docs/relay.md says restart
        assert shown(broker, broker.wss_port) == old
        broker.stop()
        broker.start()
        assert [shown(broker, port) for port in ports] == [new, new]


@contextlib.contextmanager
def script(folder: Path, name: str = HOST) -> Iterator[Mosquitto]:
    """script/relay until the block ends."""
    port, wss_port = free_port(), free_port()
    command = [str(ROOT / "script/relay"), str(folder), name, str(port), str(wss_port)]
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        try:
            deadline = time.monotonic() + WAIT_S
            while not (answers(port) and answers(wss_port)):
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.1)
            yield Mosquitto(folder=folder, ca_file=folder / "ca.pem", port=port, wss_port=wss_port)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(WAIT_S)


def near_its_end(folder: Path) -> None:
    """In the place of the certificate one for the same name and key that ends in three days."""
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-key", "key.pem", "-days", "3", "-subj", f"/CN={HOST}"),
            *("-addext", f"subjectAltName=DNS:{HOST}", "-out", "chain.pem"),
        ],
        cwd=folder,
        check=True,
        capture_output=True,
    )


def shown(broker: Mosquitto, port: int) -> bytes:
    """The certificate that this port shows now, whoever signed it."""
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection(("127.0.0.1", port), WAIT_S) as plain,
        trust.wrap_socket(plain, server_hostname=HOST) as stream,
    ):
        return stream.getpeercert(binary_form=True) or b""


def certificate(file: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(file.read_bytes())


def bytes_of(file: Path) -> bytes:
    return certificate(file).public_bytes(serialization.Encoding.DER)


def names(file: Path) -> list[str]:
    names = certificate(file).extensions.get_extension_for_class(x509.SubjectAlternativeName)
    return names.value.get_values_for_type(x509.DNSName)


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1.0).close()
    except OSError:
        return False
    return True
