"""The program that speaks with a GSM modem, by Gammu; modem.py starts it for one message, or for its report.

Run by the system's Python, whose package python3-gammu it needs. What a modem and strangers' messages in it
say is parsed here alone: once the device is open it makes no socket, opens no file and runs nothing.
"""

import datetime  # Gammu wants it, too, when no file can be opened any more
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
MOST_STORED = 300  # messages in the modem that are looked through
# a report's moment, by the network's clock and timezone, is no further from the message; references repeat
NEAR = datetime.timedelta(days=1)
ALIKE = 7  # figures of a number at least: some networks leave out the country
FAILED_FROM = 0x40  # TP-Status, 3GPP TS 23.040, 9.2.3.15: below it, all but 0 is not yet known
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
    """Do what stands on standard input; the outcome is one line on standard output."""
    question = json.loads(sys.stdin.readline(4096))
    try:
        told = _done(question)
    except Failed as failed:
        told = {"failed": failed.args[0]}
    sys.stdout.write(json.dumps(told) + "\n")
    return 0


def _done(question: Mapping[str, Any]) -> dict[str, object]:
    try:
        gammu = import_module("gammu")  # most homes have no modem, and not this package
    except ImportError as error:
        raise Failed("modem_no_gammu") from error
    try:
        parts = _parts(gammu, question["text"]) if "text" in question else []
        machine = _opened(gammu, question["device"])
        _shut_in()
        _unlock(gammu, machine, question["pin"])
        if "text" in question:
            return _send(gammu, machine, parts, question)
        return _look(gammu, machine, question)
    except gammu.GSMError as error:
        raise Failed(_CODES.get(type(error).__name__, "modem_refused")) from error


def _send(
    gammu: Any, machine: Any, parts: Sequence[dict[str, Any]], question: Mapping[str, Any]
) -> dict[str, object]:
    _look_for_network(gammu, machine)
    came = _listening(gammu, machine)
    references = [_one(machine, part, question["to"]) for part in parts]
    sought = {**question, "references": references}
    return {"references": references, "report": _report(gammu, machine, sought, came)}


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
    """The text letter by letter: in the alphabet of SMS where it has them all, else in UCS-2."""
    entry = {"ID": "ConcatenatedAutoTextLong", "Buffer": text}
    parts: list[dict[str, Any]] = gammu.EncodeSMS({"Class": -1, "Unicode": False, "Entries": [entry]})
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


def _report(
    gammu: Any, machine: Any, sought: Mapping[str, Any], came: Sequence[Mapping[str, Any]]
) -> int | None:
    """What the network says of it within the time."""
    looked = 0
    for _ in range(int(REPORT_WAIT_S / LOOK_S)):
        ours = [one for one in came if _is_of(one, sought["references"], sought["to"])]
        if (status := _status(ours, sought["references"])) is not None:
            return status
        announced = sum(not one.get("Number") for one in came)  # those tell that one is kept, and no more
        if announced > looked:
            looked, status = announced, _kept(gammu, machine, sought)
            if status is not None:
                return status
        machine.ReadDevice(False)
        time.sleep(LOOK_S)
    return None


def _look(gammu: Any, machine: Any, question: Mapping[str, Any]) -> dict[str, object]:
    """What is known by now of an earlier message."""
    return {"references": question["references"], "report": _kept(gammu, machine, question)}


def _kept(gammu: Any, machine: Any, sought: Mapping[str, Any]) -> int | None:
    """What the reports in the modem say of it; those that are done with are deleted there."""
    references, to = sought["references"], sought["to"]
    at = datetime.datetime.fromisoformat(sought["at"])
    found = [one for one in _stored(gammu, machine) if _alike(str(one.get("Number")), to)]
    near = [one for one in found if abs(_moment(one, at) - at) <= NEAR]
    ours = [one for one in near if _is_of(one, references, to)]
    status = _status(ours, references)
    for one in found:
        if _moment(one, at) < at - NEAR or (status is not None and one in ours):
            _drop(gammu, machine, one)
    return status


def _stored(gammu: Any, machine: Any) -> list[Mapping[str, Any]]:
    """The status reports that the modem keeps; incoming messages are left alone."""
    found: list[Mapping[str, Any]] = []
    place: dict[str, int] = {}
    with suppress(gammu.GSMError):  # ERR_EMPTY at the end, or a modem that keeps none
        for number in range(MOST_STORED):
            one = machine.GetNextSMS(Folder=0, **(place if number else {"Start": True}))[0]
            place = {"Location": one["Location"]}
            if one.get("Type") == "Status_Report":
                found.append(one)
    return found


def _drop(gammu: Any, machine: Any, one: Mapping[str, Any]) -> None:
    with suppress(gammu.GSMError):  # it stays there, and says the same again
        machine.DeleteSMS(Folder=0, Location=one["Location"])


def _status(reports: Sequence[Mapping[str, Any]], references: Sequence[int]) -> int | None:
    """TP-Status of the whole message, once each part has one that is final."""
    final = {
        one["MessageReference"]: int(one["DeliveryStatus"])
        for one in reports
        if one["DeliveryStatus"] == 0 or one["DeliveryStatus"] >= FAILED_FROM
    }
    return max(final.values()) if references and all(one in final for one in references) else None


def _is_of(one: Mapping[str, Any], references: Sequence[int], to: str) -> bool:
    return (
        one.get("Type") == "Status_Report"
        and one.get("MessageReference") in references
        and _alike(str(one.get("Number")), to)
    )


def _moment(one: Mapping[str, Any], otherwise: datetime.datetime) -> datetime.datetime:
    told = one.get("DateTime") or one.get("SMSCDateTime")
    return told if isinstance(told, datetime.datetime) else otherwise


def _alike(one: str, other: str) -> bool:
    short, long = sorted((one.lstrip("+0"), other.lstrip("+0")), key=len)
    return len(short) >= ALIKE and long.endswith(short)
