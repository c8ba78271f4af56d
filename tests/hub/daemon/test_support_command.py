"""homebase support, as whoever helps types it: a process of its own, one line per mistake, both languages."""

import http.client
import json
import os
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.daemon import __main__ as frame
from support.exchange import Request
from tests.paths import ROOT
from tests.support.receiving import deletion, delivery

HOST = "localhost.example.org"


@dataclass(frozen=True, slots=True)
class Serving:
    folder: Path
    entry: dict[str, object]
    first: str

    def post(self, request: Request) -> tuple[int, dict[str, object]]:
        trust = ssl.create_default_context(cafile=str(self.folder / "ca.pem"))
        trust.check_hostname = False  # the name leads nowhere in a test; the authority is checked
        line = http.client.HTTPSConnection(
            "127.0.0.1", int(str(self.entry["port"])), context=trust, timeout=30
        )
        headers = {name: value for name, value in request.headers.items() if value is not None}
        line.request("POST", request.path, request.body, headers)
        answer = line.getresponse()
        told = answer.status, json.loads(answer.read())
        line.close()
        return told


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = frame.main(["support", *words])
    told = capsys.readouterr()
    return code, told.out + told.err


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    folder = tmp_path / "s"
    command = [sys.executable, "-m", "hub.daemon", "support", "serve", "--dir", str(folder), "--host", HOST]
    command += ["--country", "DE", "--port", "0", "--listen", "127.0.0.1"]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        lines: list[str] = []
        while not (lines and "ready" in lines[-1]):
            lines.append(process.stdout.readline())
            assert lines[-1], process.stderr.read()
        done = [sys.executable, "-m", "hub.daemon", "support", "entry", "--dir", str(folder), "--json"]
        entry = subprocess.run(done, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        yield Serving(folder, json.loads(entry), "".join(lines))
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert process.stderr.read().count("\n") == 1  # that a key was made, and nothing else


def test_a_ticket_from_its_opening_to_its_end(serving: Serving, capsys: pytest.CaptureFixture[str]) -> None:
    here = ("--dir", str(serving.folder))
    key = str(serving.entry["key"])
    assert (
        f"--host {HOST} --port {serving.entry['port']} --country DE --path /homebase/1 --key {key}"
        in serving.first
    )
    assert str(serving.entry["ca_sha256"]) in serving.first
    secret = (serving.folder / "key").read_text().strip()
    assert secret not in serving.first
    code, told = said(capsys, "open", *here, "--json")
    ticket = json.loads(told)["ticket"]
    sent = delivery(key, ticket, datetime.now(UTC).replace(microsecond=0))
    assert serving.post(sent)[0] == 201
    code, told = said(capsys, "show", ticket, *here, "--lang", "de")
    assert code == 0
    assert '"model":"HM-LC-Sw1-Pl"' in told
    assert "dass du hier liest, ist vermerkt" in told
    code, told = said(capsys, "show", ticket, *here, "--json")
    assert json.loads(told)["bundle"]["ticket"] == ticket
    assert said(capsys, "list", *here)[1].splitlines()[1].split()[0] == ticket
    assert said(capsys, "close", ticket, *here, "--lang", "de") == (
        0,
        f"{ticket} ist geschlossen; gelöscht: 1\n",
    )
    status, gone = serving.post(deletion(ticket))
    assert (status, gone["state"]) == (200, "deleted")
    assert said(capsys, "list", *here, "--lang", "de") == (
        0,
        "kein Ticket ist offen; homebase support open\n",
    )
    assert serving.post(sent) == (403, {"refused": "ticket_not_open"})
    lines = [json.loads(line) for line in said(capsys, "log", *here, "--json")[1].splitlines()]
    whats = ["opened", "received", "shown", "shown", "closed", "deleted", "refused"]
    assert [line["what"] for line in lines] == whats
    assert "abgelehnt" in said(capsys, "log", *here, "--lang", "de")[1]
    for spoil in (lambda ca: ca.write_bytes(b"no certificate"), Path.unlink):
        spoil(serving.folder / "ca.pem")
        code, told = said(capsys, "entry", *here, "--lang", "de")
        assert (code != 0, "ca.pem: " in told, told.count("\n")) == (True, True, 1), told


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        (("show", "T-1"), 2, "no ticket T-1 is open; homebase support list"),
        (("close", "T-1", "--lang", "de"), 2, "kein Ticket T-1 ist offen"),
        (("open", "T 1"), 2, "allowed are 1 to 40"),
        (("entry",), 2, "homebase support serve --host NAME --country XX"),
        (("serve",), 2, "--host and --country are needed once"),
        (("serve", "--host", "9.9.9.9", "--country", "DE"), 2, "is no full host name"),
        (("serve", "--host", "a.example", "--country", "de"), 2, "two capital letters"),
        (("serve", "--chain", "/x"), 2, "go together"),
        (
            ("serve", "--host", "a.example", "--country", "DE", "--chain", "/x", "--private-key", "/x"),
            65,
            "/x: No such file",
        ),
        (
            ("serve", "--host", "a.example", "--country", "DE", "--listen", "203.0.113.9"),
            74,
            "name another with --port or --listen",
        ),
    ],
)
def test_a_mistake_is_one_line_with_the_way_out(
    words: tuple[str, ...], code: int, text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "s").mkdir()
    said(capsys, "open", "T-0", "--dir", str(tmp_path / "s"))  # has a key from here on
    done, told = said(capsys, *words, "--dir", str(tmp_path / "s"))
    assert (done, text in told, told.count("\n")) == (code, True, 1), told


@pytest.mark.parametrize("words", [("list",), ("log", "--lang", "de"), ("show", "T-1"), ("entry",)])
def test_a_question_makes_no_receiver_where_there_is_none(
    words: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, told = said(capsys, *words, "--dir", str(tmp_path / "s"))
    assert (code, "homebase support serve" in told, (tmp_path / "s").exists()) == (2, True, False)


def test_a_key_that_others_can_read_and_a_store_of_a_newer_version_stop_every_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ("--dir", str(tmp_path))
    said(capsys, "open", "T-1", *here)
    (tmp_path / "key").chmod(0o644)
    code, told = said(capsys, "list", *here)
    assert (code, "chmod 600" in told) == (77, True)
    (tmp_path / "key").chmod(0o600)
    (tmp_path / "support.db").write_bytes(b"no database" * 100)
    code, told = said(capsys, "list", *here, "--lang", "de")
    assert (code, told.count("\n")) == (73, 1)


def test_a_home_loads_nothing_of_the_receiver() -> None:
    """hub and gate at their start, in a fresh interpreter."""
    script = "import sys, hub.daemon.wiring, privacy.gate.wiring; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "privacy.gate.wiring" in done.stdout
    assert not [name for name in done.stdout.split() if name.split(".")[0] == "support"]
