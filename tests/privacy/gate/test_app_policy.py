"""With whom the app may speak: its own origin, the relays that the owner said yes to, and nobody else."""

import os
from pathlib import Path

import pytest

from privacy import recipients
from privacy.app_policy import policy
from privacy.consent import Grant, Wish, propose
from privacy.gate.desk import Desk, packaged_register
from privacy.gate.front.exchange import Request
from privacy.gate.front.files import AppFiles
from privacy.gate.phones.relay_verbs import allowed_hosts
from privacy.gate.storage.store import Store
from privacy.register import Form
from privacy.vocabulary import DataCategory
from tests.privacy import house
from tests.privacy.gate.at_the_door import ManualClock

RELAY = {
    "name": "relay",
    "role": "own",
    "host": "relay.example.org",
    "country": "DE",
    "transport": "mqtts",
    "activities": ["remote.access"],
}
KNOWN, _ = recipients.read(
    [RELAY, RELAY | {"name": "other", "host": "other.example.org"}, house.SUPPORT], packaged_register()
)


def yes(recipient: str, number: int) -> Grant:
    """The owner's, to that relay."""
    wish = Wish(
        activity="remote.access",
        recipient=recipient,
        form=Form.STANDING,
        groups=frozenset(),
        categories=frozenset({DataCategory.CLIMATE}),
        ticket="",
        language="de",
    )
    given = propose(wish, packaged_register(), KNOWN, house.moment(), number)
    assert isinstance(given, Grant)
    return given


async def connects(files: AppFiles, path: str = "/") -> list[str]:
    """What the header lets the page connect to."""
    got = await files.answer(Request(method="GET", path=path, query="", headers=(), peer="127.0.0.1"))
    assert got.status == 200
    (rules,) = [value for name, value in got.headers if name == "Content-Security-Policy"]
    directives = {words[0]: words[1:] for rule in rules.split("; ") if (words := rule.split(" "))}
    assert directives["default-src"] == ["'none'"]  # what is not named here is closed
    return directives["connect-src"]


@pytest.fixture
def app(tmp_path: Path) -> Path:
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "index.html").write_text("<!doctype html><title>home</title>")
    return folder


async def test_the_app_speaks_with_its_origin_and_the_relays_of_a_live_yes_and_no_other_host(
    tmp_path: Path, app: Path
) -> None:
    store = Store.open(tmp_path, os.urandom)
    try:
        desk = Desk.open(store, packaged_register(), KNOWN, ManualClock(), os.urandom, "0.1.0")
        files = AppFiles(app, relays=lambda: allowed_hosts(desk))
        # neither a relay nor any other recipient because it stands in homebase.toml
        assert await connects(files) == ["'self'"]
        desk.standing.give(house.grant())
        assert await connects(files) == ["'self'"]
        # a yes to one relay opens the way to that one
        desk.standing.give(yes("relay", 2))
        assert await connects(files) == ["'self'", "wss://relay.example.org:*"]
        desk.standing.give(yes("other", 3))
        assert await connects(files) == ["'self'", "wss://other.example.org:*", "wss://relay.example.org:*"]
        # and taken back it is closed with the next page
        desk.standing.withdraw(lambda one: one.recipient == "relay")
        assert await connects(files) == ["'self'", "wss://other.example.org:*"]
    finally:
        store.close()


def test_only_connections_are_widened_by_a_relay() -> None:
    alone, wide = policy().split("; "), policy(["wss://relay.example.org:*"]).split("; ")
    assert [(a, b) for a, b in zip(alone, wide, strict=True) if a != b] == [
        ("connect-src 'self'", "connect-src 'self' wss://relay.example.org:*")
    ]
    assert not any("*" in rule or "http" in rule for rule in alone)
