"""Nothing that a home holds is in what leaves it, but for what the register names there: by random homes.

PLANTED_HOMES=10000 in script/nightly, telemetry.
"""

import os
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from hub.daemon import diagnosis
from privacy import canonical
from privacy.system import SystemClock
from tests.hub.daemon.random_home import Leaving, RandomHome, rules
from tests.hub.home_in_a_box import Home
from tests.planted import Search, planted, spellings, text_of
from tests.privacy.gate.at_the_door import opened

HOMES = int(os.environ.get("PLANTED_HOMES", "12"))
FIRST = int(os.environ.get("PLANTED_FIRST", "0"))  # to look at one home again


@pytest.fixture
async def random_home(home: Home, tmp_path: Path) -> AsyncIterator[RandomHome]:
    (tmp_path / "gate").mkdir()
    async with opened(tmp_path / "gate", SystemClock(), rules=rules()) as door:
        await door.desk.confirm_clock()
        yield RandomHome(home, door, tmp_path / "gate")


def leaks(search: Search, leaving: Leaving) -> set[str]:
    """What of the secrets is told, and was not declared."""
    found = search.found(leaving.clear, but=leaving.declared)
    found |= search.found(leaving.inside, but=leaving.declared | leaving.sealed)
    return found | search.found(leaving.wire.replace(leaving.clear, b"|"), but=leaving.declared)


@pytest.mark.obligation("Q6.13-a")
@pytest.mark.timeout(14_400)
async def test_no_secret_of_a_home_is_in_anything_that_leaves_it(random_home: RandomHome) -> None:
    register = random_home.door.desk.register
    leaves = {row.id for row in register.activities.values() if row.built and row.mode.value == "delivered"}
    assert set(random_home.makes) == leaves  # a new one needs its place here
    for number in range(FIRST, FIRST + HOMES):
        chance = random.Random(number)
        secrets = planted(chance)
        await random_home.furnish(chance, secrets)
        search = Search(secrets)
        for activity, make in random_home.makes.items():
            leaving = await make(chance)
            assert leaks(search, leaving) == set(), (number, activity, leaving)


async def test_control_whatever_leaks_is_found_in_each_spelling_and_wherever_it_leaks(
    random_home: RandomHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(12)
    secrets = planted(chance)
    await random_home.furnish(chance, secrets)
    search = Search(secrets)
    made = {activity: await make(chance) for activity, make in random_home.makes.items()}
    # each spelling of each secret, in one payload after the other; and each secret in each of them
    for kind, secret in secrets.items():
        places = [leaving for leaving in made.values() if kind not in leaving.declared]
        for number, told in enumerate(spellings(secret)):
            clear = places[number % len(places)].clear
            assert kind in search.found(clear[:80] + told + clear[80:160])
    for activity, leaving in made.items():
        middle = len(leaving.clear) // 2
        for kind, secret in secrets.items():
            told = min(spellings(secret))
            with_it = replace(leaving, clear=leaving.clear[:middle] + told + leaving.clear[middle:])
            assert (kind in leaks(search, with_it)) == (kind not in leaving.declared), (activity, kind)

    # an encoder that puts somebody's name where nobody looks
    real = canonical.encode
    monkeypatch.setattr(canonical, "encode", lambda value: real(value) + str(secrets["person"]).encode())
    for activity in ("telemetry.usage", "monitor.device", "diagnosis.remote", "history.cloud.display"):
        assert "person" in leaks(search, await random_home.makes[activity](chance)), activity
    assert "person" in leaks(search, await random_home.makes["deletion.request"](chance))
    assert "person" in leaks(search, await random_home.makes["setup.timezone"](chance))
    monkeypatch.undo()

    # a collector that counts by what people call a thing: what the gate's schema lets pass is found
    monkeypatch.setattr(diagnosis, "_model", lambda _: f"Z{text_of(secrets['mac'])[:8].replace(':', '-')}")
    secrets["mac_of_model"] = f"{text_of(secrets['mac'])[:8].replace(':', '-')}"
    assert "mac_of_model" in leaks(Search(secrets), await random_home.makes["diagnosis.remote"](chance))
