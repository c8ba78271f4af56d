"""The owner's rights by the API: looked at, put right, erased, restricted, deregistered."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from hub.api.problems import LANGUAGES
from hub.contract import DatapointId, Origin
from hub.core import schema
from hub.home.notifications.kinds import Kind
from hub.home.notifications.people import Person
from privacy.vocabulary import DataCategory
from tests.hub.core.home import value
from tests.hub.home_in_a_box import Home, running_home
from tests.hub.lamp import LAMP
from tests.hub.lamp import STATE as NAME

STATE = DatapointId.parse(NAME)


async def ask(home: Home, token: str | None, method: str, path: str, body: object = None) -> tuple[int, Any]:
    async with (
        home.browser(token) as browser,
        browser.request(method, f"/api/v1/rights/{path}", json=body) as answer,
    ):
        return answer.status, json.loads(await answer.text() or "null")


async def furnish(home: Home) -> None:
    await home.house.rooms.add("Kitchen")
    known = value(True, Origin.REPORTED, of=STATE, at=home.house.clock.now())
    home.house.history.record(known)
    home.house.state.apply(known)
    await home.house.history.flush(snapshot=True)


@pytest.mark.obligation("T2-a")
async def test_everything_that_is_kept_is_told_with_purpose_and_term_and_its_records_are_shown(
    home: Home,
) -> None:
    token = await home.claim()
    await furnish(home)
    _, told = await ask(home, token, "GET", "holdings")
    assert all(row["purpose"] and row["reason"] and row["categories"] for row in told["holdings"])
    rows = {row["name"]: row for row in told["holdings"]}
    assert (rows["hub.history"]["retention_days"], rows["hub.people"]["records"]) == (30.0, 1)
    for name in (name for name, row in rows.items() if row["shown"]):
        status, page = await ask(home, token, "GET", f"holdings/{name}?limit=500")
        assert status == 200
        assert all(len(row) == len(page["columns"]) for row in page["rows"])
    assert (await ask(home, token, "GET", "holdings/hub.nothing"))[0] == 404
    hidden = {"password", "password_hash", "token_hash", "psk", "private", "value"}
    assert {one["field"] for one in told["hidden"]} == hidden


@pytest.mark.obligation("T2-b")
async def test_names_are_put_right_everywhere_at_once(home: Home) -> None:
    token = await home.claim()
    await furnish(home)
    (room,) = home.house.rooms.all()
    body = {"record": room.id, "field": "name", "value": "Pantry"}
    assert (await ask(home, token, "PATCH", "holdings/hub.rooms", body))[0] == 204
    assert [room.name for room in home.house.rooms.all()] == ["Pantry"]
    person = {"record": "1", "field": "name", "value": "Ada"}
    assert (await ask(home, token, "PATCH", "holdings/hub.people", person))[0] == 204
    assert await home.house.access.person("Ada") == 1
    device = {"record": str(STATE.channel.device), "field": "name", "value": "Reading lamp"}
    assert (await ask(home, token, "PATCH", "holdings/hub.devices", device))[0] == 204
    assert home.house.rooms.label(STATE.channel.device).name == "Reading lamp"
    for holding, changes, code in (
        ("hub.people", {"record": "9"}, "unknown_record"),
        ("hub.people", {"record": "²"}, "unknown_record"),
        ("hub.people", {"field": "password_hash"}, "not_correctable"),
        ("hub.history", {}, "not_correctable"),
        ("hub.devices", {"record": "lamp:NONE000001"}, "unknown_device"),
    ):
        status, problem = await ask(home, token, "PATCH", f"holdings/{holding}", person | changes)
        assert (status >= 400, problem["code"]) == (True, code)


@pytest.mark.obligation("T2-e")
async def test_an_erased_category_is_gone_from_store_and_memory(home: Home) -> None:
    token = await home.claim()
    await furnish(home)
    status, told = await ask(home, token, "POST", "erasures", {"category": "household"})
    assert (status, {row["holding"]: row["erased"] for row in told["effects"]}["hub.rooms"]) == (200, 1)
    assert home.house.rooms.all() == ()
    await ask(home, token, "POST", "erasures", {"category": "actuator_state"})
    assert STATE not in home.house.state.values
    _, page = await ask(home, token, "GET", "holdings/hub.history")
    assert [row for row in page["rows"] if row[1] == NAME] == []


async def test_who_is_erased_is_logged_out_and_the_owner_is_not_erased(home: Home) -> None:
    token = await home.claim()
    for body, code in (
        ({"person": "Nobody"}, "unknown_person"),
        ({"category": "moods"}, "unknown_category"),
        ({}, "one_of_three"),
        ({"person": "Owner", "everything": True}, "one_of_three"),
    ):
        assert (await ask(home, token, "POST", "erasures", body))[1]["code"] == code
    _, told = await ask(home, token, "POST", "erasures", {"person": "Owner"})
    kept = next(row for row in told["effects"] if row["stays"])
    assert (kept["holding"], kept["stays"]) == ("hub.people", 1)
    assert (await ask(home, token, "GET", "holdings"))[0] == 401


@pytest.mark.obligation("T2-f")
async def test_a_restricted_past_is_not_shown_in_either_language_until_it_is_free(home: Home) -> None:
    token = await home.claim()
    await furnish(home)
    assert (await ask(home, token, "PUT", "restrictions", {"categories": ["actuator_state"]}))[0] == 200
    for language in LANGUAGES:
        async with (
            home.browser(token) as browser,
            browser.get(f"/api/v1/history/{STATE}", headers={"Accept-Language": language}) as answer,
        ):
            assert (answer.status, (await answer.json())["code"]) == (409, "restricted")
    assert home.house.rights.restricted == {DataCategory.ACTUATOR_STATE}
    _, refused = await ask(home, token, "PUT", "restrictions", {"categories": ["account"]})
    assert refused["code"] == "not_restrictable"
    assert (await ask(home, token, "PUT", "restrictions", {"categories": []}))[0] == 200
    async with home.browser(token) as browser, browser.get(f"/api/v1/history/{STATE}") as answer:
        assert answer.status == 200


@pytest.mark.obligation("Q6.14")
async def test_a_deregistration_ends_every_authorisation_first_and_a_start_finishes_it(
    tmp_path: Path,
) -> None:
    async with running_home(tmp_path) as home:
        token = await home.claim()
        await furnish(home)
        status, told = await ask(home, token, "POST", "deregistration", {"step": "authorisations"})
        assert (status, [row["erased"] for row in told["effects"]]) == (200, [1, 1, 0])
        # who was logged in before is refused, while the data is still there
        assert (await ask(home, token, "GET", "holdings"))[0] == 401
        assert not home.house.access.claimed
        assert len(home.house.rooms.all()) == 1
    async with running_home(tmp_path) as home:  # the power went in between
        assert home.house.rooms.all() == ()
        assert not home.house.access.claimed
        assert (await home.house.rights.count())["hub.people"] == 0


async def known_by_bob(home: Home) -> int:
    """A device is silent, and Bob, told by messages, said that he knows. Returns its id."""
    store = home.house.notifications._records.store
    bob = {"id": 2, "name": "Bob", "role": "guest", "password_hash": "x", "created_at": 0}
    await store.write(lambda connection: connection.execute(insert(schema.people).values(bob)))
    await home.house.teller.records.put(Person(name="Bob", ways=("b1",)))
    await home.house.notifications.say(Kind.UNREACHABLE, str(LAMP), so=True)
    (one,) = home.house.notifications.waiting()
    await home.house.notifications.acknowledge(one.id, "Bob")
    return one.id


@pytest.mark.parametrize("memory_is_told", [True, False])
async def test_the_name_of_who_was_erased_comes_back_by_nothing_that_happens_later(
    home: Home, memory_is_told: bool
) -> None:
    token = await home.claim()
    number = await known_by_bob(home)
    if not memory_is_told:  # whatever memory has, the row stays without a name
        home.house.rights.person_renamed = lambda old, new: None
    assert (await ask(home, token, "POST", "erasures", {"person": "Bob"}))[0] == 200
    if memory_is_told:
        assert (await home.house.notifications.acknowledge(number, "Owner")).by == ""
    for so in (False, True, False):  # it ends, comes again within a day, ends
        await home.house.notifications.say(Kind.UNREACHABLE, str(LAMP), so=so)
        (kept,) = await home.house.notifications.past()
        assert (kept.by, kept.ended is None, kept.acknowledged is None) == ("", so, False)


async def test_who_has_another_name_has_it_wherever_an_erasure_looks(home: Home) -> None:
    token = await home.claim()
    number = await known_by_bob(home)
    person = {"record": "2", "field": "name", "value": "Robert"}
    assert (await ask(home, token, "PATCH", "holdings/hub.people", person))[0] == 204
    assert [one.name for one in await home.house.teller.records.people()] == ["Robert"]
    await home.house.notifications.say(Kind.UNREACHABLE, str(LAMP), so=False)
    assert [one.by for one in await home.house.notifications.past()] == ["Robert"]
    assert (await home.house.notifications.acknowledge(number, "Owner")).by == "Robert"
    _, told = await ask(home, token, "POST", "erasures", {"person": "Robert"})
    erased = {one["holding"]: one["erased"] for one in told["effects"]}
    assert (erased["hub.notification_people"], erased["hub.notifications"]) == (1, 1)
    assert await home.house.teller.records.people() == ()


async def test_a_new_name_that_somebody_else_is_told_under_is_refused_and_changes_nothing(home: Home) -> None:
    token = await home.claim()
    await known_by_bob(home)
    await home.house.teller.records.put(Person(name="Robert", ways=("b2",)))
    person = {"record": "2", "field": "name", "value": "Robert"}
    status, refused = await ask(home, token, "PATCH", "holdings/hub.people", person)
    assert (status, refused["code"]) == (409, "told_name_taken")
    assert (await home.house.access.person("Bob"), await home.house.access.person("Robert")) == (2, None)
    assert [one.name for one in await home.house.teller.records.people()] == ["Bob", "Robert"]
    # one of two of the same name leaves the other's entry alone
    person = {"record": "1", "field": "name", "value": "Bob"}
    assert (await ask(home, token, "PATCH", "holdings/hub.people", person))[0] == 204
    person = {"record": "1", "field": "name", "value": "Ada"}
    assert (await ask(home, token, "PATCH", "holdings/hub.people", person))[0] == 204
    assert [one.name for one in await home.house.teller.records.people()] == ["Bob", "Robert"]
