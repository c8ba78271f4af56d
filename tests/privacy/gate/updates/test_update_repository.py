"""The maintainers' command signs with the keys of the newest root, as many as it takes, and loses none."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.privacy.gate.updates.lists import Maintainer, command
from tests.privacy.gate.updates.test_trust import walked


@pytest.fixture
def maintainer(tmp_path: Path) -> Maintainer:
    return Maintainer(tmp_path / "maintainer")


def everything(maintainer: Maintainer) -> dict[str, bytes]:
    return {
        path.name: path.read_bytes() for path in (*maintainer.keys.iterdir(), *maintainer.folder.iterdir())
    }


def test_a_second_beginning_is_refused_and_the_keys_stay(maintainer: Maintainer) -> None:
    before = everything(maintainer)
    with pytest.raises(SystemExit, match="is there already, nothing was changed"):
        command().main(["begin", str(maintainer.folder), str(maintainer.keys)])
    assert everything(maintainer) == before
    # the control: into empty folders it begins
    assert command().main(["begin", str(maintainer.folder / "new"), str(maintainer.keys / "new")]) == 0


@pytest.mark.parametrize("key", ["none", "of somebody else"])
def test_nothing_is_signed_by_too_few_of_the_keys(maintainer: Maintainer, tmp_path: Path, key: str) -> None:
    place = maintainer.keys / "timestamp-0.pem"
    place.unlink()
    if key != "none":
        place.write_bytes((Maintainer(tmp_path / "other").keys / "timestamp-0.pem").read_bytes())
    before = everything(maintainer)
    with pytest.raises(
        SystemExit, match=r"0 of \d keys timestamp-\*\.pem are of the newest root, 1 have to sign"
    ):
        maintainer.repository.refresh()
    assert everything(maintainer) == before
    # the control: whoever signs all the same makes lists that no home believes
    maintainer.repository._signers = maintainer.repository._found
    maintainer.repository.refresh()
    root = maintainer.files()["1.root.json"]
    assert walked({"root": root}, maintainer.files(), maintainer).code == "unsigned"


def _targets_key_away(maintainer: Maintainer, _: pytest.MonkeyPatch) -> None:
    (maintainer.keys / "targets-0.pem").unlink()


def _full_disk(maintainer: Maintainer, patch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    patch.setattr(maintainer.repository, "_save", full)


@pytest.mark.parametrize("broken", [_targets_key_away, _full_disk])
def test_other_keys_take_the_place_of_the_old_when_their_root_is_written(
    maintainer: Maintainer,
    monkeypatch: pytest.MonkeyPatch,
    broken: Callable[[Maintainer, pytest.MonkeyPatch], None],
) -> None:
    timestamp, before = maintainer.keys / "timestamp-0.pem", everything(maintainer)
    with monkeypatch.context() as patch:
        broken(maintainer, patch)
        with pytest.raises((SystemExit, OSError)):
            maintainer.repository.rotate("timestamp")
    assert timestamp.read_bytes() == before["timestamp-0.pem"]
    assert maintainer.files() == {name: data for name, data in before.items() if name.endswith(".json")}
    maintainer.repository.refresh()  # the old key signs on
    # the control: with all there it is another key, and homes follow
    (maintainer.keys / "targets-0.pem").write_bytes(before["targets-0.pem"])
    maintainer.repository.rotate("timestamp")
    assert timestamp.read_bytes() != before["timestamp-0.pem"]
    root = before["1.root.json"]
    assert walked({"root": root}, maintainer.files(), maintainer).code == ""
    assert timestamp.stat().st_mode & 0o777 == 0o600
