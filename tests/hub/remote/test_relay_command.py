"""homebase relay add, renew, remove: a real hub's answers, a real broker's files, two routes in them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path

import pytest

from hub.daemon.command_line import CommandFailed, parse
from hub.daemon.commands import relay as command
from hub.remote import topics
from privacy import base64url, recipients
from privacy.gate.desk import packaged_register
from privacy.gate.phones import relay_verbs
from tests.mosquitto import ADMIN, ADMIN_PASSWORD, Mosquitto

from .phones import operate
from .relay_home import RELAY, Phone, RelayHome, knows, relay_home, until

OTHER = "other"
ROW = {"role": "own", "host": "relay.example.org", "country": "DE", "activities": ["remote.access"]}
NAMED, _ = recipients.read(
    [ROW | {"name": name, "transport": "mqtts"} for name in (RELAY, OTHER)], packaged_register()
)
RELOAD = "systemctl reload homebase-relay"
FILES = ("passwords", "acl")
Run = Callable[..., Awaitable[str]]


@pytest.fixture
async def there(tmp_path: Path, broker: Mosquitto) -> AsyncIterator[RelayHome]:
    async with relay_home(tmp_path / "hub", broker) as running:
        running.home.front.relays[OTHER] = running.home.front.relays[RELAY]
        yield running


@pytest.fixture
async def run(there: RelayHome, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """One command, asking the gate's own verbs over this hub; returns what it prints."""
    loop = asyncio.get_running_loop()
    verbs = relay_verbs.table(NAMED, there.ask)

    async def answer(verb: str, fields: Mapping[str, object]) -> Mapping[str, object]:
        answered = await verbs[verb](fields)
        assert isinstance(answered, Mapping)
        return answered

    def ask(_: object, verb: str, /, **fields: object) -> Mapping[str, object]:
        return asyncio.run_coroutine_threadsafe(answer(verb, fields), loop).result(60)

    async def run(*words: str) -> str:
        capsys.readouterr()
        assert await asyncio.to_thread(parse, ["relay", *words]) == 0
        return capsys.readouterr().out

    monkeypatch.setattr(command, "ask_gate", ask)
    return run


def lines_in(said: str) -> dict[str, list[str]]:
    """What is shown for each of the broker's files."""
    shown: dict[str, list[str]] = {name: [] for name in FILES}
    name = ""
    for line in said.splitlines():
        if line.startswith("# for the broker's "):
            name = line.split()[4]
        elif name and line.startswith(("hb1-", "user ", "topic ")):
            shown[name].append(line)
    return shown


def files(broker: Mosquitto) -> dict[str, list[str]]:
    return {name: (broker.folder / name).read_text().splitlines() for name in FILES}


def users(lines: list[str]) -> list[str]:
    return [line.partition(":")[0] for line in lines]


async def test_two_routes_are_added_renewed_and_removed_by_the_command_and_by_hand(
    there: RelayHome, broker: Mosquitto, run: Run
) -> None:
    into = ("--into", str(broker.folder))
    other = RelayHome(home=there.home, broker=broker, name=OTHER)
    before = files(broker)

    # added: by the command
    said = await run("add", RELAY, "--websocket", "8884", *into)
    assert (lines_in(said), RELOAD in said) == ({"passwords": [], "acl": []}, True)
    assert f"Its users stand in {broker.folder} now" in said
    with_relay = files(broker)
    route = (await there.state())["route"]
    assert users(with_relay["passwords"]) == [ADMIN, f"hb1-{route}-hub"] + [
        f"hb1-{route}-{n}" for n in range(topics.SLOTS)
    ]
    assert [line for line in with_relay["acl"] if line in before["acl"]] == before["acl"]
    # and by hand
    said = await run("add", OTHER)
    assert ("Append these lines" in said, RELOAD in said) == (True, True)
    assert files(broker) == with_relay
    shown = lines_in(said)
    broker.learn(shown["passwords"], shown["acl"])  # and a reload
    here, far = await there.pair("guest"), await other.pair("guest")

    # renewed, when their slots are burned
    assert "nothing changed" in await run("renew", RELAY, *into)
    for phone in (here, far):
        await operate(there.home, "DELETE", f"/{phone.key[:16]}")
    old = files(broker)
    said = await run("renew", RELAY, *into)
    assert said.startswith("Renewed: 0, 1. The new lines stand in")
    assert (lines_in(said)["passwords"], RELOAD in said) == ([], True)
    changed = [
        user
        for user, line, now in zip(
            users(sorted(old["passwords"])),
            sorted(old["passwords"]),
            sorted(files(broker)["passwords"]),
            strict=True,
        )
        if line != now
    ]
    assert changed == sorted(f"hb1-{route}-{who}" for who in ("hub", 0, 1))
    assert sorted(files(broker)["acl"]) == sorted(old["acl"])
    said = await run("renew", OTHER)
    assert "Put these lines in the place of the same users' old ones, then let the broker read" in said
    fresh = lines_in(said)["passwords"]
    kept = [line for line in files(broker)["passwords"] if line.partition(":")[0] not in users(fresh)]
    (broker.folder / "passwords").write_text("".join(f"{line}\n" for line in [*kept, *fresh]))
    # until the reload that both ask for, the old passwords count
    for phone in (here, far):
        assert await knows(broker, *as_slot(phone))
    broker.learn([], [])
    for phone in (here, far):
        await until(partial(refused, broker, phone))
    await there.pair("guest")

    # removed: by the command
    old = files(broker)
    said = await run("remove", RELAY, *into)
    assert said.startswith(f"Removed. Its users are struck out of {broker.folder}; let the broker")
    assert (RELOAD in said, f"hb1-{route}-" in said) == (True, False)
    left = files(broker)
    assert left["passwords"] == [line for line in old["passwords"] if not line.startswith(f"hb1-{route}-")]
    assert not [line for line in left["acl"] if route in line]
    assert [line for line in old["acl"] if route not in line] == left["acl"]
    # and by hand
    there_too = base64url.encode(far.way.route)
    said = await run("remove", OTHER)
    assert f"strike the users hb1-{there_too}-… out of passwords and acl" in said
    assert (RELOAD in said, files(broker)) == (True, left)
    broker.learn([], [])
    assert await knows(broker, ADMIN, ADMIN_PASSWORD)


async def test_lines_that_are_no_users_stay_and_what_can_not_be_written_is_shown(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    await run("add", RELAY, "--into", str(folder))
    with (folder / "acl").open("a") as file:
        file.write("# for all\npattern read news/%c\n")
    (folder / "acl").chmod(0o640)
    await run("remove", RELAY, "--into", str(folder))
    assert (folder / "acl").read_text() == "# for all\npattern read news/%c\n"
    assert (folder / "acl").stat().st_mode & 0o777 == 0o640
    (folder / "acl").unlink()
    (folder / "acl").mkdir()
    with pytest.raises(CommandFailed, match="acl: Is a directory; change it by hand"):
        await run("add", RELAY, "--into", str(folder))
    said = capsys.readouterr().out
    assert len(lines_in(said)["passwords"]) == 1 + topics.SLOTS
    assert RELOAD in said


def as_slot(phone: Phone) -> tuple[str, str]:
    return topics.user(phone.way.route, phone.way.slot), phone.way.password


async def refused(broker: Mosquitto, phone: Phone) -> bool:
    return not await knows(broker, *as_slot(phone))
