"""homebase recipient: the file that a home is started with, one line per mistake, open deletions in mind."""

import json
from pathlib import Path

import pytest

from hub.daemon.command_line import CommandFailed, parse
from hub.daemon.commands import recipient
from hub.daemon.commands.which_config import config_of
from privacy.gate.desk import packaged_register
from privacy.places import CONFIG
from privacy.register import Form
from tests.hub.daemon.test_command_line import homebase

RELAY = ("--role", "own", "--host", "relay.example.org", "--country", "DE", "--activity", "remote.access")
MQTTS = ("--transport", "mqtts")


def test_a_recipient_is_entered_listed_checked_and_taken_out_of_its_homes_file(tmp_path: Path) -> None:
    file = tmp_path / "homebase.toml"
    file.write_text("# mine\n")
    (tmp_path / "demo" / "simulator").mkdir(parents=True)
    # the file of a demo is inside its folder, also before it is there
    assert config_of(tmp_path / "demo") == tmp_path / "demo" / "homebase.toml"
    assert config_of(tmp_path / "other") == CONFIG  # control

    def asked(*words: str) -> tuple[int, str, str]:
        done = homebase("recipient", *words, "--state", str(tmp_path), folder=tmp_path)
        assert done.stderr.count("\n") == (0 if done.returncode == 0 else 1)
        return done.returncode, done.stdout, done.stderr

    code, _, refused = asked("add", "relay", *RELAY)
    assert (code, "transport = 'https'; remote.access needs \"mqtts\"" in refused) == (65, True)
    assert file.read_text() == "# mine\n"
    code, said, _ = asked("add", "relay", *RELAY, *MQTTS)
    assert (code, f"relay stands in {file}" in said, "start it again" in said) == (0, True, True)
    assert "consent give remote.access --standing --recipient relay" in said
    code, said, _ = asked("list", "--json")
    (row,) = json.loads(said)["recipients"]
    assert (row["name"], row["port"], row["activities"]) == ("relay", 8883, ["remote.access"])
    assert "relay  own   mqtts://relay.example.org:8883  DE" in asked("list")[1]
    assert "nothing wrong; recipients: relay" in asked("check")[1]
    code, said, _ = asked("change", "relay", "port=8884", "host=other.example.org")
    assert (code, f"relay is changed in {file}" in said) == (0, True)
    # the home does not run: what there may be is named
    assert "remote.access: The recipient has another address now" in said
    assert "relay  own   mqtts://other.example.org:8884  DE" in asked("list")[1]
    assert "already" in asked("change", "relay", "port=8884")[1]
    assert asked("change", "relay", "port=", "host=relay.example.org")[0] == 0
    file.write_text(file.read_text().replace('"own"', '"friend"'))
    code, _, wrong = asked("check")
    assert (code, "role = 'friend'; allowed are authority, own" in wrong) == (65, True)
    assert asked("list")[0] == 65
    assert asked("remove", "relay")[0] == 0
    assert file.read_text() == "# mine\n"


def test_what_is_to_be_typed_next_asks_for_a_form_that_the_activity_has() -> None:
    asked_for = {}
    for row in packaged_register().activities.values():
        if row.built and row.forms:
            line = recipient.NEXT.get(row.id, recipient.GIVE)
            asked_for[row.id] = ("--standing" in line, "--ticket" in line)
            if "consent give" in line:
                assert asked_for[row.id] == (Form.STANDING in row.forms, row.needs_ticket), row.id
    assert asked_for["telemetry.usage"] == (True, False)
    assert asked_for["diagnosis.remote"] == (False, True)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("list", "--run", "/x"), 2, "add --config FILE"),
        (("add", "relay", *RELAY, "--port", "0"), 2, "allowed is 1 to 65535"),
        (("add", "relay"), 2, "--role, --country, --activity"),
        (("check", "--config", "/not/there/homebase.toml"), 0, ""),
        (
            ("add", "relay", *RELAY, *MQTTS, "--config", "/not/there/x.toml"),
            74,
            "name another file with --config",
        ),
        (("change", "relay", "port"), 2, "allowed is KEY=VALUE, with one of role, host"),
        (("change", "relay", "name=x"), 2, "allowed is KEY=VALUE, with one of role, host"),
        (("remove", "x", "--state", "/not/there", "--config", "/dev/null"), 2, "has no such [[recipient]]"),
    ],
)
def test_wrong_use_is_one_line(words: tuple[str, ...], code: int, said: str, tmp_path: Path) -> None:
    done = homebase("recipient", *words, folder=tmp_path)
    assert (done.returncode, said in done.stderr, done.stderr.count("\n")) == (code, True, int(code != 0))


def test_a_shell_that_names_a_folder_of_sockets_changes_no_other_homes_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOMEBASE_RUN", str(tmp_path / "run"))
    for words in (["list"], ["add", "relay", *RELAY, *MQTTS]):
        with pytest.raises(CommandFailed, match=r"HOMEBASE_RUN=.*names no homebase\.toml; add --config FILE"):
            parse(["recipient", *words])
    parse(["recipient", "list", "--state", str(tmp_path)])  # the control: one that is named


@pytest.mark.parametrize(("state", "stays"), [("asked", True), ("waiting", True), ("confirmed", False)])
def test_who_has_not_confirmed_a_deletion_is_not_taken_out_unasked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: str, stays: bool
) -> None:
    file = tmp_path / "homebase.toml"
    row = "[[recipient]]\nname = 'relay'\nrole = 'own'\nhost = 'relay.example.org'\ncountry = 'DE'\n"
    file.write_text(row + "activities = ['remote.access']\ntransport = 'mqtts'\n")

    def ask(*_: object) -> dict[str, object]:
        return {"deletions": [{"recipient": "relay", "state": state}, {"recipient": "x", "state": "asked"}]}

    monkeypatch.setattr(recipient, "ask_gate", ask)
    words = ["recipient", "remove", "relay", "--config", str(file)]
    if stays:
        with pytest.raises(CommandFailed, match=r"1 of its transfers are not confirmed.*--anyway"):
            parse(words)
        assert "relay" in file.read_text()
        words.append("--anyway")
    assert parse(words) == 0
    assert file.read_text() == ""


@pytest.mark.parametrize(("state", "named"), [("active", True), ("withdrawn", False)])
def test_a_change_names_the_consents_that_live(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    state: str,
    named: bool,
) -> None:
    file = tmp_path / "homebase.toml"
    row = "[[recipient]]\nname = 'relay'\nrole = 'own'\nhost = 'relay.example.org'\ncountry = 'DE'\n"
    file.write_text(row + "activities = ['remote.access']\ntransport = 'mqtts'\n")

    def ask(*_: object) -> dict[str, object]:
        consent = {"id": 7, "activity": "remote.access", "recipient": "relay", "state": state}
        return {"consents": [consent, consent | {"id": 8, "recipient": "x"}]}

    monkeypatch.setattr(recipient, "ask_gate", ask)
    assert parse(["recipient", "change", "relay", "host=other.example.org", "--config", str(file)]) == 0
    said = capsys.readouterr().out
    assert ("7 remote.access: The recipient has another address" in said) is named
    assert ("none was given" in said) is not named
    assert "8 " not in said
