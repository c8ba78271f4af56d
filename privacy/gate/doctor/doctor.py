"""Looks at the machine as the gate will: isolation, keys, radio, disk, clock, versions. Changes nothing.

Started by ``homebase doctor`` as a process of its own, ``python -I -S doctor.py SITE OPTIONS``; prints JSON.
"""

import ctypes
import fcntl
import json
import os
import platform
import socket
import stat
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).resolve().parents[3])]
    sys.path.append(sys.argv[1])

from privacy.conversation import Declined
from privacy.gate.config import BadConfig, GateConfig, read_config
from privacy.gate.doctor.doctor_finding import FAIL, OK, WARN, Finding
from privacy.gate.doctor.doctor_modem import modems
from privacy.gate.doctor.doctor_radio import ask_radio
from privacy.gate.jailed.jail import Jail, JailError, spawn
from privacy.gate.jailed.users import ACCOUNT, choose_user
from privacy.gate.stick.serial_door import open_serial, serial_candidates
from privacy.inside import InsideEntry, read_address
from privacy.system import SystemClock

LOW_DISK, NO_DISK = 500 << 20, 50 << 20  # bytes; a year of history and a backup need about 300 MiB
OLDEST_KERNEL, OLDEST_PYTHON = (5, 14), (3, 11)  # SO_NETNS_COOKIE; tomllib and TaskGroup
_NOT_SYNCHRONISED = 5  # TIME_ERROR, adjtimex(2)
_TIMEX_SIZE = 256  # more than struct timex has on any platform


def findings(state: Path, config: Path) -> Iterator[Finding]:
    """Look at everything, in the order in which a start needs it."""
    yield from versions()
    yield configuration(config)
    yield isolation()
    yield running(state)
    yield disk(state)
    yield from keys(state)
    yield clock()
    yield from network(state, config)
    demo = simulated(state)
    yield from radio(config, runs=_runs(state)) if demo is None else [demo]
    yield from modems(config)


def versions() -> Iterator[Finding]:
    """Python, the kernel, the database's cipher."""
    found = sys.version_info[:2]
    text = f"Python {platform.python_version()}"
    fine = found >= OLDEST_PYTHON
    yield Finding(
        name="python", level=OK if fine else FAIL, text=text, way_out="" if fine else "3.11", code=69
    )
    release = os.uname().release
    numbers = tuple(int(part) for part in release.split("-")[0].split(".")[:2])
    fine = numbers >= OLDEST_KERNEL
    way_out = "" if fine else "update to Linux 5.14 or newer"
    yield Finding(
        name="kernel", level=OK if fine else FAIL, text=f"Linux {release}", way_out=way_out, code=77
    )
    try:
        from sqlcipher3 import dbapi2 as sqlcipher  # noqa: PLC0415 - what is looked for
    except ImportError as error:
        yield Finding(name="cipher", level=FAIL, text=str(error), way_out="install homebase again", code=69)
        return
    connection = sqlcipher.connect(":memory:")
    version = connection.execute("PRAGMA cipher_version").fetchone()[0]
    connection.close()
    yield Finding(name="cipher", level=OK, text=f"SQLCipher {version}")


def configuration(config: Path) -> Finding:
    """The gate's part of homebase.toml; the hub checks its own at its start."""
    try:
        rows = read_config(config).recipients
    except BadConfig as error:
        return Finding(name="configuration", level=FAIL, text=str(error), way_out="correct the file", code=65)
    if rows and (mistakes := _mistakes_of_recipients(rows)):
        told = ": ".join((str(config), " · ".join(mistakes)))
        return Finding(name="configuration", level=FAIL, text=told, way_out="correct the file", code=65)
    text = f"{config}" if config.exists() else f"{config} does not exist: defaults"
    return Finding(name="configuration", level=OK, text=text)


def _mistakes_of_recipients(rows: Sequence[Mapping[str, object]]) -> tuple[str, ...]:
    from privacy.gate.desk import packaged_register  # noqa: PLC0415 - the store with it: few have recipients
    from privacy.gate.opening import registered  # noqa: PLC0415

    return registered(rows, packaged_register(), lambda file: os.access(file, os.R_OK))[1]


def isolation() -> Finding:
    """Build a jail and leave it again."""
    time, null = SystemClock(), os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
    try:
        started_s = time.monotonic()
        user = choose_user(Path("/nonexistent"), ACCOUNT)
        jailed = spawn(
            Jail(executable="/usr/bin/true", argv=("true",), environ={}, user=user), stdout=null, stderr=null
        )
        code, took_ms = jailed.wait(), (time.monotonic() - started_s) * 1000
    except (JailError, OSError) as error:
        text, _, way_out = str(error).partition(";")
        return Finding(name="isolation", level=FAIL, text=text, way_out=way_out.strip(), code=77)
    finally:
        os.close(null)
    if code != 0:
        text = f"a program in the jail ended with {code}"
        return Finding(name="isolation", level=FAIL, text=text, way_out="report this", code=77)
    who = f"as user {user[0]}" if user else "with your user"
    return Finding(name="isolation", level=OK, text=f"a jail was built and left in {took_ms:.0f} ms, {who}")


def running(state: Path) -> Finding:
    """Whether the home of this state folder runs."""
    try:
        process = _holder(state)
    except FileNotFoundError:
        return Finding(name="lock", level=OK, text=f"{state}: never started")
    except OSError as error:
        return Finding(name="lock", level=FAIL, text=str(error), way_out="run as its user or root", code=77)
    what = "not running" if process is None else f"runs as process {process}"
    return Finding(name="lock", level=OK, text=f"{state}: {what}")


def _holder(state: Path) -> str | None:
    """The process that holds the lock of this state folder; raises OSError where that is not to be seen."""
    lock = os.open(state / "gate" / "lock", os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return os.pread(lock, 20, 0).decode(errors="replace").strip()
    finally:
        os.close(lock)
    return None


def disk(state: Path) -> Finding:
    """Room and the right to write."""
    there = next(folder for folder in (state, *state.parents) if folder.exists())
    found = os.statvfs(there)
    free = found.f_bavail * found.f_frsize
    text = f"{there}: {free >> 20} MiB free"
    if not os.access(there, os.W_OK):
        return Finding(
            name="disk", level=FAIL, text=f"{there} is not writable", way_out="--state DIR", code=73
        )
    if free < NO_DISK:
        return Finding(name="disk", level=FAIL, text=text, way_out="delete something", code=73)
    if free < LOW_DISK:
        return Finding(name="disk", level=WARN, text=text, way_out="delete something soon")
    return Finding(name="disk", level=OK, text=text)


def keys(state: Path) -> Iterator[Finding]:
    """The two key files, and what they do not protect from."""
    for name, path in (("gate key", state / "gate" / "key"), ("hub key", state / "hub" / "hub.key")):
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
        except FileNotFoundError:
            yield Finding(name=name, level=OK, text=f"{path} is made at the first start")
            continue
        except OSError as error:
            yield Finding(name=name, level=FAIL, text=str(error), way_out="run as its user or root", code=77)
            continue
        if mode & 0o077:
            text = f"{path} has mode {mode:o}: others can read it"
            yield Finding(name=name, level=FAIL, text=text, way_out=f"chmod 600 {path}", code=77)
        else:
            text = f"{path} lies on the card of its data: no protection against theft of the card"
            yield Finding(name=name, level=WARN, text=text, way_out="keep the card where you keep your keys")


def clock() -> Finding:
    """Whether the kernel vouches for the clock."""
    now = SystemClock().now()
    if ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(_TIMEX_SIZE)) in {_NOT_SYNCHRONISED, -1}:
        text = f"{now:%Y-%m-%d %H:%M} UTC, not synchronised: consents with an end wait until it is"
        return Finding(name="clock", level=WARN, text=text, way_out="timedatectl set-ntp true")
    return Finding(name="clock", level=OK, text=f"{now:%Y-%m-%d %H:%M} UTC, synchronised")


def _runs(state: Path) -> bool:
    try:
        return _holder(state) is not None
    except OSError:
        return False


def _lan_of(state: Path) -> bool | None:
    """What --lan or --no-lan said when the running home was started; None: neither, or none runs.

    Raises:
        OSError: that is not to be seen.
    """
    try:
        holder = _holder(state)
    except FileNotFoundError:
        return None  # never started
    if holder is None:
        return None
    words = Path(f"/proc/{holder}/cmdline").read_bytes().split(b"\0")
    try:
        said = json.loads(words[-2])["lan"]
    except (ValueError, LookupError, TypeError) as error:
        raise OSError("not the command line of a home") from error
    return said if isinstance(said, bool) else None


def radio(config: Path, *, runs: bool = False) -> Iterator[Finding]:
    """Each serial device: can it be opened, and which radio is it?

    runs: this home does, so its own is taken.
    """
    try:
        settings = read_config(config)
    except BadConfig:
        settings = GateConfig()
    entry = settings.stick or _without_mac(config)
    if entry is not None:
        from privacy.gate.doctor.doctor_network import in_network  # noqa: PLC0415 - few homes have one: it costs

        yield from in_network(entry, runs=runs)
        return
    configured = settings.serial
    ports = serial_candidates() if configured is None else (configured,)
    if not ports:
        yield Finding(name="radio", level=WARN, text="no serial device", way_out="plug the stick in")
    for port in ports:
        yield _port(port, ours=runs and len(ports) == 1)


def network(state: Path, config: Path) -> Iterator[Finding]:
    """The home's network, where the owner opened it or once did."""
    try:
        settings = read_config(config).lan
    except BadConfig:
        return
    said, seen = None, True
    try:
        said = _lan_of(state)
        once_open = (state / "gate" / "lan.json").exists()
    except OSError:
        seen, once_open = False, False
    if settings is None and said is None and seen and not once_open:
        return
    from privacy.gate.doctor.doctor_lan import in_home_network  # noqa: PLC0415 - few homes have it: it costs
    from privacy.gate.lan.settings import LanSettings  # noqa: PLC0415

    settings = settings or LanSettings()
    if said is not None:
        settings = replace(settings, on=said)
    yield from in_home_network(settings, state, runs=_runs(state), seen=seen)


def simulated(state: Path) -> Finding | None:
    """The demo's own stick, while its simulator lives: it listens at its control socket."""
    folder = state / "simulator"
    try:
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(1.0)
            probe.connect(str(folder / "control.sock"))
    except OSError:
        return None
    return Finding(name="radio", level=OK, text=f"{folder} holds a simulated stick")


def _without_mac(config: Path) -> InsideEntry | None:
    """The address of a stick whose MAC address is missing or wrong: it can be shown."""
    try:
        radio = tomllib.loads(config.read_text())["radio"]
        return read_address(radio["port"])
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _port(port: Path, *, ours: bool) -> Finding:
    try:
        descriptor = open_serial(port).descriptor
    except Declined as error:
        if ours and error.code == "port_busy":
            return Finding(
                name="radio", level=OK, text=f"{port} is in use, by this home as far as to be seen"
            )
        text, _, way_out = error.detail.partition(": ")
        level = WARN if error.code == "port_busy" else FAIL
        return Finding(name="radio", level=level, text=text, way_out=way_out, code=74)
    assert descriptor is not None
    try:
        found = ask_radio(descriptor, str(port))
    except OSError as error:
        return Finding(name="radio", level=FAIL, text=f"{port}: {error}", way_out="plug it in again", code=74)
    finally:
        os.close(descriptor)
    if found is not None:
        return found
    if port.name == "serial0":
        text = f"{port} does not answer as a module does"
        way_out = "check the module's pins, turn the serial console off (raspi-config), or set [radio] port"
        return Finding(name="radio", level=WARN, text=text, way_out=way_out)
    text = f"{port} does not answer V as a CUL stick does, nor as an HM-MOD-RPI-PCB"
    return Finding(name="radio", level=WARN, text=text, way_out="set [radio] port to the stick")


if __name__ == "__main__":
    asked = json.loads(sys.argv[2])
    for finding in findings(Path(asked["state"]), Path(asked["config"])):
        sys.stdout.write(json.dumps(asdict(finding)) + "\n")
        sys.stdout.flush()
