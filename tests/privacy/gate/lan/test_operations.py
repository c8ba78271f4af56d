"""Every operation from the home's network: reached under this home's names and from its pages alone."""

import asyncio
import json
import re
from pathlib import Path

import pytest

from hub.api.routes import ROUTES, WITH_BODY
from privacy.gate.lan import crowd
from tests.privacy.gate.bench import Got

from .at_home import AtHome, at_home

PLACES = sorted({(route.method, re.sub(r"\{[a-z_]+\}", "1", route.path)) for route in ROUTES})


async def each(home: AtHome, *headers: str, host: str = "") -> list[tuple[str, Got]]:
    """What every operation's place answers, by its method."""
    at_once = asyncio.Semaphore(16)

    async def one(method: str, path: str) -> tuple[str, Got]:
        body = ("Content-Type: application/json", "Content-Length: 0") if method in WITH_BODY else ()
        async with at_once:
            return method, await home.get(path, *headers, *body, host=host, method=method)

    return list(await asyncio.gather(*(one(*place) for place in PLACES)))


async def test_no_operation_is_reached_by_another_name_or_from_another_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit in ("BURST", "BURST_PEER", "GREETING_PEER_LIMIT"):
        monkeypatch.setattr(crowd, limit, 1_000_000)
    async with at_home(tmp_path) as home:
        told = await each(home, host=f"evil.example:{home.port}")
        assert {(got.status, json.loads(got.body)["code"]) for _, got in told} == {(421, "foreign_host")}
        told = await each(home, "Origin: https://evil.example")
        assert {got.status for method, got in told if method != "GET"} == {403}
        # what only reads is told to nobody's page: no browser shows it an answer without this
        assert all("access-control-allow-origin" not in got.headers for _, got in told)
        asked = [head.split(b" ", 1)[0] for head in home.bench.asked]
        assert set(asked) == {b"GET"}
        # the control: each of them is the hub's where name and page are this home's
        home.bench.asked.clear()
        told = await each(home, f"Origin: https://{home.host}")
        assert {got.status for _, got in told} == {200}
        assert len(home.bench.asked) == len(PLACES) > 50
        assert all(b"homebase-peer: 127.0.0.1" in head.lower() for head in home.bench.asked)
