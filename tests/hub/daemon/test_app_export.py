"""The app as files for another web server: whole, with its policy inside, and replaced without leftovers."""

import base64
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from hub.daemon.command_line import CommandFailed, parse
from hub.daemon.commands.app import LISTING, PAGE, README, WORKER, exported
from tests.journeys.houses import run_homebase
from tests.paths import ROOT

BUILT = ROOT / "privacy" / "data" / "app"
FILES = {
    PAGE: b"<!doctype html><html><head><title>homebase</title></head></html>",
    WORKER: b'self.SHELL={"version":"old","files":{"./index.html":"sha256-old","./a.js":"sha256-a"}};\n'
    b"rest();\n",
    "a.js": b"'use strict'",
}


def shell(files: dict[str, bytes]) -> dict[str, Any]:
    first = files[WORKER].decode().split("\n")[0]
    found: dict[str, Any] = json.loads(first.removeprefix("self.SHELL=").removesuffix(";"))
    return found


def test_the_page_says_itself_what_it_may_do() -> None:
    page = dict(exported(FILES, ("wss://relay.example.org",)))[PAGE].decode()
    rules = page.split('content="')[1].split('"')[0].split("; ")
    assert {"default-src 'none'", "script-src 'self'", "require-trusted-types-for 'script'"} <= set(rules)
    assert "connect-src 'self' wss://relay.example.org" in rules
    assert not any("frame-ancestors" in rule for rule in rules)
    assert page.index("Content-Security-Policy") < page.index("<title>")
    assert b"Permissions-Policy: camera=(self), " in exported(FILES, ())[README]  # not for a page to say


def test_the_page_says_that_no_gate_serves_it_in_the_words_that_the_app_looks_for() -> None:
    mark = b'<meta name="homebase-export" />'
    assert mark in exported(FILES, ())[PAGE]
    assert mark not in (BUILT / PAGE).read_bytes()  # control: as the gate serves it
    assert 'meta[name="homebase-export"]' in (ROOT / "app/src/state/served.ts").read_text()
    assert b"by a relay only" in exported(FILES, ())[README]


def test_the_worker_knows_the_page_as_it_is_now_and_another_setting_is_another_version() -> None:
    one, other = (dict(exported(FILES, (host,))) for host in ("wss://a.example", "wss://b.example"))
    for files in (one, other):
        wanted = base64.b64encode(sha256(files[PAGE]).digest()).decode()
        assert shell(files)["files"] == {"./index.html": f"sha256-{wanted}", "./a.js": "sha256-a"}
        assert files[WORKER].endswith(b"\nrest();\n")
    assert shell(one)["version"] != shell(other)["version"] != "old"


def test_the_command_exports_replaces_and_refuses_foreign_folders(tmp_path: Path) -> None:
    folder, runtime = tmp_path / "web", tmp_path / "r"
    code, output, _ = run_homebase("app", "export", str(folder), runtime=runtime)
    assert code == 0
    listed = json.loads((folder / LISTING).read_text())["files"]
    assert {PAGE, WORKER, README, "manifest.webmanifest", "icon-192.png"} <= set(listed)
    assert f"{len(listed) + 1} files" in output
    for name, integrity in shell({WORKER: (folder / WORKER).read_bytes()})["files"].items():
        kept = base64.b64encode(sha256((folder / name).read_bytes()).digest()).decode()
        assert integrity == f"sha256-{kept}", name

    (folder / "assets/old-12345678.js").write_text("old")
    (folder / LISTING).write_text(json.dumps({"files": [*listed, "assets/old-12345678.js", "../mine"]}))
    (tmp_path / "mine").write_text("mine")
    assert run_homebase("app", "export", str(folder), runtime=runtime)[0] == 0
    assert not (folder / "assets/old-12345678.js").exists()
    assert (tmp_path / "mine").exists()

    code, _, errors = run_homebase("app", "export", str(tmp_path), runtime=runtime)
    assert (code, "no earlier export" in errors) == (73, True)
    code, _, errors = run_homebase("app", "export", str(folder), "--connect", "https://x/", runtime=runtime)
    assert (code, "allowed is a host" in errors) == (2, True)


def test_the_headers_that_are_recommended_are_the_pages_own_rules_and_those_a_page_cannot_say() -> None:
    files = exported(FILES, ("wss://relay.example.org",))
    page, told = files[PAGE].decode(), files[README].decode()
    own = set(page.split('content="')[1].split('"')[0].split("; "))
    advised = set(told.split("Content-Security-Policy: ")[1].split("\n")[0].split("; "))
    assert own < advised
    assert advised - own == {"frame-ancestors 'none'"}


def test_relays_may_be_named_with_their_ports(tmp_path: Path) -> None:
    relays = ("--connect", "relay.example.org:8883", "--connect", "x:65535")
    assert parse(["app", "export", str(tmp_path), *relays]) == 0
    assert "connect-src 'self' wss://relay.example.org:8883 wss://x:65535;" in (tmp_path / PAGE).read_text()


@pytest.mark.parametrize(
    "host", ["x:65536", "x:0", "x:", "X", "x y", "x;script-src *", 'x"', "*", "wss://x", "-x", "x/mqtt", ""]
)
def test_what_is_no_relay_gets_into_no_policy(host: str, tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match="port of 1 to 65535"):
        parse(["app", "export", str(tmp_path), f"--connect={host}"])
    assert list(tmp_path.iterdir()) == []


def test_a_folder_whose_list_is_damaged_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / PAGE).write_text("mine")
    for listing in (b"", b"{}", b"[]", b'{"files": 1}', b"\xff"):
        (tmp_path / LISTING).write_bytes(listing)
        with pytest.raises(CommandFailed, match="no earlier export"):
            parse(["app", "export", str(tmp_path)])
        assert (tmp_path / PAGE).read_text() == "mine"
    # the control: with a whole list it is an earlier export, and replaced
    (tmp_path / LISTING).write_bytes(b'{"files": []}')
    assert parse(["app", "export", str(tmp_path)]) == 0
    assert (tmp_path / PAGE).read_text() != "mine"
