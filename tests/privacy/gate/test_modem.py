"""SMS by a GSM modem: Gammu in a program of its own, with a modem on a pseudo-terminal, and its dummy."""

import asyncio
import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from privacy import recipients
from privacy.conversation import Declined
from privacy.gate.account.account import Account
from privacy.gate.account.account_verbs import table as account_table
from privacy.gate.desk import packaged_register
from privacy.gate.doctor import doctor_modem
from privacy.gate.door.door import Door
from privacy.gate.messages import modem
from privacy.gate.messages.message_verbs import for_console
from privacy.gate.messages.messages import Messages
from privacy.gate.messages.modem import Looked, Modem, Reports
from privacy.gate.messages.modem_words import MODEM_WORDS
from privacy.gate.network.tls_line import Reach, TransferFailed
from privacy.gate.storage import messages
from tests.paths import ROOT
from tests.privacy.gate.at_the_door import opened
from tests.privacy.gate.gsm_modem import GsmModem, report
from tests.privacy.gate.sms_pdu import message
from tests.privacy.gate.test_console_verbs import ask

NUMBER, SWAPPED = "+4915112345678", "945111325476F8"
TEXT, PIN, WRONG = "GEFAHR: Rauch - Küche", "4711", "0815"
ROW = {"name": "sim", "role": "processor", "country": "DE", "activities": ["sms.send"], "transport": "modem"}


@contextmanager
def plugged(
    *, pin: str = "", refuses: str = "", says: Mapping[str, str] | None = None, reports: str = "told"
) -> Iterator[GsmModem]:
    made = GsmModem(pin=pin, refuses=refuses, says=says or {}, reports=reports)
    try:
        yield made
    finally:
        made.close()


class Kept:
    """A PIN, until it was wrong."""

    def __init__(self, pin: str = "") -> None:
        self.pin = pin

    async def read(self) -> str:
        return self.pin

    async def forget(self) -> None:
        self.pin = ""


async def sending(device: str, pin: Kept) -> str:
    """The receipt, or the code of the failure."""
    try:
        one = Looked(number=NUMBER, at=datetime.now(UTC))
        return (await Modem(device, pin, asyncio.Lock(), one, text=TEXT).run()).receipt or ""
    except TransferFailed as failed:
        words = MODEM_WORDS[failed.args[0]]  # each has some
        return f"{failed.args[0]} {'final' if failed.final else 'again'}" if all(words.values()) else ""


class Desk:
    def __init__(self, door: Door) -> None:
        self.door, self.messages = door, Messages(door)

    async def ask(self, verb: str, **fields: object) -> Mapping[str, Any]:
        verbs = {**for_console(self.messages), **account_table(Account(self.door, ""), self.door.desk)}
        return await verbs[verb](fields)  # type: ignore[return-value] # all answer with fields


@pytest.mark.obligation("Q6.3-e")
async def test_a_modem_sends_what_was_agreed_to_after_the_ledger_says_so_and_the_report_is_kept(
    tmp_path: Path,
) -> None:
    with plugged(pin=PIN) as plug:
        register = packaged_register()
        known, mistakes = recipients.read([ROW | {"device": plug.device}], register)
        assert not mistakes
        async with opened(tmp_path, rules=(register, known)) as door:
            desk = Desk(door)
            await desk.ask("account.contact", number=NUMBER, label="Ada")
            with pytest.raises(Declined, match="four to eight figures"):
                await desk.ask("messages.access", recipient="sim", password="geheim")
            await desk.ask("messages.access", recipient="sim", password=PIN)
            (way,) = (await desk.ask("messages.ways"))["ways"]
            shown = await desk.ask("messages.preview", way=way["id"], language="de")
            assert plug.asked == []
            given = await desk.ask("messages.give", way=way["id"], preview=shown["preview"], language="de")
            assert given["grant"]["host"] == "modem"
            async with asyncio.timeout(60):  # the yes waits twenty seconds for it, which a busy machine needs
                while (await desk.ask("messages.list"))["messages"][0]["fate"] == "waiting":
                    await asyncio.sleep(0.2)
            # that number, once, unlocked by the PIN that stands in no argument
            assert len(plug.sent) == 1
            assert SWAPPED in plug.sent[0]
            assert plug.pins == [f'AT+CPIN="{PIN}"']
            assert plug.programs  # the control
            assert not any(secret in line for line in plug.programs for secret in (PIN, NUMBER[1:]))
            entries = (await ask(door, "ledger.list"))["entries"]
            assert [one["kind"] for one in entries if one["kind"].startswith("t")] == [
                "transfer_begin",
                "transfer_end",
            ]
            assert "lookup" not in [one["kind"] for one in entries]
            assert f'"{PIN}"' not in json.dumps(entries)
            (told,) = (await desk.ask("messages.list", language="de"))["messages"]
            assert (told["fate"], told["receipt"]) == ("delivered", "1 delivered")
            # a report that lies in the modem later on is found under the same consent, without a look-up
            plug.kept[4] = report(1, 0x62, datetime.fromisoformat(told["at"]))
            await door.desk.store.write(
                lambda tx: messages.ask_at(tx, told["transfer"], door.desk.time.instant().at)
            )
            await door.receipts.once()
            async with asyncio.timeout(60):
                while (told := (await desk.ask("messages.list", language="de"))["messages"][0])[
                    "fate"
                ] == "delivered":
                    await asyncio.sleep(0.2)
            assert (told["fate"], told["what"]) == (
                "failed",
                "nicht zugestellt: das Telefon ist aus oder ohne Netz (62)",
            )
            assert plug.kept == {}
            asked = [one["data"] for one in (await ask(door, "ledger.list"))["entries"]][-2:]
            assert (asked[0]["receipt_of"], asked[0]["grant"]) == (told["transfer"], given["grant"]["id"])
            assert asked[1]["what"] == "answered 200: receipt_unreachable 62"
            assert len(plug.sent) == 1


async def late(plug: GsmModem) -> str:
    """What is found of a message whose two parts are reported after the program ended."""
    at = datetime.now(UTC)
    one = Looked(number=NUMBER, at=at)
    answer = await Modem(plug.device, Kept(), asyncio.Lock(), one, text=TEXT * 9).run()
    assert (answer.reach, answer.receipt) == (Reach.FOLLOWED, "1 2")
    sought = Looked(number=NUMBER, references="1 2", at=at)
    found = []
    # of the other part only: from three days ago, and that the network still tries; then the last word
    for second in ({5: report(2, 0, at - timedelta(days=3)), 6: report(2, 0x30)}, {6: report(2, 0)}):
        plug.kept = {3: report(1, 0), 9: report(9, 0x62), **second}
        said = modem.said(await Reports(plug.device, Kept(), asyncio.Lock(), sought).run())
        found.append((said.arrived, sorted(plug.kept)))
    assert found == [(None, [3, 6, 9]), (True, [9])]
    return f"late {answer.receipt}"


async def test_each_failure_has_its_name_and_a_wrong_pin_is_tried_once(tmp_path: Path) -> None:
    pins = {"wrong": Kept(WRONG), "none": Kept()}
    with (
        plugged(pin=PIN) as wrong,
        plugged(pin=PIN) as none,
        plugged(says={"AT+CPIN?": "+CME ERROR: 10"}) as no_sim,
        plugged(says={"AT+CREG?": "+CREG: 2,2"}) as no_network,
        plugged(refuses="+CMS ERROR: 50") as refused,
        plugged(reports="stored") as stored,
        plugged(reports="late") as later,
    ):
        earlier = datetime.now(UTC) - timedelta(days=3)
        stored.kept = {8: report(1, 0x62, earlier), 9: report(3, 0, earlier), 10: report(3, 0)}
        async with asyncio.TaskGroup() as tasks:
            found = {
                name: tasks.create_task(sending(device, pin), name=name)
                for name, device, pin in (
                    ("wrong", wrong.device, pins["wrong"]),
                    ("none", none.device, pins["none"]),
                    ("no_sim", no_sim.device, Kept()),
                    ("no_network", no_network.device, Kept()),
                    ("refused", refused.device, Kept()),
                    ("stored", stored.device, Kept()),
                    ("gone", "/dev/no-such-modem", Kept()),
                    ("dummy", f"dummy:{tmp_path}", Kept()),
                )
            }
            found["late"] = tasks.create_task(late(later), name="late")
        assert {name: task.result() for name, task in found.items()} == {
            "wrong": "modem_pin_wrong final",
            "none": "modem_pin_needed final",
            "no_sim": "modem_no_sim final",
            "no_network": "modem_no_network again",
            "refused": "modem_refused final",
            "stored": "1 delivered",  # read where the modem says that it lies
            "late": "late 1 2",
            "gone": "modem_gone again",
            "dummy": "255",  # Gammu's own driver, which sends nothing
        }
        assert sorted(stored.kept) == [10]  # of another message of today
        assert pins["wrong"].pin == ""
        assert await sending(wrong.device, pins["wrong"]) == "modem_pin_needed final"
        assert wrong.pins == [f'AT+CPIN="{WRONG}"']


ENCODED = """
import gammu, json, sys
sys.path.append(sys.argv[1])
from privacy.gate.messages.modem_child import _parts
to = {"SMSC": {"Number": "+491710760000"}, "Number": sys.argv[2], "Type": "Status_Report"}
for text in json.load(sys.stdin):
    print(*(gammu.EncodePDU({**part, **to}, "Submit").hex() for part in _parts(gammu, text)))
"""


@pytest.mark.obligation("Q6.3-e")
def test_whatever_people_call_a_device_arrives_letter_by_letter() -> None:
    texts = {  # and in how many parts
        "Rauch - Küche []{}|^~\\€": 1,
        "Rauch - Łazienka": 1,
        "Rauch - Кухня": 1,
        "à la carte": 1,
        "á la carte": 1,
        "x" * 160: 1,
        "x" * 161: 2,
        "€" * 81: 2,
        "[a" * 90: 2,
        "я" * 71: 2,
        "x" * 66 + "🛏🛏🛏": 2,  # the first one in two halves, each in a part of its own
    }
    words = [str(modem.PYTHON), "-I", "-B", "-c", ENCODED, str(ROOT), NUMBER]
    told = json.dumps(list(texts))
    done = subprocess.run(words, input=told, capture_output=True, text=True, check=True)
    pdus = [line.split() for line in done.stdout.splitlines()]
    assert [message(parts) for parts in pdus] == [(NUMBER, text) for text in texts]
    assert list(map(len, pdus)) == list(texts.values())


def test_the_program_opens_and_reaches_nothing_once_it_is_shut_in() -> None:
    tried = """
import socket, sys
sys.path.append(sys.argv[1])
from privacy.gate.messages import modem_child
def tries():
    for attempt in (lambda: open("/etc/hostname"), socket.socket):
        try:
            attempt().close()
            print("yes")
        except PermissionError:
            print("no")
tries()
modem_child._shut_in()
tries()
"""
    words = [str(modem.PYTHON), "-I", "-B", "-c", tried, str(ROOT)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["yes", "yes", "no", "no"]  # the first two are the control


@pytest.mark.parametrize(
    ("change", "mistake"),
    [
        ({"device": "/dev/serial/by-id/usb-HUAWEI-if00-port0"}, ""),
        ({}, "device is missing"),
        ({"device": "ttyUSB0"}, "device: allowed is a path"),
        ({"device": "/dev/../etc/passwd"}, "device is missing"),
        ({"device": "/dev/ttyUSB2", "host": "sms.example.org"}, "go with a service in the network"),
        ({"device": "/dev/ttyUSB2", "activities": ["mail.send"]}, "mail.send needs"),
        ({"device": "/dev/ttyUSB2", "transport": "https", "host": "sms.example.org"}, "device goes with"),
        ({"transport": "https"}, "host = ''"),
    ],
)
def test_a_modem_is_entered_by_its_device_alone(change: dict[str, object], mistake: str) -> None:
    _, mistakes = recipients.read([ROW | change], packaged_register())
    assert (mistake in " ".join(mistakes)) if mistake else not mistakes


def test_the_doctor_names_what_of_the_machine_is_missing_for_a_modem(tmp_path: Path) -> None:
    (tmp_path / "by-id").mkdir()
    (tmp_path / "by-id" / "usb-HUAWEI").touch()
    config = tmp_path / "homebase.toml"
    for device, level, text in (
        (f"dummy:{tmp_path}", "ok", "modem at dummy:"),
        (str(tmp_path / "ttyUSB7"), "warn", "no modem at"),
    ):
        config.write_text(f'[[recipient]]\ntransport = "modem"\ndevice = "{device}"\n')
        (found,) = doctor_modem.modems(config, tmp_path / "by-id")
        assert (found.name, found.level, found.text[: len(text)]) == ("modem", level, text)
        assert ("usb-HUAWEI" in found.way_out) == (level == "warn")
    config.write_text("")
    assert list(doctor_modem.modems(config)) == []
