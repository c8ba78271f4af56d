"""The table of operations: complete, typed, with a verb and a reach for each, on every way in."""

import json
import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openapi_spec_validator import OpenAPIV31SpecValidator

from hub.api.openapi import document
from hub.api.problems import LANGUAGES, STATUS, _catalogue
from hub.api.routes import ROUTES, WITH_BODY
from hub.home.household import Person
from hub.home.records import Records
from hub.home.roles import Role, Verb
from hub.operations import OPERATIONS, STREAMED, Reach
from hub.operations.messages import Request
from tests.hub.home_in_a_box import Home, running_home
from tests.hub.lamp import STATE

# what was decided for each operation: a new one that is not here fails
VERBS: dict[Verb | None, set[str]] = {
    None: {"health", "setup.read", "setup.claim", "login"},
    Verb.STAY: {"session.read", "session.end"},
    Verb.SEE: {"devices.list", "devices.read", "rooms.list", "datapoints.list", "notifications.list"},
    Verb.SET: {"datapoints.set"},
    Verb.RECALL: {"history.read"},
    Verb.ARRANGE: {"devices.change", "rooms.add", "rooms.rename", "notifications.acknowledge"},
    Verb.INSPECT: {"drivers.list", "paramsets.read", "peerings.list", "peerings.partners"}
    | {"peerings.profiles", "weeks.read", "radio.frames", "radio.airtime", "radio.signals", "pairing.read"},
    Verb.RULE: {"devices.remove", "pairing.start", "pairing.stop", "rooms.remove", "paramsets.write"}
    | {"peerings.add", "peerings.remove", "weeks.write", "replacement.do", "replacement.undo", "radio.send"}
    | {"keys.list", "keys.sheet", "keys.check", "keys.set", "license.set", "license.remove"}
    | {"rights.holdings", "rights.records", "rights.correct", "rights.erase", "rights.restrict"}
    | {"rights.deregister", "account.read", "account.change", "account.review"}
    | {"phones.list", "phones.code", "phones.waiting", "phones.admit", "phones.refuse", "phones.change"}
    | {"phones.remove", "notifications.people", "notifications.set_person", "notifications.drop_person"},
}
IN_ROOMS = {  # what whoever is limited to rooms may ask; all else is about the whole home
    Reach.VIEW: {"devices.list", "rooms.list", "datapoints.list", "notifications.list"},
    Reach.DEVICE: {"devices.read"},
    Reach.DATAPOINT: {"datapoints.set", "history.read"},
    Reach.NOTHING: {"health", "setup.read", "setup.claim", "login", "session.read", "session.end"},
}
MAY: dict[Role, set[Verb]] = {
    Role.OWNER: set(Verb),
    Role.RESIDENT: {Verb.STAY, Verb.SEE, Verb.SET, Verb.RECALL, Verb.ARRANGE, Verb.INSPECT},
    Role.GUEST: {Verb.STAY, Verb.SEE, Verb.SET},
    Role.CARER: {Verb.STAY, Verb.SEE, Verb.SET},
}
SECRET = {"keys.sheet", "keys.check", "keys.set", "phones.code"}
IN_PATH = re.compile(r"\{\w+\}")


def test_every_operation_has_the_verb_and_the_reach_that_were_decided() -> None:
    assert {op.name: op.verb for op in OPERATIONS} == {
        name: verb for verb, names in VERBS.items() for name in names
    }
    reaches = {name: reach for reach, names in IN_ROOMS.items() for name in names}
    assert {op.name: op.reach for op in OPERATIONS} == {
        op.name: reaches.get(op.name, Reach.HOME) for op in OPERATIONS
    }


def test_what_is_answered_by_bytes_is_the_owners_and_has_no_route() -> None:
    decided = {"rights.copy": (Verb.RULE, Reach.HOME)}
    assert {name: (one.verb, one.reach) for name, one in STREAMED.items()} == decided
    assert not decided.keys() & {route.operation.name for route in ROUTES}


def test_every_role_has_the_verbs_that_were_decided() -> None:
    assert {role: {verb for verb in Verb if role.may(verb)} for role in Role} == MAY


def test_what_holds_a_key_is_marked_and_asked_in_a_body() -> None:
    assert {operation.name for operation in OPERATIONS if operation.secret} == SECRET
    for route in ROUTES:
        assert not route.operation.secret or route.method in WITH_BODY


def test_every_operation_has_one_route_and_refuses_unknown_fields() -> None:
    assert sorted(route.operation.name for route in ROUTES) == sorted(op.name for op in OPERATIONS)
    for operation in OPERATIONS:
        assert issubclass(operation.request, Request)
        assert operation.request.__struct_config__.forbid_unknown_fields
        assert operation.summary.endswith(".")


def test_the_openapi_document_is_valid_and_complete() -> None:
    described = json.loads(msgspec.json.encode(document(ROUTES)))
    OpenAPIV31SpecValidator(described).validate()
    found = {(path, method) for path, methods in described["paths"].items() for method in methods}
    assert {(route.path, route.method.lower()) for route in ROUTES} <= found
    body = described["paths"]["/api/v1/datapoints/{id}"]["put"]["requestBody"]
    schema = body["content"]["application/json"]["schema"]
    assert (list(schema["properties"]), schema["required"]) == (["value"], ["value"])


async def test_the_openapi_document_is_served_without_a_session(home: Home) -> None:
    async with home.browser() as browser, browser.get("/api/v1/openapi.json") as answer:
        assert answer.status == 200
        assert (await answer.json())["openapi"] == "3.1.0"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_its_texts(language: str) -> None:
    catalogue = _catalogue(language)
    assert set(catalogue) == set(STATUS)
    for words in catalogue.values():
        assert set(words) == {"title", "detail", "way_out"}
        assert all(words.values())


async def test_every_role_may_exactly_what_the_table_says(tmp_path: Path) -> None:
    # given one session of each role
    async with running_home(tmp_path) as home:
        tokens: dict[Role | None, str | None] = {Role.OWNER: await home.claim(), None: None}
        access = home.house.access
        for other in (Role.RESIDENT, Role.GUEST, Role.CARER):
            person = Person(id=1, name=other.value, role=other, password_hash="")
            tokens[other], _ = await access.sessions.start(person)

        # when each asks for everything, with nothing right but the name
        for route in ROUTES:
            if route.operation.name == "session.end":
                continue
            for role, token in tokens.items():
                path = IN_PATH.sub("x", route.path)
                async with (
                    home.browser(token) as browser,
                    browser.request(route.method, path, json={"nothing": 1}) as answer,
                ):
                    status = answer.status

                # then who may not is told so, and who may gets further
                needed = route.operation.verb
                if needed is not None and role is None:
                    assert status == 401, route.operation.name
                elif needed is not None and role is not None and needed not in MAY[role]:
                    assert status == 403, route.operation.name
                else:
                    assert status not in {401, 403}, route.operation.name
        assert not home.lamp.executed


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    sorted({field.encode_name for one in OPERATIONS for field in msgspec.structs.fields(one.request)})
)
BODIES = st.dictionaries(FIELDS, JSON_VALUES, max_size=4) | JSON_VALUES
PLACES = st.sampled_from(
    [STATE, "lamp:LAMP000001", "lamp:LAMP000001:1", "lamp", "MASTER", "1", "x", "%00", "..%2f", "ü", "²"]
)


async def test_no_body_whatever_breaks_an_operation(tmp_path: Path) -> None:
    async with running_home(tmp_path) as home:
        token = await home.claim()
        async with home.browser(token) as browser:
            asked: list[tuple[str, str, bytes]] = []

            @settings(max_examples=400, database=None, deadline=None, suppress_health_check=list(HealthCheck))
            @given(st.sampled_from(ROUTES), PLACES, BODIES)
            def collect(route: object, place: str, body: object) -> None:
                assert isinstance(route, type(ROUTES[0]))
                if route.operation.name not in {
                    "session.end",
                    "setup.claim",
                    "login",
                    "devices.remove",
                    "rights.erase",
                } | {"rights.deregister"}:
                    path = IN_PATH.sub(lambda _: place, route.path)
                    asked.append((route.method, path, json.dumps(body).encode()))

            collect()
            for method, path, data in asked:
                headers = {"Content-Type": "application/json"}
                async with browser.request(method, path, data=data, headers=headers) as answer:
                    assert answer.status < 500, (method, path, data, await answer.text())
                    if answer.status >= 400:
                        assert answer.content_type == "application/problem+json"
        assert len(asked) > 250


async def test_a_second_owner_is_never_made(tmp_path: Path) -> None:
    async with running_home(tmp_path) as home:
        await home.claim()
        records: Records = home.house.access._records
        assert await records.add_first_person("Owner", "hash", home.house.clock.now()) is None
        assert len(await records.people()) == 1
