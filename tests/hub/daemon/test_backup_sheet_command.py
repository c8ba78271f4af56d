"""``homebase backup sheet`` at a terminal: words, code, page and age's form are one key, and only its public
half is told to the gate, after the words were typed in again.
"""

import base64
import re
import socket
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from privacy import backup_sheet, syllables
from privacy.framing import MessageDecoder, encode_message
from tests.privacy.gate.backups.home import public
from tests.qr_reader import read_rows, rows_of_text
from tests.terminal import Terminal, homebase_at_terminal

SIGNER = bytes(range(100, 132))
ANSWERS: dict[object, dict[str, object]] = {
    "backup.status": {"sheet": None},
    "backup.signer": {"signer": SIGNER.hex()},
    "backup.sheet": {},
}


@dataclass
class Gate:
    """A console that writes down all it is asked. heard: the bytes; asked: what they say."""

    folder: Path
    heard: bytearray = field(default_factory=bytearray)
    asked: list[dict[str, object]] = field(default_factory=list)

    def verbs(self) -> list[object]:
        return [message["verb"] for message in self.asked]

    def answer(self, listening: socket.socket) -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                decoder, messages = MessageDecoder(), list[dict[str, object]]()
                while not messages:
                    piece = connection.recv(65536)
                    self.heard += piece
                    messages = decoder.feed(piece)
                self.asked += messages
                connection.sendall(encode_message({"id": 1, "ok": ANSWERS[messages[0]["verb"]]}))


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    console = tmp_path / "run" / "console"
    console.mkdir(parents=True)
    with socket.socket(socket.AF_UNIX) as listening, socket.socket(socket.AF_UNIX) as home:
        home.bind(str(console / "home.sock"))  # it is there, and is asked nothing
        listening.bind(str(console / "console.sock"))
        listening.listen()
        one = Gate(console.parent)
        answering = threading.Thread(target=one.answer, args=(listening,))
        answering.start()
        try:
            yield one
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            answering.join(10)


@contextmanager
def sheet(gate: Gate, *more: str) -> Iterator[Terminal]:
    with homebase_at_terminal("backup", "sheet", "--run", str(gate.folder), *more) as terminal:
        terminal.asked()
        yield terminal


def words_in(shown: str) -> list[str]:
    numbered = re.findall(r"(\d+) ([a-z]{5})\b", shown)
    assert [int(number) for number, _ in numbered] == list(range(1, backup_sheet.WORD_COUNT + 1))
    return [word for _, word in numbered]


def rows_on(page: str) -> list[str]:
    """The code that is drawn on a page."""
    size = int(re.search(r'<svg width="(\d+)" height="\1">', page)[1])  # type: ignore[index]
    drawn = {
        (int(x), int(y), int(width), int(height))
        for x, y, width, height in re.findall(
            r'<rect x="(\d+)" y="(\d+)" width="(\d+)" height="(\d+)"/>', page
        )
    }
    (dot,) = {width for *_, width, _ in drawn}
    cells = range(0, size, dot)
    return ["".join(str(int((x, y, dot, dot) in drawn)) for x in cells) for y in cells]


def one_letter_wrong(words: list[str]) -> str:
    return " ".join([words[0][:-1] + ("b" if words[0][-1] != "b" else "d"), *words[1:]])


@pytest.mark.parametrize("slips", [0, 2])
def test_words_code_page_and_age_are_one_key_and_the_gate_gets_its_public_half_alone(
    gate: Gate, tmp_path: Path, slips: int
) -> None:
    file = tmp_path / "sheet.html"
    with sheet(gate, "--page", str(file)) as terminal:
        shown, words = terminal.shown, words_in(terminal.shown)
        # until the words are typed in, the gate knows of no sheet
        assert gate.verbs() == ["backup.status", "backup.signer"]
        for _ in range(slips):
            terminal.type(one_letter_wrong(words))
        terminal.type(" ".join(words).upper())
        assert terminal.end() == 0
        assert terminal.shown.count("wrong; compare letter by letter") == slips
        assert "homebase backup now" in terminal.shown
        assert "\x1b[30;107m" in terminal.raw  # dark on light on any terminal

    # the words by the word list, not by what reads a sheet
    data = syllables.read_words(" ".join(words), 36)
    assert data is not None
    secret = data[:32]
    code = read_rows(rows_of_text(shown))
    assert code.split(":") == ["HOMEBASE", "BACKUP", "1", data.hex().upper(), SIGNER.hex().upper()]
    (identity,) = re.findall(r"AGE-SECRET-KEY-1[0-9A-Z]+", shown)
    page = file.read_text()
    assert re.findall(r"<li>(\w+)</li>", page) == words
    assert read_rows(rows_on(page)) == code
    assert re.findall(r"AGE-SECRET-KEY-1[0-9A-Z]+", page) == [identity]
    assert {backup_sheet.read_sheet(form) for form in (" ".join(words), code, identity)} == {secret}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600

    # age's own reading of that text is the key that the gate got
    assert gate.asked[2:] == [
        {
            "id": 1,
            "verb": "backup.sheet",
            "language": "en",
            "key": public(secret),
            "vouched": backup_sheet.vouch(secret, SIGNER),
        }
    ]
    said = bytes(gate.heard).lower()
    assert public(secret).encode() in said  # the control
    spelled = (secret.hex(), base64.b64encode(secret).decode(), identity, *words)
    assert [form for form in spelled if form.lower().encode() in said] == []


def test_a_sheet_that_was_typed_wrong_three_times_is_not_taken(gate: Gate) -> None:
    with sheet(gate) as terminal:
        words = words_in(terminal.shown)
        other = " ".join(backup_sheet.words_of(bytes(32)))  # a sheet, and not this one
        for told in (one_letter_wrong(words), other, " ".join(words[:-1])):
            terminal.type(told)
        assert terminal.end() == 1
        assert terminal.shown.count("wrong; compare letter by letter") == 3
        assert "nothing is encrypted to it; destroy it and begin again" in terminal.shown
    assert gate.verbs() == ["backup.status", "backup.signer"]


def test_a_sheet_that_nobody_types_is_not_taken(gate: Gate) -> None:
    with sheet(gate) as terminal:
        terminal.hang_up()
        assert terminal.end() == 1
    assert gate.verbs() == ["backup.status", "backup.signer"]


def test_a_page_takes_no_others_place(gate: Gate, tmp_path: Path) -> None:
    file = tmp_path / "sheet.html"
    file.write_text("another one")
    with homebase_at_terminal("backup", "sheet", "--run", str(gate.folder), "--page", str(file)) as terminal:
        assert terminal.end() == 73
        assert "name a new file" in terminal.shown
    assert file.read_text() == "another one"
    assert gate.verbs() == ["backup.status", "backup.signer"]
