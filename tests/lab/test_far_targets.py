"""Copies leave for WebDAV and S3 under the owner's yes alone, and what is taken back is deleted there.

Real servers in the world's namespace, every packet recorded. Each refusal stands beside its control.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from privacy.conversation import Declined
from privacy.gate.backups.far_target import FarTarget
from privacy.gate.backups.target import NOTHING, Taken, TargetError, Trouble
from privacy.gate.door.holder import GateHolder
from privacy.gate.rights.rights import RightsDesk
from tests import far_servers
from tests.lab.far_vault import BACKUP, DATA, HOST, LOGIN, NAME, Lab, vault
from tests.lab.gate_at_work import GateAtWork
from tests.lab.outside import RECEIVER
from tests.needs import NETWORKS
from tests.privacy import house

pytestmark = [pytest.mark.lab, NETWORKS]

OTHER_KEY = "age1" + "q" * 58  # only compared


@pytest.fixture(params=["webdav", "s3"])
def lab(request: pytest.FixtureRequest, wire: tuple[str, str], tmp_path: Path) -> Iterator[Lab]:
    with vault(request.param, wire, tmp_path) as made:
        yield made


@pytest.mark.obligation("Q6.5-a")
def test_nothing_leaves_before_the_yes_and_exactly_the_copy_after_it(lab: Lab) -> None:
    with pytest.raises(Declined) as nobody:  # nobody knows whose account it would be
        lab.ask("consent.allow", activity=BACKUP)
    assert nobody.value.code == "addressee_not_declared"
    lab.log_in()
    assert lab.refused(lab.put).trouble is Trouble.NOT_ALLOWED
    assert lab.refused(lab.copies).trouble is Trouble.NOT_ALLOWED
    assert lab.recorder.taken() == []
    assert lab.names.asked == []

    told = lab.allow()
    place = f"https://{HOST}{f'/{far_servers.BUCKET}' if lab.kind == 's3' else ''}/home/"
    assert told["addressee"] == f"{place} {LOGIN[lab.kind][0]} {house.SUPPORT_KEY}"
    assert lab.recorder.taken() == []

    assert lab.put()[-1] == len(DATA)
    assert lab.kept() == DATA
    assert bytes(lab.front.asked).count(DATA) == 1
    (begin,), (end,) = lab.entries("transfer_begin"), lab.entries("transfer_end")
    assert (begin["does"], begin["name"], begin["sha256"]) == ("put", NAME, lab.source.sha256)
    assert (end["result"], end["sent"]) == ("delivered", len(lab.front.asked))
    packets = lab.recorder.taken()
    assert {(one.protocol, one.to, one.port) for one in packets} == {
        ("udp", "9.9.9.53", 53),
        ("tcp", RECEIVER, 443),
    }
    assert sum(one.syn for one in packets) == 1
    assert lab.copies() == [(NAME, len(DATA))]
    assert lab.fetched() == DATA
    # what opens the account stands in no entry, no page of the rights and no URL
    asked, book = bytes(lab.front.asked), str(lab.gate.ask("ledger.list"))
    secret = LOGIN[lab.kind][1]
    pages = str(lab.gate.call(GateHolder(lab.gate.door.desk).export("gate.access_data", 0, 10)))
    assert secret not in book + pages
    assert secret.encode() not in b"".join(line for line in asked.split(b"\r\n") if b"HTTP/1.1" in line)
    assert lab.gate.ask("ledger.verify")["findings"] == []


@pytest.mark.obligation("Q6.5-a")
def test_a_withdrawal_cuts_at_once_and_has_the_copies_deleted(lab: Lab) -> None:
    lab.log_in()
    lab.allow()
    lab.put()
    lab.front.hold_asking = 100
    running = lab.gate.start(_read_all(lab.target))
    assert lab.front.held.wait(10)
    cut = lab.gate.ask("consent.withdraw", activity=BACKUP)
    assert cut["cut"] == 1
    with pytest.raises(TargetError) as ended:
        running.result(10)
    assert ended.value.trouble is Trouble.NOT_ALLOWED
    lab.front.hold_asking = None
    lab.front.go_on.set()
    lab.recorder.taken()
    assert lab.refused(lab.put).trouble is Trouble.NOT_ALLOWED
    assert lab.recorder.taken() == []
    assert lab.kept() == DATA

    lab.gate.call(lab.gate.upkeep.once())
    assert lab.kept() == b""
    (asked,) = lab.entries("deletion")
    assert (asked["result"], asked["recipient"]) == ("confirmed", "vault")
    assert lab.entries("transfer_begin")[-1]["activity"] == "backup.deletion"
    lab.recorder.taken()
    lab.gate.call(lab.gate.upkeep.once())  # it is asked once
    assert lab.recorder.taken() == []
    assert lab.gate.ask("ledger.verify")["findings"] == []


@pytest.mark.obligation("Q6.5-a")
@pytest.mark.obligation("T2-c")
def test_a_withdrawal_while_a_copy_is_put_cuts_it_at_once(lab: Lab) -> None:
    def held() -> Any:
        """A put whose server reads a little of it, and then nothing."""
        lab.front.hold_asking = 50_000
        running = lab.gate.start(lab.target.put(NAME, lab.source, _landed))
        assert lab.front.held.wait(20)
        lab.recorder.taken()
        return running

    lab.log_in()
    lab.allow()
    running, decided_s = held(), time.time()
    done = lab.gate.ask("consent.withdraw", activity=BACKUP)
    assert (done["cut"], done["recorded"]) == (1, True)
    with pytest.raises(TargetError) as ended:
        running.result(20)
    assert ended.value.trouble is Trouble.NOT_ALLOWED
    assert sum(one.size for one in lab.recorder.taken() if one.at_s > decided_s) <= 65_536
    (cut,) = lab.entries("cut")
    assert 0 < cut["sent"] < len(DATA)
    lab.front.let_go()
    assert lab.refused(lab.put).trouble is Trouble.NOT_ALLOWED
    assert [one for one in lab.recorder.taken() if one.size] == []
    assert lab.kept() == b""
    lab.allow()  # the control: held just so, and let go, it arrives
    running = held()
    lab.front.let_go()
    running.result(20)
    assert lab.kept() == DATA


async def _landed(done: int, taken: Taken = NOTHING) -> None:
    """As a put tells how far it is."""


async def _read_all(target: FarTarget) -> bytes:
    return b"".join([piece async for piece in target.read(NAME)])


def test_another_account_behind_the_host_needs_a_yes_of_its_own(lab: Lab) -> None:
    lab.log_in()
    lab.allow()
    lab.put()
    lab.log_in(user="mallory")
    lab.recorder.taken()
    assert lab.refused(lab.put).trouble is Trouble.NOT_ALLOWED
    assert lab.recorder.taken() == []
    assert [one["reason"] for one in lab.entries("refusal")] == ["addressee_not_declared"]
    lab.allow()  # and the server has the last word
    assert lab.refused(lab.put).trouble is Trouble.NO_ACCESS
    lab.log_in()
    lab.gate.door.far.door.keys = lambda _: (OTHER_KEY,)  # another sheet: another who could open it
    assert lab.refused(lab.copies).trouble is Trouble.NOT_ALLOWED


def test_a_deregistration_deletes_the_copies_and_then_forgets_the_account(lab: Lab) -> None:
    lab.log_in()
    lab.allow()
    lab.put()
    lab.front.cut_asking = 1  # the target is away at first
    rights = RightsDesk(lab.gate.door, GateHolder(lab.gate.door.desk))
    lab.gate.call(rights.deregister("authorisations", ()))
    lab.gate.call(rights.deregister("data", ()))
    lab.gate.call(lab.gate.upkeep.once())
    assert lab.kept() == DATA
    assert lab.entries("deletion")[-1]["result"] == "unconfirmed"
    lab.front.cut_asking = None
    lab.gate.call(_next_day(lab.gate))
    lab.gate.call(lab.gate.upkeep.once())
    assert lab.kept() == b""
    assert lab.entries("deletion")[-1]["result"] == "confirmed"
    assert lab.gate.call(GateHolder(lab.gate.door.desk).export("gate.access_data", 0, 10)).rows == ()


async def _next_day(gate: GateAtWork) -> None:
    """What waits for its next attempt waits no more; S3 takes no clock that is a day ahead."""
    await gate.door.desk.store.write(lambda tx: tx.execute("UPDATE deletions SET next_ms = 0"))
