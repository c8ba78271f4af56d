"""When a backup is made by itself, and what [backup] may hold."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from privacy.gate.backups.schedule import DRILL_EVERY, drill_due, next_run
from privacy.gate.backups.settings import BackupSettings, mistakes_in, settings_from

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 28, 12, tzinfo=UTC)


def test_the_first_one_comes_with_the_next_night() -> None:
    assert next_run(BackupSettings(), None, NOW, BERLIN) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    before = datetime(2026, 3, 28, 1, tzinfo=UTC)
    assert next_run(BackupSettings(), None, before, BERLIN) == datetime(2026, 3, 28, 2, 30, tzinfo=UTC)


def test_later_ones_keep_the_wall_clocks_time_over_a_change_of_clocks() -> None:
    last = datetime(2026, 3, 28, 2, 30, tzinfo=UTC)  # 03:30 at home; the next night the clock is put forward
    assert next_run(BackupSettings(), last, NOW, BERLIN) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    weekly = BackupSettings(every_days=7)
    assert next_run(weekly, last, NOW, BERLIN) == datetime(2026, 4, 4, 1, 30, tzinfo=UTC)
    assert next_run(BackupSettings(every_days=0), last, NOW, BERLIN) is None


def test_the_drill_is_due_after_a_quarter() -> None:
    assert not drill_due(NOW, NOW + DRILL_EVERY - timedelta(seconds=1))
    assert drill_due(NOW, NOW + DRILL_EVERY)


@pytest.mark.parametrize(
    ("table", "key"),
    [
        (1, "backup"),
        ({"folder": "relative"}, "backup.folder"),
        ({"folder": 1}, "backup.folder"),
        ({"at": "24:00"}, "backup.at"),
        ({"every_days": -1}, "backup.every_days"),
        ({"keep": True}, "backup.keep"),
        ({"keep_days": 3651}, "backup.keep_days"),
        ({"most_mib": 0}, "backup.most_mib"),
        ({"nonsense": 1}, "backup.nonsense"),
    ],
)
def test_a_mistake_names_its_key(table: object, key: str) -> None:
    assert [mistake[0] for mistake in mistakes_in(table)] == [key]


def test_what_has_no_mistake_is_taken() -> None:
    table = {"folder": "/media/stick", "keep": 3, "at": "00:00"}
    assert list(mistakes_in(table)) == []
    assert settings_from(table) == BackupSettings(folder="/media/stick", keep=3, at="00:00")
