"""Hostile code for the hub's place: the table of attacks, and the program that runs them one after the other.

Run as ``hostile.py``, with a plan as JSON in the environment variable ATTACK: once without the jail (the
control) and once inside. Each attack runs in a child of its own and ends by a JSON line: what it claims, or
what hindered it. Standard library only; the checkout is not needed.
"""

import ctypes
import errno
import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

ATTACK_LIMIT_S = 4
UNSUPPORTED = {errno.ENOSYS, errno.EAFNOSUPPORT, errno.EPROTONOSUPPORT, errno.ESOCKTNOSUPPORT, errno.ENODEV}

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


class UnsupportedError(Exception):
    """This kernel does not have what the attack needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the attacker knows; in the jail the same, though most of it means nothing there.

    prefix: begins every token. inside: whether this is the jailed run. names: which attacks.
    sinks: addresses of the world outside, IPv4 and IPv6. paths, pids: of the victims.
    """

    prefix: str
    inside: bool
    names: list[str]
    sinks: list[str]
    paths: dict[str, str] = field(default_factory=dict)
    pids: dict[str, int] = field(default_factory=dict)
    loopback_port: int = 0
    queue_key: int = 0


Run = Callable[[Plan, bytes], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """One way to do harm.

    proof: how the lab sees from outside that it worked: ``sink`` and ``service`` look for the token there,
        ``claim``
    believes the attacker, anything else is a proof of the lab by that name (or ``file NAME``).
    as_user: whether it works without being root, when nothing stands in the way.
    """

    name: str
    proof: str
    as_user: bool
    run: Run


ATTACKS: dict[str, Attack] = {}


def attack(proof: str, *, as_user: bool = True) -> Callable[[Run], Run]:
    """Enter a function into the table; its name is the attack's. It returns true to claim success."""

    def enter(run: Run) -> Run:
        name = run.__name__.removeprefix("attack_")
        ATTACKS[name] = Attack(name=name, proof=proof, as_user=as_user, run=run)
        return run

    return enter


def syscall(number: int, *arguments: int | bytes | None) -> int:
    """A raw system call.

    Raises:
        OSError: the kernel's answer.
    """
    passed = [ctypes.c_long(a) if isinstance(a, int) else ctypes.c_char_p(a) for a in arguments]
    result = int(libc.syscall(ctypes.c_long(number), *passed))
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def run_all(plan: Plan) -> None:
    """Run each attack of the plan in a child, so that none hinders the next."""
    for name in plan.names:
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            signal.alarm(ATTACK_LIMIT_S)
            print(json.dumps({"attack": name, **_run_one(plan, name)}), flush=True)
            os._exit(0)
        _, status = os.waitpid(pid, 0)
        if status:
            died = {"attack": name, "claim": False, "hindrance": f"died: {os.waitstatus_to_exitcode(status)}"}
            print(json.dumps(died), flush=True)


def _run_one(plan: Plan, name: str) -> dict[str, object]:
    try:
        claim = bool(ATTACKS[name].run(plan, f"{plan.prefix}-{name}".encode()))
    except UnsupportedError as error:
        return {"claim": False, "unsupported": True, "hindrance": str(error)}
    except OSError as error:
        return {"claim": False, "unsupported": error.errno in UNSUPPORTED, "hindrance": repr(error)}
    except Exception as error:  # noqa: BLE001 -- hostile code may fail in any way; the proof tells
        return {"claim": False, "hindrance": repr(error)}
    return {"claim": claim, "hindrance": None}


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    sys.modules["tests.lab.hostile"] = sys.modules["__main__"]  # there is no checkout here
    for table in ("attacks_network", "attacks_local", "attacks_power"):
        __import__(table)
    run_all(Plan(**json.loads(os.environ["ATTACK"])))
