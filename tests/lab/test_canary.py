"""The canary: silent inside, and it finds each gap of a jail that is none."""

import os
import subprocess
from dataclasses import replace

import pytest

from privacy.gate.jailed import canary
from privacy.gate.jailed.jail import Bind
from tests.lab.conftest import PREFIX, PYTHON, Start
from tests.paths import ROOT

pytestmark = [
    pytest.mark.lab,
    pytest.mark.skipif(os.geteuid() != 0, reason="starts jails as root: run it as root"),
]


def test_outside_the_canary_sings() -> None:
    assert canary.sing() == "user is root"
    done = subprocess.run([PYTHON, "-I", "-S", canary.__file__], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (77, 1)


def test_inside_the_canary_is_silent(start: Start) -> None:
    show = Bind(source=str(ROOT / "privacy"), inside="/code/privacy")
    say = "from privacy.gate.jailed import canary; print(canary.sing())"
    code = f"import sys; sys.path.insert(0, '/code'); {say}"
    assert start(code, lambda plain: replace(plain, read_only=(PREFIX, show))).said().strip() == "None"


CANARY = """
import ctypes, os, sys
sys.path.insert(0, {root!r})
from privacy.gate.jailed import canary
libc = ctypes.CDLL(None)
{escape}
print(canary.{part}())
"""
NEW_NETWORK = "assert libc.unshare(0x40000000) == 0; os.system('ip link set lo up; {}')"


@pytest.mark.parametrize(
    ("part", "escape", "song"),
    [
        (
            "_interfaces",
            NEW_NETWORK.format("ip link add v0 type veth peer v1; ip link set v0 up"),
            "interface v0",
        ),
        ("_interfaces", NEW_NETWORK.format("ip link add v0 type veth peer v1"), "None"),
        ("_packets", NEW_NETWORK.format("ip route add default dev lo"), "to 192.0.2.1"),
        ("_packets", NEW_NETWORK.format(""), "None"),
        ("_view", "", "it sees /"),
        ("_powers", "os.setresgid(65534, 65534, 65534); os.setresuid(65534, 65534, 65534)", "CapBnd is"),
    ],
)
def test_the_canary_finds_each_gap(part: str, escape: str, song: str) -> None:
    script = CANARY.format(root=str(ROOT), part=part, escape=escape)
    command = [PYTHON, "-I", "-S", "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert song in done.stdout, done
