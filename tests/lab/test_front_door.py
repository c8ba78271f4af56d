"""The doors of a whole running house: a stranger beside it, and a crowd that holds all connections open."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from tests.journeys.houses import RunningHouse, demo_house

pytestmark = [
    pytest.mark.lab,
    pytest.mark.skipif(os.geteuid() != 0, reason="needs namespaces and another user: run it as root"),
    pytest.mark.timeout(120),
]

PARK = """
import socket, sys, time
left = 0
for _ in range(8):
    connection = socket.socket(socket.AF_UNIX); connection.connect(sys.argv[1]); connection.settimeout(1)
    try:
        connection.recv(1)
    except TimeoutError:
        left += 1
    except OSError:
        pass
print(left)
"""
CROWD = 300


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    with demo_house(tmp_path_factory.mktemp("door"), "--devices", "1") as running:
        yield running


@pytest.mark.parametrize("wrapper", [[], ["unshare", "--user", "--net"]], ids=["outside", "own namespaces"])
@pytest.mark.parametrize("door", ["stream.sock", "control.sock", "tunnel.sock"])
def test_a_stranger_is_not_taken_for_the_hub(house: RunningHouse, door: str, wrapper: list[str]) -> None:
    # that namespaces of its own would have been enough shows test_door.py
    before = len(house.errors.read_text())
    command = [*wrapper, sys.executable, "-I", "-S", "-c", PARK, str(house.run / "hub" / door)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0"
    assert house.get("/api/v1/health")[0] == 200
    said = house.errors.read_text()[before:]
    assert "is not the one" in said or not wrapper or door == "control.sock"


def test_a_crowd_that_holds_connections_open_shuts_nobody_out(house: RunningHouse) -> None:
    held = [socket.create_connection(("127.0.0.1", house.port)) for _ in range(CROWD)]
    time.sleep(0.5)
    assert house.get("/api/v1/health")[0] == 200
    house.ok("devices")
    # the control: they were held indeed, and those that came last still are
    held[-1].settimeout(0.2)
    with pytest.raises(TimeoutError):
        held[-1].recv(1)
    assert held[0].recv(1) == b""
    for connection in held:
        connection.close()
