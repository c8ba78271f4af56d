"""What ships for a relay: the broker's configuration, its unit, and the script that tries it."""

import os
import re
import signal
import socket
import ssl
import subprocess
import time
from pathlib import Path

import pytest

from hub.remote.transport import MOST_WIRE
from tests.mosquitto import HOST, free_port, mosquitto
from tests.paths import ROOT
from tests.test_systemd import analyze

CONFIGURATION = (ROOT / "config/relay/mosquitto.conf").read_text()
WAIT_S = 60.0


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
    text = (ROOT / "config/relay/homebase-relay.service").read_text()
    unit.write_text(text.replace("file:///opt/homebase", "file:///usr"))
    found = analyze("verify", "--man=no", str(unit), folder=tmp_path)
    assert [line for line in found.stderr.splitlines() if "homebase" in line] == []
    rated = analyze("security", "--offline=true", "homebase-relay.service", folder=tmp_path).stdout
    exposure = re.search(r"Overall exposure level for homebase-relay\.service: ([0-9.]+)", rated)
    assert exposure is not None
    assert float(exposure[1]) <= 2.0


def test_the_script_runs_one_and_learns_users_meanwhile(tmp_path: Path) -> None:
    port, wss_port = free_port(), free_port()
    command = [str(ROOT / "script/relay"), str(tmp_path / "relay"), HOST, str(port), str(wss_port)]
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as script:
        try:
            deadline = time.monotonic() + WAIT_S
            while not answers(port):
                assert time.monotonic() < deadline
                time.sleep(0.1)
            trust = ssl.create_default_context(cafile=str(tmp_path / "relay/ca.pem"))
            with (
                socket.create_connection(("127.0.0.1", port), WAIT_S) as plain,
                trust.wrap_socket(plain, server_hostname=HOST) as stream,
            ):
                assert stream.version() == "TLSv1.3"
        finally:
            script.send_signal(signal.SIGTERM)
            script.wait(WAIT_S)
    assert not answers(port)


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1.0).close()
    except OSError:
        return False
    return True
