"""A home's backup at WebDAV and S3, from ``homebase backup now`` to the restore; the console's own verbs.

Real servers, the hub's real half, the sheet's real key. Each refusal stands beside its control.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.core import DriverRecords
from privacy import backup_sheet
from privacy.gate.backups import copies, far_door, far_parts, far_target, s3, webdav
from privacy.gate.backups.far_target import FarTarget
from privacy.gate.backups.putting_back import Wish
from privacy.gate.backups.target import Landed, Source, Taken
from privacy.gate.storage import amounts
from tests.lab.far_home import OTHER, OTHER_SHEET, House, at_home
from tests.lab.far_vault import vault
from tests.needs import NETWORKS
from tests.privacy.gate.backups.home import SECRET, public

pytestmark = [pytest.mark.lab, NETWORKS]


@pytest.fixture(params=["webdav", "s3"])
def home(request: pytest.FixtureRequest, wire: tuple[str, str], tmp_path: Path) -> Iterator[House]:
    with vault(request.param, wire, tmp_path) as lab, at_home(lab, tmp_path) as house:
        yield house


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.obligation("Q6.5-a")
def test_the_cloud_is_off_until_the_owner_chooses_it_and_the_house_needs_no_yes(home: House) -> None:
    # given a far place in homebase.toml whose account is known, and nobody's yes
    home.lab.log_in()

    # when a backup is made, then it lies in the house alone, and the far place was not even looked up
    assert home.now()["progress"]["wrong"] == ""
    assert home.states() == {"local": ["verified"]}
    assert len(list(home.stick.glob("*.age"))) == 1
    assert (home.there, home.lab.names.asked, home.lab.recorder.taken()) == ([], [], [])

    # when the owner chooses the cloud, then both get one
    home.lab.allow()
    assert home.now()["progress"]["wrong"] == ""
    assert home.states() == {"local": ["verified"] * 2, "vault": ["verified"]}
    assert len(home.there) == 1

    # and when that is taken back, the house alone again
    home.lab.gate.ask("consent.withdraw", activity="backup.cloud")
    home.lab.recorder.taken()
    home.now()
    assert home.states()["local"] == ["verified"] * 2
    assert home.states()["vault"] == ["verified"]
    assert home.lab.recorder.taken() == []

    # the cloud alone is a choice, too
    home.lab.allow()
    home.backups.shelves.targets.pop("local")
    assert home.now()["progress"]["wrong"] == ""
    assert home.states()["vault"] == ["verified"] * 2


@pytest.mark.obligation("Q6.5-b")
def test_what_lies_in_the_cloud_opens_with_the_sheet_alone_and_is_good_only_as_it_was_put(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pyrage

    home.lab.log_in()
    home.lab.allow()

    # when a backup is made, then the server has bytes that the sheet opens, and no other one does
    assert home.now()["progress"]["wrong"] == ""
    (copy,) = home.there
    data = copy.read_bytes()
    identity = pyrage.x25519.Identity.from_str(backup_sheet.identity_of(SECRET))
    assert b"Room 1" in pyrage.decrypt(data, [identity])
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(data, [pyrage.x25519.Identity.from_str(backup_sheet.identity_of(OTHER))])
    assert b"Room 1" not in bytes(home.lab.front.asked)

    # and it was fetched back before it was called good
    begun = [(one["does"], one["name"]) for one in home.lab.entries("transfer_begin")]
    assert begun == [("put", copy.name), ("read", copy.name)]

    # and a check by its place reads it; another sheet does not, and says nothing against the copy
    assert home.check(copy.name)["rooms"] == ["Room 1", "Room 2"]
    assert home.refused(copy.name, OTHER_SHEET) == "backup_not_good"
    assert home.states()["vault"] == ["verified"]

    # when the server alters one byte, then the check finds it, and the copy is never again shown as good
    flip(copy)
    assert home.refused(copy.name) == "backup_not_good"
    assert home.states()["vault"] == ["failed"]

    # when it alters one before the copy is read back, then it was never called good, and is gone there
    put = FarTarget.put

    async def altered(self: FarTarget, name: str, source: Source, landed: Landed, taken: Taken) -> None:
        await put(self, name, source, landed, taken)
        flip(next(path for path in home.there if path.name == name))

    with monkeypatch.context() as evil:
        evil.setattr(FarTarget, "put", altered)
        told = home.now()
    assert told["progress"]["code"] == "backup_not_good"
    assert [(one["state"], one["verified"]) for one in told["copies"] if one["target"] == "vault"] == [
        ("failed", None),
        ("failed", None),
    ]
    assert home.there == [copy]
    before = {one["name"] for one in told["copies"]}

    # and with three more good ones, the two newest stay, and what was not good goes
    names: list[str] = []
    for _ in range(3):
        told = home.now()
        assert told["progress"]["wrong"] == ""
        names += {one["name"] for one in told["copies"]} - {*names, *before}
    assert [path.name for path in home.there] == sorted(names[1:])
    assert home.states() == {"local": ["verified"] * 2, "vault": ["verified"] * 2}
    assert home.lab.gate.ask("ledger.verify")["findings"] == []


def test_a_copy_above_a_days_amount_arrives_in_days_over_a_restart_and_broken_lines(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a copy of several days' amount
    for module in (webdav, s3, far_door, far_parts):
        monkeypatch.setattr(module, "PART", 100_000)
    monkeypatch.setattr(far_door, "BESIDE", 20_000)
    monkeypatch.setattr(far_target, "_PAUSES_S", (0.01,) * 3)
    made: Any = s3.S3.__init__  # the server's clock does not move with the gate's
    monkeypatch.setattr(s3.S3, "__init__", lambda it, *parts: made(it, *parts[:3], lambda: datetime.now(UTC)))
    gate, desk = home.lab.gate, home.lab.gate.door.desk
    small = replace(desk.register.activities["backup.cloud"], bytes_per_day=330_000)
    desk.register = replace(desk.register, activities={**desk.register.activities, "backup.cloud": small})
    gate.call(DriverRecords(home.store, "bidcos").save({"big": os.urandom(450_000)}))
    home.lab.log_in()
    home.lab.allow()

    def vault() -> dict[str, Any]:
        return next(row for row in home.ask("backup.status")["copies"] if row["target"] == "vault")

    def due() -> bool:
        upcoming = gate.call(home.backups._next())
        return upcoming is not None and upcoming.at <= desk.time.instant().at

    # when it is made, then it is good in the house, on its way to the vault, and nothing is said to be wrong
    assert home.now()["progress"]["wrong"] == ""
    begun = vault()
    assert (begun["state"], begun["landed"]) == ("sending", 300_000)
    assert begun["why"].startswith("target_next_day")
    assert home.states()["local"] == ["verified"]
    assert home.there == []  # under its name, nothing is seen before it is whole
    sent = len(home.lab.front.asked)

    # and on that day no more goes there, however often it is asked
    assert home.now()["progress"]["wrong"] == ""
    assert len(home.lab.front.asked) == sent
    assert not due()

    # when the gate starts anew on the next day and its line breaks once, then the same copy goes on
    home.anew()
    gate.clock.ahead += timedelta(days=1)
    assert due()
    home.lab.front.cut_asking = 60_000
    gate.call(home.backups._round())
    assert (vault()["name"], vault()["state"]) == (begun["name"], "sending")
    assert vault()["why"].startswith("target_unreachable")
    home.lab.front.cut_asking = None
    gate.clock.ahead += timedelta(hours=1)
    gate.call(home.backups._round())
    assert vault()["landed"] == 400_000

    # when it is whole on the third day, and reading it back breaks off, then that goes on at its byte
    gate.clock.ahead += timedelta(days=1)
    home.lab.front.cut_answering = 300_000
    gate.call(home.backups._round())
    home.lab.front.cut_answering = None
    assert (vault()["name"], vault()["state"]) == (begun["name"], "verified")
    assert len(home.lab.front.asked) - sent < begun["size"]  # a part or two again, and not all of it
    wish = Wish(where="vault", name=begun["name"], secret=SECRET)
    assert gate.call(home.backups.restore(wish)).rooms == ("Room 1", "Room 2")
    assert list(home.backups.shelves.folder.glob("*.age")) == []

    # when the yes is taken back while the next one is on its way, then that goes nowhere and leaves this disk
    gate.clock.ahead += timedelta(days=1)
    gate.call(home.backups.now())
    assert vault()["state"] == "sending"
    home.lab.gate.ask("consent.withdraw", activity="backup.cloud")
    assert vault()["state"] != "sending"
    gate.call(home.backups._round())
    assert list(home.backups.shelves.folder.glob("*.age")) == []

    # and a new yes is for a new copy, as the one of before is to be deleted there
    home.lab.allow()
    gate.clock.ahead += timedelta(days=1)
    withdrawn = vault()["name"]
    gate.call(home.backups.now())
    assert (vault()["state"], vault()["name"] == withdrawn) == ("sending", False)

    # when it goes on, then each part is written down when it has landed, and counted before it leaves
    gate.clock.ahead += timedelta(days=1)
    home.lab.front.hold_asking = 150_000
    going_on = gate.start(home.backups._round())
    assert home.lab.front.held.wait(20)

    async def on_the_disk() -> tuple[int, int]:
        at = desk.time.instant().at
        return await desk.store.read(
            lambda tx: (
                copies.sending(tx)["vault"].landed,
                amounts.sent_today(tx, "backup.cloud", "vault", at),
            )
        )

    landed, counted = gate.call(on_the_disk())
    assert landed == 400_000
    assert 150_000 < counted < 240_000  # two parts and what is beside them; not the 330,000 of the day
    home.lab.front.cut_asking = 1
    home.lab.front.let_go(reset=True)
    going_on.result(20)
    home.lab.front.cut_asking = None
    assert (vault()["state"], vault()["landed"]) == ("sending", 400_000)

    # when the sheet is replaced while one is put, then that copy is for none of now, and goes no further
    put = FarTarget.put

    async def replaced(self: FarTarget, name: str, source: Source, landed: Landed, taken: Taken) -> None:
        await home.backups.keep_sheet(public(OTHER), backup_sheet.vouch(OTHER, await home.backups.signer()))
        await put(self, name, source, landed, taken)

    monkeypatch.setattr(FarTarget, "put", replaced)
    gate.clock.ahead += timedelta(hours=1)
    gate.call(home.backups._round())
    assert (vault()["state"], list(home.backups.shelves.folder.glob("*.age"))) == ("failed", [])

    # and its parts, which cost money, are deleted there
    parts = "parts/*.bin" if home.lab.kind == "s3" else "*.unfinished/*"
    assert list(home.lab.folder.rglob(parts)) != []
    gate.call(gate.upkeep.once())
    assert list(home.lab.folder.rglob(parts)) == []
    assert home.lab.gate.ask("ledger.verify")["findings"] == []
