"""Install, boot, break and remove homebase on a real Debian: python -m tests.services.whole ROOT

ROOT: a Debian with systemd and Python; this source tree lies in ROOT/src, locked wheels where its pip finds
them. Prints a line per check; exit code 1 after the first one that fails.
"""

import json
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from tests.services import relay
from tests.services.machine import Machine

UNITS = ("homebase-gate", "homebase-hub")
LIGHT = "bidcos:SIM0000001:1.STATE"
BACK_S = 20.0
HEALTH = """
import urllib.request
print(urllib.request.urlopen('http://127.0.0.1:8480/api/v1/health', timeout=2).read().decode())
"""
KNOCK = """
import socket
connection = socket.socket(socket.AF_UNIX); connection.connect('/run/homebase/hub/control.sock')
connection.settimeout(2)
try:
    print('refused' if connection.recv(1) == b'' else 'said something')
except TimeoutError:
    print('let in')
"""
AS_HUB = ("setpriv", "--reuid=homebase-hub", "--regid=homebase-hub", "--groups=homebase")
HOME = (
    "curl",
    "-s",
    "--unix-socket",
    "/run/homebase/console/home.sock",
    "-H",
    "Content-Type: application/json",
)


def done(result: subprocess.CompletedProcess[str], code: int = 0) -> str:
    assert result.returncode == code, (result.args[-1], result.returncode, result.stdout, result.stderr)
    return result.stdout + result.stderr


def pid_of(machine: Machine, unit: str) -> str:
    return done(machine.run("systemctl", "show", "-P", "MainPID", unit)).strip()


def until(what: Callable[[], bool], name: str) -> str:
    """Seconds until it is so."""
    started_s = time.monotonic()
    while not what():
        assert time.monotonic() < started_s + BACK_S, f"not within {BACK_S} s: {name}"
        time.sleep(0.1)
    return f"{time.monotonic() - started_s:.1f} s"


def door_is_open(machine: Machine) -> bool:
    return '"ok"' in machine.run("python3", "-c", HEALTH).stdout


def radio_is_ready(machine: Machine) -> bool:
    answer = machine.run(*HOME, "http://home/api/v1/drivers").stdout
    return bool(answer) and json.loads(answer)["drivers"][0]["state"] == "ready"


def forget_earlier_runs(machine: Machine) -> str:
    done(machine.run("/src/script/install", "--remove"))
    return done(machine.run("rm", "-rf", "/var/lib/homebase", "/etc/homebase", "/src/.venv"))


def it_refuses_with_the_way_out(machine: Machine) -> str:
    nobody = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
    assert "sudo script/install" in done(machine.run(*nobody, "/src/script/install"), 77)
    return done(machine.run("/src/script/install", "--wrong"), 2).strip()


def it_installs(machine: Machine) -> str:
    started_s = time.monotonic()
    done(machine.run("/src/script/install", timeout_s=900))
    took_s = time.monotonic() - started_s
    return f"{took_s:.0f} s, door open after {until(lambda: door_is_open(machine), 'door')} more"


def both_units_are_active(machine: Machine) -> str:
    for unit in UNITS:
        shown = done(machine.run("systemctl", "show", "-p", "ActiveState,ExecMainStatus,NRestarts", unit))
        assert sorted(shown.split()) == ["ActiveState=active", "ExecMainStatus=0", "NRestarts=0"], shown
    return " ".join(UNITS)


def the_hub_is_in_its_jail(machine: Machine) -> str:
    gate, hub = (pid_of(machine, unit) for unit in UNITS)
    networks = [done(machine.run("readlink", f"/proc/{pid}/ns/net")) for pid in ("1", gate, hub)]
    assert networks[0] == networks[1] != networks[2], networks
    status = done(machine.run("cat", f"/proc/{hub}/status"))
    assert "CapBnd:\t0000000000000000" in status, status
    assert "Seccomp:\t2" in status, status
    assert "Uid:\t0" not in status, status
    for hidden in ("etc/shadow", "var/log", "src", "var/lib/homebase/gate", "run/homebase/console"):
        assert machine.run("test", "-e", f"/{hidden}").returncode == 0 or hidden == "var/log", (
            hidden
        )  # control
        assert machine.run("test", "-e", str(Path("/proc", str(hub), "root", hidden))).returncode == 1, hidden
    return networks[2].strip()


def root_may_ask_and_others_may_not(machine: Machine) -> str:
    for command in (("devices",), ("ledger", "verify"), ("consent", "list"), ("doctor",)):
        done(machine.run("homebase", *command))
    nobody = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "homebase")
    for command in (("devices",), ("ledger", "verify")):
        assert "sudo" in done(machine.run(*nobody, *command), 77), command
    return "77 for others"


def no_door_for_an_unjailed_hub(machine: Machine) -> str:
    done(machine.run("systemctl", "stop", "homebase-hub"))
    assert done(machine.run(*AS_HUB, "python3", "-c", KNOCK)).strip() == "refused"
    assert done(machine.run("unshare", "--net", "python3", "-c", KNOCK)).strip() == "refused"  # root
    # control: the hub's user in another network is let in
    assert done(machine.run("unshare", "--net", *AS_HUB, "python3", "-c", KNOCK)).strip() == "let in"
    assert not door_is_open(machine)
    done(machine.run("systemctl", "start", "homebase-hub"))
    return until(lambda: door_is_open(machine), "door")


def a_stick_is_plugged_in(machine: Machine) -> str:
    done(
        machine.run("sed", "-i", 's|^port = ""|port = "/dev/homebase-stick"|', "/etc/homebase/homebase.toml")
    )
    simulator = "homebase simulator --dir /run/simulated --devices 3 --teach-in"
    done(machine.run("sh", "-c", f"mkdir -p /run/simulated; {simulator} >/run/simulated/log 2>&1 &"))
    until(lambda: machine.run("test", "-e", "/run/simulated/stick").returncode == 0, "stick")
    give = "chgrp dialout $p; chmod 660 $p; ln -sfn $p /dev/homebase-stick"
    done(machine.run("sh", "-c", f"p=$(readlink -f /run/simulated/stick); {give}"))
    done(machine.run("systemctl", "restart", *UNITS))
    until(lambda: radio_is_ready(machine), "radio")
    done(machine.run(*HOME, "-d", '{"interface":"bidcos","seconds":60}', "http://home/api/v1/pairing"))
    return until(lambda: "SIM0000001" in machine.run("homebase", "devices").stdout, "a light")


def switch(machine: Machine, value: str) -> None:
    assert "confirmed" in done(machine.run("homebase", "set", LIGHT, value))


def a_killed_gate_comes_back_and_the_radio_never_stopped(machine: Machine) -> str:
    switch(machine, "true")
    gate, hub = (pid_of(machine, unit) for unit in UNITS)
    since = machine.run(*HOME, "http://home/api/v1/drivers").stdout.split('"since"')[1].split(",")[0]
    done(machine.run("systemctl", "kill", "--signal=KILL", "homebase-gate"))
    until(lambda: pid_of(machine, "homebase-gate") not in {gate, "0"}, "gate")
    took = until(lambda: door_is_open(machine), "door")
    assert pid_of(machine, "homebase-hub") == hub
    assert since in machine.run(*HOME, "http://home/api/v1/drivers").stdout
    switch(machine, "false")
    return took


def a_killed_hub_comes_back(machine: Machine) -> str:
    hub = pid_of(machine, "homebase-hub")
    done(machine.run("systemctl", "kill", "--signal=KILL", "homebase-hub"))
    until(lambda: pid_of(machine, "homebase-hub") not in {hub, "0"}, "hub")
    took = until(lambda: door_is_open(machine), "door")
    until(lambda: radio_is_ready(machine), "radio")
    switch(machine, "true")
    return took


def without_a_gate_the_hub_has_its_radio(machine: Machine) -> str:
    done(machine.run("systemctl", "stop", "homebase-gate"))
    done(machine.run("systemctl", "restart", "homebase-hub"))
    hub = pid_of(machine, "homebase-hub")
    until(lambda: "/dev/pts/" in machine.run("ls", "-l", f"/proc/{hub}/fd").stdout, "port open")
    done(machine.run("systemctl", "start", "homebase-gate"))
    took = until(lambda: door_is_open(machine), "door")
    assert pid_of(machine, "homebase-hub") == hub
    until(lambda: radio_is_ready(machine), "radio")
    switch(machine, "false")
    return took


def it_starts_with_the_machine_and_remembers(machine: Machine) -> str:
    took = until(lambda: door_is_open(machine), "door")
    assert "SIM0000001" in done(machine.run("homebase", "devices"))
    return took


def a_failed_update_leaves_the_version_before(machine: Machine) -> str:
    hide, show = ("mv", "/wheels", "/nowhere"), ("mv", "/nowhere", "/wheels")
    done(machine.run(*hide))
    failed = machine.run("/src/script/install", timeout_s=900)
    done(machine.run(*show))
    assert failed.returncode != 0, failed
    assert "the version before it is in place" in failed.stderr, failed.stderr
    return until(lambda: door_is_open(machine), "door")


def a_second_install_keeps_the_home(machine: Machine) -> str:
    took = it_installs(machine)
    assert "SIM0000001" in done(machine.run("homebase", "devices"))
    assert "/dev/homebase-stick" in done(machine.run("cat", "/etc/homebase/homebase.toml"))
    return took


def removed_is_gone_but_the_memory(machine: Machine) -> str:
    for _ in range(2):
        done(machine.run("/src/script/install", "--remove"))
    for gone in ("/opt/homebase", "/usr/local/bin/homebase", "/run/homebase"):
        done(machine.run("test", "-e", gone), 1)
    listed = machine.run("systemctl", "list-unit-files", "homebase*").stdout
    assert "0 unit files" in listed, listed
    done(machine.run("test", "-e", "/var/lib/homebase/hub/hub.key"))
    return "memory kept"


FIRST = (
    forget_earlier_runs,
    it_refuses_with_the_way_out,
    it_installs,
    both_units_are_active,
    the_hub_is_in_its_jail,
    root_may_ask_and_others_may_not,
    no_door_for_an_unjailed_hub,
    a_stick_is_plugged_in,
    a_killed_gate_comes_back_and_the_radio_never_stopped,
    a_killed_hub_comes_back,
    without_a_gate_the_hub_has_its_radio,
    *relay.FIRST,
)
AFTER_BOOT = (
    it_starts_with_the_machine_and_remembers,
    both_units_are_active,
    a_failed_update_leaves_the_version_before,
    a_second_install_keeps_the_home,
    *relay.AFTER_BOOT,
    removed_is_gone_but_the_memory,
)


def main() -> int:
    """Boot twice; say each check."""
    for checks in (FIRST, AFTER_BOOT):
        with Machine(Path(sys.argv[1]).resolve()) as machine:
            for check in checks:
                name = check.__name__.replace("_", " ")
                try:
                    print(f"ok    {name}: {check(machine).strip()}", flush=True)
                except AssertionError as failed:
                    print(
                        f"FAIL  {name}: {str(failed) or traceback.extract_tb(failed.__traceback__)[-1].line}"
                    )
                    print(machine.run("journalctl", "-b", "-n", "40", "-u", "homebase*").stdout)
                    return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
