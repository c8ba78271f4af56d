"""Account and installation by the API: entered, corrected, shown, erased; the license is checked offline."""

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.api.problems import LANGUAGES, _catalogue
from hub.core import Store, schema
from hub.home.account import Account
from hub.home.details import Details
from hub.home.installation import Installation, is_timezone
from hub.home.license import read_key
from privacy.decide import Refusal, decide
from privacy.reasons import Reason
from privacy.standing import Standing
from tests.clock import ManualClock
from tests.hub.home.licenses import issued, key_text
from tests.hub.home_in_a_box import PASSWORD, Home, running_home
from tests.privacy import house as privacy_house
from tests.privacy.decrypted import everything_in


async def ask(
    home: Home,
    token: str | None,
    method: str,
    path: str = "account",
    body: object = None,
    language: str = "en",
) -> tuple[int, Any]:
    headers = {"Accept-Language": language}
    async with (
        home.browser(token) as browser,
        browser.request(method, f"/api/v1/{path}", json=body, headers=headers) as answer,
    ):
        return answer.status, json.loads(await answer.text() or "null")


@pytest.mark.obligation("Q6.2-c")
async def test_the_account_is_complete_without_a_postal_address(home: Home) -> None:
    token = await home.claim()
    _, told = await ask(home, token, "GET")
    assert told["missing"] == ["name"]
    status, told = await ask(home, token, "PATCH", body={"name": "Ada Lovelace"})
    assert (status, told["missing"], told["postal_address"]) == (200, [], "")
    address = "Ada Lovelace\n12 St James's Square"
    _, told = await ask(home, token, "PATCH", body={"postal_address": address, "customer_id": "C-4711"})
    assert (told["name"], told["postal_address"], told["customer_id"]) == ("Ada Lovelace", address, "C-4711")
    _, told = await ask(home, token, "PATCH", body={"postal_address": ""})
    assert (told["postal_address"], told["missing"]) == ("", [])


@pytest.mark.obligation("Q6.2-d")
async def test_the_serial_number_is_kept_with_the_installation_and_the_export_shows_it(home: Home) -> None:
    token = await home.claim()
    await ask(home, token, "PATCH", body={"serial": "HB1234567890"})
    _, page = await ask(home, token, "GET", "rights/holdings/hub.installation")
    rows = {row[0]: row[1] for row in page["rows"]}
    assert rows["serial"] == "HB1234567890"
    assert rows["home_base_id"].startswith("HB-")
    # a diagnosis takes it along in none of its groups
    assert home.front.control is not None
    groups = ["system", "radio", "devices", "errors"]
    told = await home.front.control.ask("collect", activity="diagnosis.remote", groups=groups)
    assert "HB1234567890" not in json.dumps(told)
    assert rows["home_base_id"] not in json.dumps(told)


async def test_the_id_of_the_home_base_is_made_once_and_stays(tmp_path: Path) -> None:
    async with running_home(tmp_path) as home:
        token = await home.claim()
        _, first = await ask(home, token, "GET")
    async with running_home(tmp_path) as home:
        _, again = await ask(home, token, "GET")
    assert len(first["installation"]["home_base_id"]) == len("HB-ABCD-EFGH-IJKL-MNOP")
    assert first["installation"]["home_base_id"] == again["installation"]["home_base_id"]


async def test_a_serial_number_that_the_board_tells_is_taken_unless_the_owner_entered_one(
    tmp_path: Path,
) -> None:
    async with running_home(tmp_path) as home:
        token = await home.claim()
        assert (await ask(home, token, "GET"))[1]["installation"]["serial"] == ""
        home.front.board = "10000000abcdef01"
        assert (await ask(home, token, "GET"))[1]["installation"]["serial"] == "10000000abcdef01"
        await ask(home, token, "PATCH", body={"serial": "HB1"})
        assert (await ask(home, token, "GET"))[1]["installation"]["serial"] == "HB1"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"timezone": "Mars/Olympus"}, "unknown_timezone"),
        ({"timezone": "../../etc/passwd"}, "unknown_timezone"),
        ({"serial": "a serial"}, "bad_serial"),
        ({"home": "x" * 65}, "bad_home_name"),
        ({"name": "x" * 101}, "out_of_range"),
        ({"name": "a\x07"}, "out_of_range"),
        ({"email": "a@example.org"}, "unknown_field"),
    ],
    ids=["no_such_zone", "a_path", "blank", "name", "long", "control", "unknown"],
)
async def test_what_does_not_fit_changes_nothing(home: Home, body: dict[str, str], code: str) -> None:
    token = await home.claim()
    status, problem = await ask(home, token, "PATCH", body={"customer_id": "C-1"} | body)
    assert (status, problem["code"]) == (422, code)
    _, told = await ask(home, token, "GET")
    assert (told["customer_id"], told["installation"]["timezone"]) == ("", "")


async def test_a_home_is_called_as_its_people_named_it_and_as_homebase_toml_says_before_and_after(
    home: Home,
) -> None:
    token, called = await home.claim(), home.house.name
    assert (await ask(home, token, "GET"))[1]["installation"]["name"] == called == "Homebase"
    _, told = await ask(home, token, "PATCH", body={"home": " Villa Kunterbunt "})
    assert told["installation"]["name"] == home.house.name == "Villa Kunterbunt"
    change = {"record": "name", "field": "value", "value": "Villa"}
    assert (await ask(home, token, "PATCH", "rights/holdings/hub.installation", change))[0] == 204
    assert home.house.name == "Villa"
    _, told = await ask(home, token, "PATCH", body={"home": ""})
    assert told["installation"]["name"] == called
    await ask(home, token, "PATCH", body={"home": "Villa", "timezone": "Europe/Berlin"})
    await ask(home, token, "POST", "rights/erasures", {"category": "installation"})
    assert (home.house.name, home.house.installation.zone) == (called, None)


async def test_details_are_put_right_and_erased_like_all_data(home: Home) -> None:
    token = await home.claim()
    await ask(home, token, "PATCH", body={"name": "Ada", "serial": "HB1", "timezone": "Europe/Berlin"})
    before = (await ask(home, token, "GET"))[1]["installation"]["home_base_id"]
    change = {"record": "name", "field": "value", "value": "Ada Lovelace"}
    assert (await ask(home, token, "PATCH", "rights/holdings/hub.account", change))[0] == 204
    change = {"record": "serial", "field": "value", "value": "HB2"}
    assert (await ask(home, token, "PATCH", "rights/holdings/hub.installation", change))[0] == 204
    change = {"record": "home_base_id", "field": "value", "value": "HB-MINE"}
    status, problem = await ask(home, token, "PATCH", "rights/holdings/hub.installation", change)
    assert (status, problem["code"]) == (422, "not_correctable")
    _, told = await ask(home, token, "GET")
    assert (told["name"], told["installation"]["serial"]) == ("Ada Lovelace", "HB2")
    await ask(home, token, "POST", "rights/erasures", {"category": "installation"})
    place = (await ask(home, token, "GET"))[1]["installation"]
    assert (place["serial"], place["timezone"]) == ("", "")
    assert place["home_base_id"] != before
    await ask(home, token, "POST", "rights/erasures", {"category": "account"})
    folder = home.front.run_folder
    pages = await asyncio.to_thread(everything_in, folder / "hub.db", (folder / "hub.key").read_bytes())
    assert b"Ada Lovelace" not in pages
    assert before.encode() not in pages


@contextlib.asynccontextmanager
async def parts(folder: Path) -> AsyncIterator[tuple[Account, Installation, ManualClock]]:
    clock = ManualClock()

    async def no_board() -> str:
        return ""

    async with Store(folder, os.urandom) as store:
        yield (
            Account(Details(store=store, table=schema.account), clock),
            Installation(
                Details(store=store, table=schema.installation),
                clock,
                os.urandom,
                no_board,
                read_key(key_text()),
            ),
            clock,
        )


@pytest.mark.obligation("Q6.2-e")
async def test_a_year_later_the_owner_is_reminded_until_they_say_it_is_right(tmp_path: Path) -> None:
    async with parts(tmp_path) as (account, _, clock):
        await account.change({"name": "Ada"})
        assert not (await account.read()).review_due
        clock.jump(timedelta(days=364))
        assert not (await account.read()).review_due
        clock.jump(timedelta(days=1))
        assert (await account.read()).review_due
        await account.review()
        assert not (await account.read()).review_due
        clock.jump(timedelta(days=365))
        assert (await account.read()).review_due


@pytest.mark.obligation("Q6.2-e")
async def test_the_reminder_sends_nothing_and_asks_nobody(home: Home) -> None:
    token = await home.claim()
    home.front.asked.clear()
    now = home.house.clock.now()
    long_ago = (now - timedelta(days=400)).isoformat()
    await home.house.account._details.change({"reviewed_at": long_ago}, now)
    _, told = await ask(home, token, "GET")
    assert told["review_due"] is True
    _, told = await ask(home, token, "POST", "account/reviews", {})
    assert told["review_due"] is False
    assert set(home.front.asked) <= {
        "board",
        "clock",
    }  # the machine's own number, and whether its clock jumped
    request = privacy_house.request(activity="account.review", ticket="", groups=frozenset())
    known, at = privacy_house.known(), privacy_house.moment()
    verdict = decide(request, privacy_house.register(), known, Standing(), at)
    assert isinstance(verdict, Refusal)
    assert verdict.reason is Reason.STAYS_HOME


# the license


@pytest.mark.obligation("Q6.3-d")
async def test_a_license_is_checked_here_and_a_wrong_one_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "hub").mkdir()
    async with running_home(tmp_path / "hub", license_key=key_text()) as home:
        token = await home.claim()
        place = (await ask(home, token, "GET"))[1]["installation"]
        mine, today = place["home_base_id"], home.house.clock.now()
        day, last = (f"{today + timedelta(days=days):%Y-%m-%d}" for days in (-1, 30))
        good = issued(home_base=mine, issued=day, expires=last)
        wrong = {
            "license_tampered": good.replace("C-4711", "C-4712"),
            "license_expired": issued(home_base=mine, issued="2020-01-01", expires="2020-12-31"),
            "license_other_home": issued(issued=day, expires=last),
            "license_form": "a license",
        }
        for code, document in wrong.items():
            for language in LANGUAGES:
                body = {"document": document}
                status, problem = await ask(home, token, "PUT", "account/license", body, language)
                assert (status >= 400, problem["code"]) == (True, code)
                assert problem["detail"] == _catalogue(language)[code]["detail"]
            assert (await ask(home, token, "GET"))[1]["installation"]["license"] is None
        status, told = await ask(home, token, "PUT", "account/license", {"document": good})
        assert (status, told["state"], told["id"]) == (200, "valid", "L-2026-000123")
        assert (await ask(home, token, "PUT", "account/license", {"document": "x"}))[0] == 422
        assert (await ask(home, token, "GET"))[1]["installation"]["license"]["state"] == "valid"
        assert home.front.asked.count("claimed") == 1
        assert set(home.front.asked) <= {"claimed", "board", "clock"}  # nobody outside was asked
        assert (await ask(home, token, "DELETE", "account/license"))[0] == 204
        assert (await ask(home, token, "GET"))[1]["installation"]["license"] is None


@pytest.mark.obligation("Q6.3-d")
async def test_an_expired_license_is_told_and_the_home_works_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with parts(tmp_path) as (_, installation, clock):
        await installation.load()
        mine = (await installation.read()).home_base_id
        await installation.set_license(issued(home_base=mine))
        clock.jump(timedelta(days=400))
        state = (await installation.read()).license
        assert (getattr(state, "value", None), caplog.records) == ("license_expired", [])
        await installation.load()  # as at a start: it is said, and nothing else happens
        assert [record.getMessage() for record in caplog.records] == ["license.invalid"]
        assert mine not in caplog.text
    async with running_home(tmp_path) as home:
        token = await home.claim()
        assert (await ask(home, token, "GET", "devices"))[0] == 200
        told = (await ask(home, token, "GET"))[1]["installation"]["license"]
        assert told["state"] == "license_no_key"  # another key in homebase.toml: told, and the home works


@pytest.mark.obligation("Q6.3-d")
async def test_ids_of_home_base_and_license_are_readable_with_the_key_alone(tmp_path: Path) -> None:
    async with parts(tmp_path) as (_, installation, _clock):
        await installation.load()
        mine = (await installation.read()).home_base_id
        await installation.set_license(issued(home_base=mine))
    raw = b"".join(path.read_bytes() for path in tmp_path.glob("hub.db*"))
    opened = everything_in(tmp_path / "hub.db", (tmp_path / "hub.key").read_bytes())
    for secret in (mine.encode(), b"L-2026-000123"):
        assert secret not in raw
        assert secret in opened  # the control


# the timezone


ADDRESS = "203.0.113.77"


def pages_of(folder: Path) -> bytes:
    return everything_in(folder / "hub.db", (folder / "hub.key").read_bytes())


@pytest.mark.obligation("Q6.3-a")
async def test_the_browser_names_the_timezone_at_set_up_and_no_file_holds_its_address(tmp_path: Path) -> None:
    async with running_home(tmp_path) as home:
        body = {"token": home.front.setup_token, "password": PASSWORD, "timezone": "Europe/Berlin"}
        async with (
            home.browser(peer=ADDRESS) as browser,
            browser.post("/api/v1/setup", json=body | {"token": "wrong"}) as answer,
        ):
            assert answer.status == 401  # a failed attempt is remembered, by no address
        attempt = await asyncio.to_thread(pages_of, tmp_path)
        assert b'"records":{"' in attempt
        assert ADDRESS.encode() not in attempt
        async with (
            home.browser(peer=ADDRESS) as browser,
            browser.post("/api/v1/setup", json=body) as answer,
        ):
            assert answer.status == 201
            token = (await answer.json())["token"]
        place = (await ask(home, token, "GET"))[1]["installation"]
        assert place["timezone"] == "Europe/Berlin"
    opened = pages_of(tmp_path)
    files = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"Europe/Berlin" in opened  # the control: what is kept is found so
    assert ADDRESS.encode() not in opened + files


@pytest.mark.parametrize(
    ("zone", "known"),
    [
        ("Europe/Berlin", True),
        ("UTC", True),
        ("Mars/Olympus", False),
        ("../../etc/passwd", False),
        ("", False),
    ],
    ids=["berlin", "utc", "mars", "path", "empty"],
)
def test_a_timezone_is_one_of_this_machine(zone: str, known: bool) -> None:
    assert is_timezone(zone) is known


async def test_a_browser_without_a_timezone_or_with_a_strange_one_sets_the_home_up_all_the_same(
    home: Home,
) -> None:
    body = {"token": home.front.setup_token, "password": PASSWORD, "timezone": "../x"}
    async with home.browser() as browser, browser.post("/api/v1/setup", json=body) as answer:
        assert answer.status == 201
        token = (await answer.json())["token"]
    assert (await ask(home, token, "GET"))[1]["installation"]["timezone"] == ""
