"""What the gate has loaded when it starts: memory and time of every home, whether it is asked or not."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
AT_START = (
    "from privacy.gate.__main__ import spare; spare()\n"
    "import asyncio, logging, privacy.gate.start, privacy.gate.wiring, privacy.gate.opening"
)
FOREIGN = {"_cffi_backend", "_openssl", "cryptography", "h11", "msgspec", "sqlcipher3"}
ON_LAN = "privacy.gate.lan"  # only where it is on
FOR_PEOPLE = [
    "privacy.gate.asked",
    "privacy.gate.backups.backups",
    "privacy.gate.account",
    "privacy.gate.rights",
    "privacy.gate.messages",
    "privacy.gate.answers.answers",
    "privacy.gate.console.console_verbs",
    "privacy.gate.phones.phones",
    "privacy.gate.network.smtp",
    "privacy.notice",
    "privacy.statements",
    "privacy.mail_text",
]
SELDOM = [  # where something is far away, entered, sent, asked back or tunnelled: together 1.1 MB
    "privacy.client_hello",
    "privacy.gate.backups.far_deletions",
    "privacy.gate.backups.far_door",
    "privacy.gate.network.http_line",
    "privacy.gate.network.https",
    "privacy.gate.network.neighbours",
    "privacy.gate.network.resolver",
    "privacy.gate.network.tls_line",
    "privacy.gate.outbox.deletion_requests",
    "privacy.gate.outbox.sending",
    "privacy.gate.stick.network_door",
    "privacy.gate.tunnels.devices",
    "privacy.gate.tunnels.first_words",
    "privacy.gate.tunnels.way",
    "privacy.inside",
    "privacy.splice",
]
A_ROUND = """
import asyncio, pathlib
from privacy.gate.config import config_from
from privacy.gate.door.upkeep import Upkeep
from tests.privacy.gate.at_the_door import opened
async def rounds():
    async with opened(pathlib.Path({folder!r})) as door:
        await Upkeep(door).once()
config_from({{"radio": {{"port": "/dev/ttyACM0"}}}}, pathlib.Path("homebase.toml"))
asyncio.run(rounds())
"""
# what each costs, in KiB of a process's own memory: 440, 710, 610, 80, 370, 180
UNUSED = [
    "html.entities",
    "importlib.resources",
    "tempfile",
    "sqlite3",
    "zoneinfo",
    "cryptography.hazmat.primitives.asymmetric.ec",
    "cryptography.x509",
    "email",
    "http.client",
]


def loaded(statements: str) -> frozenset[str]:
    places = [str(ROOT), *(entry for entry in sys.path if entry.endswith("site-packages"))]
    tell = "print(json.dumps([name for name, module in sys.modules.items() if module]))"
    look = f"import json, sys\nsys.path[:0] = {places}\n{statements}\n{tell}"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", look], capture_output=True, text=True, check=True, timeout=60
    )
    return frozenset(json.loads(done.stdout))


@pytest.fixture(scope="module")
def at_start() -> frozenset[str]:
    return loaded(AT_START)


def test_a_gate_that_nobody_asks_loads_nothing_for_people(at_start: frozenset[str]) -> None:
    assert not at_start & {ON_LAN, *FOR_PEOPLE, *SELDOM, *UNUSED}


def test_what_a_gate_does_by_itself_each_minute_loads_nothing_more(tmp_path: Path) -> None:
    assert not loaded(A_ROUND.format(folder=str(tmp_path))) & {*FOR_PEOPLE, *SELDOM}
    # the control: that is what these are called
    assert loaded(f"import {', '.join(SELDOM)}") >= set(SELDOM)


def test_a_gate_starts_with_few_packages_of_others(at_start: frozenset[str]) -> None:
    packages = {name.partition(".")[0] for name in at_start} - {"privacy", "__main__"}
    assert packages - sys.stdlib_module_names == FOREIGN


def test_the_first_question_loads_what_people_ask() -> None:
    assert loaded(f"{AT_START}, privacy.gate.asked") >= set(FOR_PEOPLE)
