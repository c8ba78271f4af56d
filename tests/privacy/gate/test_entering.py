"""Recipients by command: exactly what was asked is in the file, all else as it was, or nothing is changed."""

import os
import stat
import tomllib
from pathlib import Path

import pyrage
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from privacy.gate.entering import entering
from privacy.gate.entering.entering import Wrong, changed, entered, listed, taken_out
from privacy.gate.entering.rows import NotPlain, with_row, with_value, without_row
from tests.paths import ROOT
from tests.privacy import house

EXAMPLE = (ROOT / "config" / "homebase.toml").read_text()
ROW: dict[str, str | list[str]] = {
    "name": "support",
    "role": "processor",
    "host": "support.example.org",
    "country": "DE",
    "activities": ["diagnosis.remote"],
    "keys": [house.SUPPORT_KEY],
}
MAIL = {
    "name": "mail",
    "role": "own",
    "host": "smtp.example.org",
    "country": "DE",
    "activities": ["account.register"],
    "transport": "smtp",
}
OTHER_KEY = str(pyrage.x25519.Identity.generate().to_public())
HOSTILE = 'x"\n[[recipient]]\nname = "evil"\n#'


def written(folder: Path, text: str = EXAMPLE) -> Path:
    file = folder / "homebase.toml"
    file.write_bytes(text.encode())
    return file


def test_one_that_is_entered_is_read_by_a_start_and_taken_out_without_a_trace(tmp_path: Path) -> None:
    file = written(tmp_path)
    file.chmod(0o640)
    assert "'host': 'support.example.org'" in str(entered(file, ROW))
    entered(file, MAIL)
    assert file.read_text().startswith(EXAMPLE)
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert [path.name for path in tmp_path.iterdir()] == ["homebase.toml"]
    taken_out(file, "support")
    taken_out(file, "mail")
    assert file.read_text() == EXAMPLE


def test_a_missing_file_is_made_and_may_be_read_by_the_gate(tmp_path: Path) -> None:
    file = tmp_path / "homebase.toml"
    entered(file, ROW)
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    assert tomllib.loads(file.read_text()) == {"recipient": [ROW]}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": HOSTILE}, "name: allowed is a to z"),
        ({"name": "support\n"}, "name: allowed is a to z"),
        ({"country": "DE\n"}, "country: allowed is two capital letters"),
        ({"host": "support.example.org\r\nX: y"}, "host = "),
        ({"path": "/\n"}, "path: allowed is a path"),
        ({"safeguard": "one\ntwo"}, "safeguard: allowed is one line"),
        ({"country": "US"}, "safeguard is missing"),
        ({"ca_file": HOSTILE}, "allowed is a readable file"),
        ({"keys": [house.SUPPORT_SECRET]}, "keys: allowed are 1 to 8"),
        ({"activities": [HOSTILE]}, "no activity of the register"),
        ({"evil": "x"}, "has no key evil"),
        ({"safeguard": "\udcff"}, "allowed is text in UTF-8"),
    ],
)
def test_what_a_start_would_refuse_is_not_written(
    tmp_path: Path, change: dict[str, str | list[str]], says: str
) -> None:
    file = written(tmp_path)
    with pytest.raises(Wrong) as refused:
        entered(file, ROW | change)
    assert says in refused.value.text
    assert (refused.value.code, file.read_text()) == (65, EXAMPLE)


def test_a_name_that_is_there_already_is_not_entered_again(tmp_path: Path) -> None:
    file = written(tmp_path)
    entered(file, ROW)
    before = file.read_bytes()
    with pytest.raises(Wrong, match="stands there twice"):
        entered(file, ROW | {"host": "other.example.org"})
    assert file.read_bytes() == before


def test_a_value_that_looks_like_toml_stays_a_value_where_pasting_it_would_enter_somebody_else() -> None:
    # control: what pasting the value between quotes would have made of it
    pasted = f'[[recipient]]\nname = "{HOSTILE}"\n'
    assert [row["name"] for row in tomllib.loads(pasted)["recipient"]] == ["x", "evil"]
    assert tomllib.loads(with_row("", "recipient", {"name": HOSTILE})) == {"recipient": [{"name": HOSTILE}]}


_TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@example(rows=[{"a": "", "b": "", "c": ""}, {"a": "", "c": "", "b": ""}])
@given(st.lists(st.dictionaries(st.sampled_from("abc"), _TEXTS | st.lists(_TEXTS)), max_size=3))
def test_whatever_the_values_the_text_says_them_and_goes_back(rows: list[dict[str, str | list[str]]]) -> None:
    texts = [EXAMPLE]
    for row in rows:
        texts.append(with_row(texts[-1], "recipient", row))
    assert tomllib.loads(texts[-1]).get("recipient", []) == rows
    while len(texts) > 1:
        longer = texts.pop()
        assert without_row(longer, "recipient", len(texts) - 1) == texts[-1]


_BLOCK = '[[ recipient ]] # who\nname = "a"\nkeys = [\n"[[recipient]]",\n]\n'
_IN_TEXT = "a = '''\n[[recipient]]\n'''\n"


@pytest.mark.parametrize(
    ("text", "number", "left"),
    [
        (_BLOCK + "\n# of the device\n[[device]]\n", 0, "\n# of the device\n[[device]]\n"),
        ("[home]\r\n\r\n[[recipient]]\r\nname = 'x'\r\n", 0, "[home]\r\n"),
        (_BLOCK + _BLOCK + "b = 1\n", 1, _BLOCK),
        ("[[\"recipient\"]]\nname = 'x'", 0, ""),
        (_IN_TEXT + "[[recipient]]\nname='x'\n", 0, _IN_TEXT),
    ],
)
def test_only_the_block_itself_goes(text: str, number: int, left: str) -> None:
    assert without_row(text, "recipient", number) == left


@pytest.mark.parametrize(
    "text", ["recipient = [{name = 'x'}]\n", "recipient = 5\n", "recipient = [\n{a=1}\n]\n"]
)
def test_another_spelling_is_left_to_its_owner(text: str) -> None:
    with pytest.raises(NotPlain, match="change it by hand"):
        without_row(text, "recipient", 0)
    with pytest.raises(NotPlain, match="change it by hand"):
        with_row(text, "recipient", {"name": "y"})


def test_a_wrong_one_is_told_and_can_be_taken_out(tmp_path: Path) -> None:
    text = EXAMPLE + '\n[[recipient]]\nname = "bad"\nhost = "x"\n'
    file = written(tmp_path, text)
    assert "[[recipient]] bad" in str(listed(file)["mistakes"])
    with pytest.raises(Wrong, match="bad"):
        entered(file, ROW)
    assert file.read_text() == text
    with pytest.raises(Wrong, match="there: bad"):
        taken_out(file, "other")
    assert taken_out(file, "bad") == {"recipients": [], "mistakes": []}
    assert file.read_text() == EXAMPLE


@pytest.mark.parametrize("text", ["[gate]\nport = -1\n", "[home\n", "recipient = 5\n"])
def test_a_file_that_stops_a_start_is_told_and_stays(tmp_path: Path, text: str) -> None:
    file = written(tmp_path, text)
    changes: dict[str, dict[str, object]] = {"list": {}, "add": {"row": ROW}, "remove": {"remove": "support"}}
    for question in changes.values():
        with pytest.raises(Wrong) as refused:
            entering.answer({"file": str(file), **question})
        assert (refused.value.code, "allowed is" in refused.value.text) == (65, True)
    assert file.read_text() == text


def test_a_link_stays_one_and_a_full_disk_leaves_all_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "far").mkdir()
    link = tmp_path / "homebase.toml"
    link.symlink_to(written(tmp_path / "far"))
    entered(link, ROW)
    assert link.is_symlink()
    assert "support.example.org" in (tmp_path / "far" / "homebase.toml").read_text()
    before = link.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("privacy.durable.os.write", full)
    with pytest.raises(Wrong, match="No space left on device; nothing was written"):
        entered(link, MAIL)
    monkeypatch.undo()
    assert link.read_bytes() == before


def test_what_only_root_may_read_is_no_ca_file_of_the_installed_gate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root, who reads what the gate's user does not")
    ca_file, file = tmp_path / "ca.pem", written(tmp_path)
    ca_file.write_text("")
    ca_file.chmod(0o600)
    row = ROW | {"ca_file": str(ca_file)}
    entered(file, row)  # control: a home that runs as root reads it
    taken_out(file, "support")
    monkeypatch.setattr(entering, "CONFIG", file)
    monkeypatch.setattr(entering, "ACCOUNT", "nobody")
    with pytest.raises(Wrong, match=r"ca_file = .* allowed is a readable file"):
        entered(file, row)


# one that is changed


@pytest.mark.parametrize(
    ("values", "stale"),
    [
        ({"port": 8443}, {}),
        ({"path": "/in"}, {}),
        ({"host": "other.example.org"}, {"diagnosis.remote": "other_host"}),
        ({"country": "FR"}, {}),
        ({"country": "US", "safeguard": "standard clauses"}, {"diagnosis.remote": "country_needs_consent"}),
        ({"keys": [OTHER_KEY]}, {"diagnosis.remote": "addressee_not_declared"}),
        ({"activities": ["support.ticket"]}, {"diagnosis.remote": "recipient_not_declared"}),
    ],
    ids=["port", "path", "host", "country", "far country", "key", "activities"],
)
def test_one_that_is_changed_says_which_consents_that_ends(
    tmp_path: Path, values: dict[str, str | int | list[str] | None], stale: dict[str, str]
) -> None:
    file = written(tmp_path)
    entered(file, ROW)
    entered(file, MAIL)
    told = changed(file, "support", values)
    assert told["changed"]
    found = told["stale"]
    assert isinstance(found, dict)
    assert {activity: reason["code"] for activity, reason in found.items()} == stale
    assert tomllib.loads(file.read_text())["recipient"] == [ROW | values, MAIL]
    # the same once more changes nothing, and back is back to the byte
    before = file.read_bytes()
    assert changed(file, "support", values)["changed"] is False
    assert file.read_bytes() == before
    changed(file, "support", {key: ROW.get(key) for key in values})
    assert file.read_text() == with_row(with_row(EXAMPLE, "recipient", ROW), "recipient", MAIL)


@pytest.mark.parametrize(
    ("name", "values", "says", "code"),
    [
        ("support", {"port": 0}, "port: allowed is 1 to 65535", 65),
        ("support", {"port": "x"}, "port", 65),
        ("support", {"host": None}, "host", 65),
        ("support", {"country": "US"}, "safeguard is missing", 65),
        ("support", {"name": "x"}, "no key that can be changed", 2),
        ("support", {"evil": "x"}, "no key that can be changed", 2),
        ("nobody", {"port": 1}, "there: support", 2),
        ("support", {"host": HOSTILE}, "host", 65),
    ],
    ids=str,
)
def test_a_change_that_a_start_would_refuse_is_not_written(
    tmp_path: Path, name: str, values: dict[str, str | int | list[str] | None], says: str, code: int
) -> None:
    file = written(tmp_path)
    entered(file, ROW)
    before = file.read_bytes()
    with pytest.raises(Wrong) as refused:
        changed(file, name, values)
    assert says in refused.value.text
    assert (refused.value.code, file.read_bytes()) == (code, before)


def test_a_change_touches_the_lines_of_its_keys_alone() -> None:
    text = (
        "# of me\n[[recipient]] # first\nname = 'a' # who\nkeys = [\n  'x', # host = 1\n]\n\n# mine\n"
        "[[recipient]]\nname = 'b'\nhost = 'h' # there\n\n# of the device\n[[device]]\nhost = 'h'\n"
    )
    made = with_value(text, "recipient", 0, "keys", ["y"])
    assert made == text.replace("keys = [\n  'x', # host = 1\n]\n", 'keys = ["y"]\n')
    made = with_value(text, "recipient", 1, "host", "i")
    assert made == text.replace("host = 'h' # there\n", 'host = "i"\n')
    assert with_value(text, "recipient", 1, "host", None) == text.replace("host = 'h' # there\n", "")
    made = with_value(text, "recipient", 1, "port", 5)
    assert made == text.replace("# there\n", "# there\nport = 5\n")
    made = with_value("[[recipient]]\r\nname = 'a'", "recipient", 0, "port", 5)
    assert made == "[[recipient]]\r\nname = 'a'\r\nport = 5\r\n"
    for other in ("recipient = [{name = 'a', port = 4}]\n", "[[recipient]]\na.b = 1\n"):
        key = "port" if "port" in other else "a"
        with pytest.raises(NotPlain, match="change it by hand"):
            with_value(other, "recipient", 0, key, 5)
