"""Coming in: set-up, log-in, sessions, and how often one may try."""

import asyncio
import hashlib
from pathlib import Path

import pytest

from tests.hub.home_in_a_box import PASSWORD, Home, running_home


async def test_the_setup_token_claims_the_home_once(home: Home) -> None:
    # given an unclaimed home
    async with home.browser() as browser:
        async with browser.get("/api/v1/setup") as answer:
            assert await answer.json() == {"claimed": False}

        # when its owner sets it up
        body = {"token": "the-setup-token", "password": PASSWORD, "name": "Owner"}
        async with browser.post("/api/v1/setup", json=body) as answer:
            assert answer.status == 201
            session = await answer.json()
        assert session["role"] == "owner"
        assert session["expires_at"].endswith("Z")

        # then the gate was told, and the token is spent
        assert home.front.asked == ["claimed"]
        async with browser.post("/api/v1/setup", json=body) as answer:
            assert answer.status == 409
            assert (await answer.json())["code"] == "already_claimed"
        async with browser.get("/api/v1/setup") as answer:
            assert await answer.json() == {"claimed": True}


async def test_a_wrong_setup_token_changes_nothing(home: Home) -> None:
    async with home.browser() as browser:
        body = {"token": "the-setup-tokem", "password": PASSWORD}
        async with browser.post("/api/v1/setup", json=body) as answer:
            assert answer.status == 401
            problem = await answer.json()
        assert problem["code"] == "wrong_setup_token"
        assert "the-setup-tokem" not in str(problem)
        async with browser.get("/api/v1/setup") as answer:
            assert await answer.json() == {"claimed": False}


async def test_a_short_password_is_refused_and_never_told_back(home: Home) -> None:
    body = {"token": "the-setup-token", "password": "9letters!"}
    async with home.browser() as browser, browser.post("/api/v1/setup", json=body) as answer:
        assert answer.status == 422
        problem = await answer.json()
    assert problem["field"] == "password"
    assert problem["allowed"] == "at least 10 characters"
    assert "9letters!" not in str(problem)


async def test_a_session_lasts_over_a_restart_and_ends_by_log_out(tmp_path: Path) -> None:
    # given a claimed home that was restarted
    async with running_home(tmp_path) as home:
        token = await home.claim()
    async with running_home(tmp_path) as home:
        assert home.front.hellos[0]["claimed"] is True
        async with home.browser(token) as browser:
            async with browser.get("/api/v1/session") as answer:
                assert answer.status == 200
                assert (await answer.json())["role"] == "owner"

            # when the owner logs out
            async with browser.delete("/api/v1/session") as answer:
                assert answer.status == 204

            # then the token is worth nothing
            async with browser.get("/api/v1/session") as answer:
                assert answer.status == 401
                assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.obligation("Q6.2-b")
async def test_neither_password_nor_token_lie_in_the_state_folder(tmp_path: Path) -> None:
    async with running_home(tmp_path) as home:
        token = await home.claim()
        digest = hashlib.sha256(token.encode()).digest()
        kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert PASSWORD.encode() not in kept
    assert token.encode() not in kept
    assert digest not in kept  # the store is encrypted as a whole


async def test_log_in_is_slowed_down_after_wrong_passwords_and_a_restart_does_not_help(
    tmp_path: Path,
) -> None:
    async with running_home(tmp_path) as home:
        await home.claim()
        async with home.browser() as browser:
            # given as many wrong passwords as are free
            for _ in range(4):
                async with browser.post("/api/v1/login", json={"password": "wrong password"}) as answer:
                    assert answer.status == 401
                    assert (await answer.json())["code"] == "wrong_password"
            for _ in range(3):
                async with browser.post("/api/v1/login", json={"password": "wrong password"}) as answer:
                    assert answer.status in {401, 429}
                if answer.status == 401:
                    await asyncio.sleep(0)

    # when the hub is restarted and the right one is sent
    async with (
        running_home(tmp_path) as home,
        home.browser() as browser,
        browser.post("/api/v1/login", json={"password": PASSWORD}) as answer,
    ):
        # then it has to wait, and is told how long
        assert answer.status == 429
        assert int(answer.headers["Retry-After"]) >= 1
        assert (await answer.json())["code"] == "too_many_attempts"


async def test_many_guesses_at_once_get_no_further_than_one_after_the_other(home: Home) -> None:
    await home.claim()
    async with home.browser() as browser:
        statuses: list[int] = []

        async def guess() -> None:
            async with browser.post("/api/v1/login", json={"password": "guess guess"}) as answer:
                statuses.append(answer.status)

        async with asyncio.TaskGroup() as tasks:
            for _ in range(20):
                tasks.create_task(guess())
    assert statuses.count(401) == 4
    assert statuses.count(429) == 16


async def test_the_right_password_opens_a_session(home: Home) -> None:
    await home.claim()
    async with (
        home.browser() as browser,
        browser.post("/api/v1/login", json={"password": PASSWORD}) as answer,
    ):
        assert answer.status == 200
        session = await answer.json()
    async with home.browser(session["token"]) as browser, browser.get("/api/v1/devices") as answer:
        assert answer.status == 200


async def test_the_console_is_owner_without_a_session(home: Home) -> None:
    async with home.browser(peer="console") as browser:
        async with browser.get("/api/v1/session") as answer:
            assert await answer.json() == {"role": "owner", "expires_at": None, "rooms": None, "hours": None}
        async with browser.get("/api/v1/devices") as answer:
            assert answer.status == 200
