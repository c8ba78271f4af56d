"""The program that speaks with a GSM modem, by Gammu; modem.py starts it for one message.

Run by the system's Python, whose package python3-gammu it needs. What a modem and strangers' messages in it
say is parsed here alone: once the device is open it makes no socket, opens no file and runs nothing.
"""

import datetime  # noqa: F401 - Gammu wants it when no file can be opened any more
import json
import resource
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from typing import Any

from privacy.gate.jailed import seccomp
from privacy.gate.machine.syscalls import architecture, prctl

DUMMY = "dummy:"  # of a device: Gammu's own driver that sends nothing
REPORT_WAIT_S, LOOK_S = 10.0, 0.2
MEMORY = 268_435_456  # bytes of address space
_AWAY = frozenset({"NoNetwork", "RequestingNetwork", "RegistrationDenied"})
# Gammu's name of an error: the code that modem_words.py has words for
_CODES = {
    "ERR_DEVICENOTEXIST": "modem_gone",
    "ERR_DEVICEOPENERROR": "modem_gone",
    "ERR_DEVICENOPERMISSION": "modem_permission",
    "ERR_DEVICEBUSY": "modem_busy",
    "ERR_DEVICELOCKED": "modem_busy",
    "ERR_TIMEOUT": "modem_silent",
    "ERR_SECURITYERROR": "modem_pin_needed",
    "ERR_NOSIM": "modem_no_sim",
    "ERR_NETWORK_ERROR": "modem_no_network",
    "ERR_EMPTYSMSC": "modem_no_center",
}


class Failed(Exception):
    """It can't be sent. The argument: a code."""


def main() -> int:
    """Send what stands on standard input; the outcome is one line on standard output."""
    question = json.loads(sys.stdin.readline(4096))
    try:
        told = _send(question)
    except Failed as failed:
        told = {"failed": failed.args[0]}
    sys.stdout.write(json.dumps(told) + "\n")
    return 0


def _send(question: Mapping[str, str]) -> dict[str, object]:
    try:
        gammu = import_module("gammu")  # most homes have no modem, and not this package
    except ImportError as error:
        raise Failed("modem_no_gammu") from error
    try:
        parts = _parts(gammu, question["text"])
        machine = _opened(gammu, question["device"])
        _shut_in()
        _unlock(gammu, machine, question["pin"])
        _look_for_network(gammu, machine)
        came = _listening(gammu, machine)
        references = [_one(machine, part, question["to"]) for part in parts]
        return {"references": references, "report": _report(machine, references, came)}
    except gammu.GSMError as error:
        raise Failed(_CODES.get(type(error).__name__, "modem_refused")) from error


def _opened(gammu: Any, device: str) -> Any:
    machine = gammu.StateMachine()
    is_dummy = device.startswith(DUMMY)
    machine.SetConfig(
        0,
        {
            "Model": "dummy" if is_dummy else "at",
            "Connection": "none" if is_dummy else "at115200",
            "Device": device.removeprefix(DUMMY),
            "LockDevice": "no",
            "SyncTime": "no",
            "StartInfo": "no",
        },
    )
    machine.Init()
    return machine


def _shut_in() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    prctl(38, 1)  # PR_SET_NO_NEW_PRIVS
    seccomp.install(architecture(), families=(), refused=seccomp.REFUSED + seccomp.ALONE)


def _unlock(gammu: Any, machine: Any, pin: str) -> None:
    """Three wrong ones lock a SIM: each is tried once."""
    try:
        wanted = machine.GetSecurityStatus()
    except gammu.ERR_NOTSUPPORTED:
        return
    if wanted is None:
        return
    if wanted != "PIN":
        raise Failed("modem_locked")
    if not pin:
        raise Failed("modem_pin_needed")
    try:
        machine.EnterSecurityCode("PIN", pin)
    except gammu.GSMError as error:
        raise Failed("modem_pin_wrong") from error


def _look_for_network(gammu: Any, machine: Any) -> None:
    try:
        state = machine.GetNetworkInfo()["State"]
    except gammu.GSMError:
        return  # some modems don't say; the sending will
    if state in _AWAY:
        raise Failed("modem_no_network")


def _parts(gammu: Any, text: str) -> list[dict[str, Any]]:
    latin = {"Class": -1, "Unicode": False, "Entries": [{"ID": "ConcatenatedTextLong", "Buffer": text}]}
    parts: list[dict[str, Any]] = gammu.EncodeSMS(latin)
    return parts


def _one(machine: Any, part: dict[str, Any], to: str) -> int:
    return int(machine.SendSMS({**part, "SMSC": {"Location": 1}, "Number": to, "Type": "Status_Report"}))


def _listening(gammu: Any, machine: Any) -> list[Mapping[str, Any]]:
    """What comes in from now on."""
    came: list[Mapping[str, Any]] = []
    machine.SetIncomingCallback(lambda _, kind, data: came.append(data) if kind == "SMS" else None)
    with suppress(gammu.GSMError):  # some tell by themselves, and can't be told to
        machine.SetIncomingSMS(True)
    return came


def _report(machine: Any, references: Sequence[int], came: Sequence[Mapping[str, Any]]) -> str:
    """What the network said of it within the time: delivered, undelivered, or "" for nothing yet."""
    for _ in range(int(REPORT_WAIT_S / LOOK_S)):
        said = {
            one.get("MessageReference"): one.get("DeliveryStatus")
            for one in came
            if one.get("Type") == "Status_Report"
        }
        if all(reference in said for reference in references):
            return "delivered" if all(said[one] == 0 for one in references) else "undelivered"
        machine.ReadDevice(False)
        time.sleep(LOOK_S)
    return ""
