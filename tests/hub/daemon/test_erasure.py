"""What the gate asks the hub to erase, on a phone's signature: done and told, or declined."""

import pytest

from hub.daemon.erasure import erase, whose
from hub.home.notifications.people import Person
from privacy.client import GateDeclined
from tests.hub.home_in_a_box import Home


async def test_the_hub_erases_a_kind_of_data_and_says_what_went(home: Home) -> None:
    await home.claim()
    await home.house.rooms.add("Kitchen")
    told = await erase(home.house.rights, {"person": None, "category": "household"})
    (rooms,) = (one for one in told["effects"] if one["holding"] == "hub.rooms")  # type: ignore[attr-defined]
    assert rooms == {"holding": "hub.rooms", "erased": 1, "stays": 0, "why": ""}
    assert list(home.house.rooms.all()) == []


async def test_somebody_who_is_told_and_has_no_login_is_known_and_erased(home: Home) -> None:
    await home.claim()
    await home.house.teller.records.put(Person(name="Bob", ways=("b1",)))
    question = {"person": "Bob", "category": None}
    assert await whose(home.house.rights, question) == {"known": True, "ways": ["b1"], "others": []}
    told = await erase(home.house.rights, question)
    (people,) = (one for one in told["effects"] if one["holding"] == "hub.notification_people")  # type: ignore[attr-defined]
    assert people["erased"] == 1
    assert await whose(home.house.rights, question) == {"known": False, "ways": [], "others": []}
    with pytest.raises(GateDeclined):
        await erase(home.house.rights, question)


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ({"person": "Nobody", "category": None}, "unknown_person"),
        ({"person": None, "category": "secrets"}, "unknown_category"),
        ({"person": "Owner", "category": "presence"}, "unknown_category"),
    ],
    ids=["person", "category", "both"],
)
async def test_what_is_not_known_is_declined_and_nothing_goes(
    home: Home, question: dict[str, object], code: str
) -> None:
    await home.claim()
    await home.house.rooms.add("Kitchen")
    with pytest.raises(GateDeclined) as declined:
        await erase(home.house.rights, question)
    assert declined.value.code == code
    assert [room.name for room in home.house.rooms.all()] == ["Kitchen"]
