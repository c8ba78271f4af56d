"""Hostile code in the hub's place, each attack twice: without the jail it must succeed, inside it must not.

The table of attacks is in attacks_*.py. As root, and as an ordinary user where that user could succeed at
all.
"""

import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.lab import hostile
from tests.lab.house import House, Who
from tests.needs import NETWORKS

pytestmark = [pytest.mark.lab, NETWORKS]

ORDINARY_USER = 60_900  # of a range that nobody gives out
JAILED_USER = 60_901
TABLES = ("attacks_network", "attacks_local", "attacks_power")


def _table() -> dict[str, Any]:
    for name in TABLES:
        importlib.import_module(f"tests.lab.{name}")
    return dict(hostile.ATTACKS)


ATTACKS = _table()
AS_ROOT = sorted(ATTACKS)
AS_USER = sorted(name for name, attack in ATTACKS.items() if attack.as_user)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """One attacker's rounds: without a jail, in the hub's, and in the simulator's (which has terminals)."""

    control: House
    hub: House
    simulator: House


def python_for(user: int) -> str:
    """An interpreter that this user may run; root's own may lie in a closed folder."""
    for python in (os.path.realpath(sys.executable), "/usr/bin/python3"):
        check = [python, "-I", "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
        try:
            if subprocess.run(check, user=user, group=user, extra_groups=[], check=False).returncode == 0:
                return python
        except OSError:
            continue
    raise AssertionError(f"user {user} may run no Python 3.11 or newer: install the system's python3")


@pytest.fixture(scope="module")
def rounds() -> Iterator[dict[str, Rounds]]:
    root = Who(name="root", user=0, jail_user=JAILED_USER, python=os.path.realpath(sys.executable))
    user = Who(name="user", user=ORDINARY_USER, jail_user=None, python=python_for(ORDINARY_USER))
    with ExitStack() as houses:
        result = {}
        for who, names in ((root, AS_ROOT), (user, AS_USER)):
            kinds = ((False, False), (True, False), (True, True))
            three = [houses.enter_context(House(who, jailed=jailed, terminals=tty)) for jailed, tty in kinds]
            for house in three:
                house.attack(names)
            result[who.name] = Rounds(control=three[0], hub=three[1], simulator=three[2])
        yield result


CASES = [*(("root", name) for name in AS_ROOT), *(("user", name) for name in AS_USER)]


@pytest.mark.parametrize(("who", "name"), CASES)
def test_attack(rounds: dict[str, Rounds], who: str, name: str) -> None:
    control, proof = rounds[who].control, ATTACKS[name].proof
    for jailed in (rounds[who].hub, rounds[who].simulator):
        inside = jailed.claims.get(name)
        assert inside is not None, f"the jailed attack did not run: {jailed.output[-2000:]}"
        assert not inside["claim"], inside
        assert not jailed.worked(name, proof), inside
    # without the jail it works, else this test shows nothing
    without = control.claims.get(name)
    assert without is not None, f"the control did not run: {control.output[-2000:]}"
    if without.get("unsupported"):
        pytest.skip(f"this kernel does not have it: {without['hindrance']}")
    assert without["claim"] or control.worked(name, proof), without


@pytest.mark.parametrize("who", ["root", "user"])
def test_no_byte_left_the_jail_and_no_file_outside_changed(rounds: dict[str, Rounds], who: str) -> None:
    control = rounds[who].control
    assert control.strangers() != []
    assert control.changed() != []
    for jailed in (rounds[who].hub, rounds[who].simulator):
        assert jailed.claims.keys() == control.claims.keys()
        assert jailed.strangers() == []
        assert jailed.changed() == []


def test_the_table_is_whole() -> None:
    tables = [Path(__file__).with_name(f"{name}.py").read_text() for name in TABLES]
    assert sum(text.count("\ndef attack_") for text in tables) == len(ATTACKS)
