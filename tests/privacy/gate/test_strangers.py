"""A file that nobody declared closes the door and is named; the home runs on, and opens again without it."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from privacy.conversation import ConversationLost
from privacy.decide import Refusal, decide
from privacy.gate.door.door import Door
from privacy.gate.door.strangers import Strangers
from privacy.reasons import Reason
from privacy.state_files import GATE, HUB, strangers
from tests.privacy import house
from tests.privacy.gate.at_the_door import opened


@dataclass
class Found:
    """A gate in a state folder, with a consent. told: what the hub says; None: it is away."""

    door: Door
    state: Path
    told: object = None
    asked: int = 0
    looking: Strangers = field(init=False)

    def __post_init__(self) -> None:
        self.looking = Strangers(self.door, self.state, self.ask)

    async def ask(self) -> Mapping[str, object]:
        self.asked += 1
        if self.told is None:
            raise ConversationLost("away")
        return {"unknown": self.told}

    def verdict(self) -> Reason | None:
        desk = self.door.desk
        found = decide(house.request(), desk.register, desk.recipients, desk.standing, house.moment())
        return found.reason if isinstance(found, Refusal) else None


@pytest.fixture
async def found(tmp_path: Path) -> AsyncIterator[Found]:
    for name in ("gate", "hub"):
        (tmp_path / name).mkdir()
    async with opened(tmp_path / "gate") as door:
        door.desk.standing.give(replace(house.grant(), epoch=door.desk.standing.epoch))
        yield Found(door=door, state=tmp_path)


@pytest.mark.obligation("Q6.15")
@pytest.mark.parametrize("place", ["diary.txt", "gate/copy.db", "hub/photos"])
async def test_an_unknown_file_closes_what_leaves_and_is_named_until_it_is_gone(
    found: Found, place: str
) -> None:
    await found.looking.look()
    assert found.verdict() is None  # the control: the same transfer passes without the file
    (found.state / place).write_text("who wrote this?")
    await found.looking.look()
    assert found.verdict() is Reason.UNKNOWN_FILE
    (named,) = found.door.desk.closures.strangers
    assert named.endswith(place.rpartition("/")[2])
    (found.state / place).unlink()
    await found.looking.look()
    assert found.verdict() is None


async def test_the_first_look_is_before_anything_runs(found: Found) -> None:
    (found.state / "gate" / "x").touch()
    found.looking.look_first()
    assert found.verdict() is Reason.UNKNOWN_FILE


async def test_where_the_gate_sees_no_hub_folder_the_hub_is_asked_and_its_word_closes(found: Found) -> None:
    (found.state / "hub").rmdir()
    await found.looking.look()
    assert (found.asked, found.verdict()) == (1, None)
    found.told = ["diary.txt", 7]
    await found.looking.look()
    assert found.verdict() is Reason.UNKNOWN_FILE
    found.told = None
    await found.looking.look()
    assert found.verdict() is Reason.UNKNOWN_FILE  # a hub that went away takes nothing back
    found.told = []
    await found.looking.look()
    assert found.verdict() is None


def test_what_the_program_writes_is_known() -> None:
    assert strangers(["gate.db", "gate.db-wal", "key", "key.new", "lock", "reserve"], GATE) == ()
    assert strangers(["hub.db", "hub.key", "hub-before-upgrade-0001.db"], HUB) == ()
    assert strangers(["hub.db.bak", "hub-before.db"], HUB) == ("hub-before.db", "hub.db.bak")
    assert len(strangers([f"{number}" * 300 for number in range(100)], HUB)) == 20
