"""A relay by its unit: the console of docs/relay.md, line by line, on a real Debian under its own systemd.

Called by whole.py, or alone: python -m tests.services.relay ROOT
"""

import re
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from hub.remote import topics
from hub.remote.mosquitto import acl_lines, password_lines
from privacy import base64url
from tests.paths import ROOT
from tests.services.machine import Machine

FOLDER = "/etc/homebase-relay"
UNIT = "homebase-relay"
ROUTE, SLOT, CONNECTION = bytes(range(16)), 3, bytes(16)
HUB_PASSWORD, PASSWORD = "h" * 24, "s" * 24
LIMIT_S = 30.0
CERTIFICATE = (
    "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
    " -addext subjectAltName=DNS:localhost -keyout key.pem -out chain.pem"
)
_CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)


def console() -> Iterator[str]:
    """What docs/relay.md says to type, but for the line that fetches a package: there is no network."""
    (block,) = _CONSOLE.findall((ROOT / "docs/relay.md").read_text())
    for line in block.splitlines():
        yield line.removeprefix("# ").replace("apt-get install --no-install-recommends mosquitto && ", "")


def shell(machine: Machine, line: str) -> str:
    result = machine.run("sh", "-c", f"cd /src && {line}")
    assert result.returncode == 0, (line, result.returncode, result.stdout, result.stderr)
    return result.stdout


def until(true: Callable[[], bool], what: str) -> str:
    """Seconds until it is so."""
    began_s = time.monotonic()
    while not true():
        assert time.monotonic() - began_s < LIMIT_S, f"not within {LIMIT_S:.0f} s: {what}"
        time.sleep(0.2)
    return f"{time.monotonic() - began_s:.1f} s"


def carries(machine: Machine, password: str = PASSWORD) -> bool:
    """Whether what the phone of the slot says reaches the hub, by a second implementation of MQTT."""
    up = topics.up(ROUTE, SLOT, CONNECTION)
    to = "-h localhost -p 8883 -V 5 --cafile chain.pem"
    hub = f"-u {topics.user(ROUTE)} -P {HUB_PASSWORD} -C 1 -W 3"
    phone = f"-u {topics.user(ROUTE, SLOT)} -P {password}"
    said = machine.run(
        "sh",
        "-c",
        f"cd /src; mosquitto_sub {to} {hub} -t {up} & sleep 1;"
        f" mosquitto_pub {to} {phone} -t {up} -m hello; wait",
    )
    return said.stdout.strip() == "hello"


def state(machine: Machine, key: str) -> str:
    return shell(machine, f"systemctl show -P {key} {UNIT}").strip()


def user(machine: Machine) -> str:
    return shell(machine, f"ps -o user:32= -p {state(machine, 'MainPID')}").strip()


def a_relay_is_set_up_by_the_page_and_runs_by_its_unit(machine: Machine) -> str:
    shell(machine, CERTIFICATE)
    for line in console():
        shell(machine, line)
    took = until(lambda: state(machine, "SubState") == "running", "the unit runs")
    until(lambda: user(machine) == "mosquitto", "it is its user")  # a fork "runs" before it is that
    status = shell(machine, f"cat /proc/{state(machine, 'MainPID')}/status")
    assert "CapBnd:\t0000000000000000" in status, status
    assert "NoNewPrivs:\t1" in status, status
    return took


def a_reload_teaches_it_users_and_nobody_else_gets_in(machine: Machine) -> str:
    assert not carries(machine)  # control: nobody knows them yet
    lines = {
        "passwords": password_lines(ROUTE, HUB_PASSWORD, {SLOT: PASSWORD}, bytes),
        "acl": acl_lines(ROUTE, (SLOT,)),
    }
    for name, told in lines.items():
        text = "\n".join(told)
        shell(machine, f"cat >>{FOLDER}/{name} <<'END'\n{text}\nEND")
    pid = state(machine, "MainPID")
    shell(machine, f"systemctl reload {UNIT}")
    took = until(lambda: carries(machine), "it carries")
    assert state(machine, "MainPID") == pid
    assert not carries(machine, "another password")
    return f"{took}, route {base64url.encode(ROUTE)}"


def a_killed_relay_comes_back(machine: Machine) -> str:
    pid = state(machine, "MainPID")
    shell(machine, f"systemctl kill --signal=KILL {UNIT}")
    until(lambda: state(machine, "MainPID") not in {pid, "0"}, "a new process")
    return until(lambda: carries(machine), "it carries")


def a_relay_starts_with_the_machine(machine: Machine) -> str:
    took = until(lambda: carries(machine), "it carries")
    shell(machine, f"systemctl disable --now {UNIT}; rm -r {FOLDER} /etc/systemd/system/{UNIT}.service")
    return took


FIRST = (
    a_relay_is_set_up_by_the_page_and_runs_by_its_unit,
    a_reload_teaches_it_users_and_nobody_else_gets_in,
    a_killed_relay_comes_back,
)
AFTER_BOOT = (a_relay_starts_with_the_machine,)


def main() -> None:
    """Boot twice; say each check."""
    for checks in (FIRST, AFTER_BOOT):
        with Machine(Path(sys.argv[1]).resolve()) as machine:
            for check in checks:
                print(f"ok    {check.__name__.replace('_', ' ')}: {check(machine)}", flush=True)


if __name__ == "__main__":
    main()
