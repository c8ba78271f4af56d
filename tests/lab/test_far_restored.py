"""A home's card is gone, and its copy lies far away: a blank gate and hub, without a sheet, get it back.

Real servers at WebDAV and S3, every packet recorded, the console's own verbs. Each yes stands beside its no.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from hub.core import DriverRecords, schema
from privacy.conversation import Declined
from privacy.gate.console import figure_verbs
from privacy.gate.console.tunnel_consents import table as consents
from tests.lab.far_home import House, at_home
from tests.lab.far_vault import Lab, vault
from tests.lab.outside import RESOLVER, Receiver, authority
from tests.lab.test_figures import COUNTED, HOST, MEASURED, MONITOR, TELEMETRY, wait_for
from tests.needs import NETWORKS
from tests.privacy.gate.backups.home import KEY

pytestmark = [pytest.mark.lab, NETWORKS, pytest.mark.timeout(400)]


@pytest.fixture(params=["webdav", "s3"])
def lab(request: pytest.FixtureRequest, wire: tuple[str, str], tmp_path: Path) -> Iterator[Lab]:
    with vault(request.param, wire, tmp_path) as made:
        yield made


def backed_up(lab: Lab, folder: Path) -> tuple[str, str]:
    """A home has been, and its copy lies far away: the copy's name, and whom its yes named."""
    with at_home(lab, folder) as house:
        lab.log_in()
        agreed = str(lab.allow()["addressee"])
        assert house.now()["progress"]["wrong"] == ""
        return house.there[-1].name, agreed


def found(house: House) -> list[tuple[str, str]]:
    """What lies there, as the list tells it."""
    rows = house.ask("backup.status", target="vault")["copies"]
    return [(row["name"], row["state"]) for row in rows if row["target"] == "vault"]


def refused(house: House, name: str) -> str:
    with pytest.raises(Declined) as no:
        house.restore(name)
    return no.value.code


@pytest.mark.obligation("Q6.5-d")
def test_a_blank_home_without_a_sheet_fetches_its_copy_under_a_yes_of_its_own(
    lab: Lab, tmp_path: Path
) -> None:
    name, agreed = backed_up(lab, tmp_path)
    with lab.another(tmp_path / "new") as new, at_home(new, tmp_path / "blank", blank=True) as house:
        new.gate.ask("consent.confirm_clock")
        new.recorder.taken()
        new.names.asked.clear()

        # given access data and no yes: refused, and not a packet, not even to look it up
        new.log_in()
        assert refused(house, name) == "target_not_allowed"
        assert house.ask("backup.status", target="vault")["trouble"]["code"] == "target_not_allowed"
        assert (new.recorder.taken(), new.names.asked) == ([], [])

        # when the owner says yes to the account alone, as there is no sheet, then the copy is found
        told = new.allow()["addressee"]
        assert told
        assert "age1" not in told
        assert found(house) == [(name, "found")]

        # and put back: rooms, keys of the radio, and the consents of before as proof
        restored = house.restore(name)
        assert (restored["applied"], restored["consents"]) == (True, True)
        assert restored["rooms"] == ["Room 1", "Room 2"]
        rooms = new.gate.call(house.store.read(lambda c: c.execute(select(schema.rooms.c.name)).all()))
        assert [row.name for row in rooms] == ["Room 1", "Room 2"]
        assert new.gate.call(DriverRecords(house.store, "bidcos").load())[KEY] == b"\x01" + b"k" * 16
        assert house.hub.restarts == 1
        fetching, before = sorted(new.gate.door.desk.standing.live(), key=lambda grant: grant.id)
        assert (fetching.addressee, before.addressee) == (told, agreed)

        # and until the owner says yes again nothing goes there: that yes was for fetching, and of before
        new.recorder.taken()
        with pytest.raises(Declined) as no:
            house.restore(name)
        assert no.value.code == "target_not_allowed"
        house.now()
        assert new.recorder.taken() == []
        assert [path.name for path in house.there] == [name]

        # when that is said, now with the sheet in it, then a new copy is put, proven, and opened by the sheet
        assert "age1" in new.allow()["addressee"]
        assert house.now()["progress"]["wrong"] == ""
        assert len(house.there) == 2
        (fresh,) = {path.name for path in house.there} - {name}
        assert (fresh, "verified") in found(house)
        assert house.check(fresh)["rooms"] == ["Room 1", "Room 2"]
        assert new.gate.ask("ledger.verify")["findings"] == []


def allow(lab: Lab, activity: str) -> None:
    lab.gate.answered(consents(lab.gate.door)["consent.allow"], {"activity": activity})


def planned(lab: Lab) -> list[datetime]:
    """Moments at which figures are to leave."""
    verbs = figure_verbs.table(lab.gate.door)
    rows = [*lab.gate.answered(verbs["monitor.show"], {})["next"]]
    rows += [row for row in lab.gate.answered(verbs["telemetry.show"], {})["weeks"] if row["state"] != "sent"]
    return sorted(datetime.fromisoformat(row["at"]) for row in rows)


def days_pass(house: House, days: int, over: Callable[[], bool] = lambda: False) -> None:
    """Rounds of gate and backups, daily and right before each planned moment. over: it ends before."""
    gate = house.lab.gate
    end = gate.clock.now() + timedelta(days=days)
    slept_for = [kind.moments.waiting for kind in (gate.door.telemetry, gate.door.monitoring)]
    while (now := gate.clock.now()) < end and not over():
        before = timedelta(seconds=0.3)
        at = min([one - before for one in planned(house.lab) if one - before > now], default=end)
        gate.clock.ahead += min(at, now + timedelta(days=1)) - now
        gate.call(gate.upkeep.once())
        gate.call(house.backups._round())
        wait_for(lambda: not any(slept_for))


@pytest.mark.obligation("Q6.5-d")
def test_whatever_was_allowed_before_waits_for_the_owner_in_a_restored_home(
    wire: tuple[str, str], tmp_path: Path
) -> None:
    ca_file, context = authority(tmp_path / "figures", HOST)
    figures: dict[str, object] = {
        "name": "figures",
        "role": "processor",
        "host": HOST,
        "country": "DE",
        "path": "/v1/figures",
        "activities": [TELEMETRY, MONITOR],
        "ca_file": str(ca_file),
    }
    receiver = Receiver(wire[1], context, address=RESOLVER)
    receiver.mode = "no_receipt"
    try:
        with vault("webdav", wire, tmp_path, [figures]) as lab:
            lab.names.names[HOST] = [RESOLVER]
            # given a home that allowed the cloud, statistics and monitoring, and its copy
            lab.gate.ask("consent.confirm_clock")
            lab.gate.collected = MEASURED | COUNTED
            for activity in (TELEMETRY, MONITOR):
                allow(lab, activity)
            name, _ = backed_up(lab, tmp_path)

            # when a blank home gets it back
            with lab.another(tmp_path / "new") as new, at_home(new, tmp_path / "blank", blank=True) as house:
                new.gate.collected = MEASURED | COUNTED
                new.gate.ask("consent.confirm_clock")
                new.log_in()
                new.allow()
                assert house.restore(name)["consents"]
                live = {grant.activity for grant in new.gate.door.desk.standing.live()}
                assert live == {"backup.cloud", TELEMETRY, MONITOR}

                # then for a week not a packet leaves it, and no name is asked for
                new.recorder.taken()
                new.names.asked.clear()
                receiver.arrived.clear()
                days_pass(house, 8)
                assert (new.recorder.taken(), new.names.asked, receiver.arrived) == ([], [], [])
                assert [path.name for path in house.there] == [name]

                def both_left() -> bool:  # a report of the device, and an answer of statistics
                    return {b"service.name" in one.body for one in receiver.arrived} == {True, False}

                # the control: what the owner allows again leaves, in the week after next at the latest
                for activity in (TELEMETRY, MONITOR):
                    allow(new, activity)
                new.allow()
                days_pass(house, 15, both_left)
                assert both_left()
                assert house.now()["progress"]["wrong"] == ""
                assert len(house.there) == 2
                assert new.gate.ask("ledger.verify")["findings"] == []
    finally:
        receiver.close()
