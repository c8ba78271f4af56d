"""When a backup is made by itself, and what [backup] may hold."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from privacy.gate.backups.schedule import AGAIN_AFTER, DRILL_EVERY, Place, Round, drill_due, next_round
from privacy.gate.backups.settings import BackupSettings, mistakes_in, settings_from

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 28, 12, tzinfo=UTC)


def _at(
    settings: BackupSettings, good: datetime | None, since: datetime = NOW, tried: datetime | None = None
) -> datetime | None:
    found = next_round(settings, {"local": Place(good=good)}, since, tried, BERLIN)
    return None if found is None else found.at


def test_the_first_one_comes_with_the_next_night() -> None:
    assert _at(BackupSettings(), None) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    before = datetime(2026, 3, 28, 1, tzinfo=UTC)
    assert _at(BackupSettings(), None, before) == datetime(2026, 3, 28, 2, 30, tzinfo=UTC)


def test_later_ones_keep_the_wall_clocks_time_over_a_change_of_clocks() -> None:
    last = datetime(2026, 3, 28, 2, 30, tzinfo=UTC)  # 03:30 at home; the next night the clock is put forward
    assert _at(BackupSettings(), last) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    weekly = BackupSettings(every_days=7)
    assert _at(weekly, last) == datetime(2026, 4, 4, 1, 30, tzinfo=UTC)
    assert _at(BackupSettings(every_days=0), last) is None
    assert _at(BackupSettings(every_days=0), last, tried=NOW) is None
    assert next_round(BackupSettings(), {}, NOW, None, BERLIN) is None


def test_one_that_was_not_even_made_is_tried_everywhere_an_hour_later() -> None:
    places = {"local": Place(good=NOW - timedelta(days=1)), "far": Place()}
    assert next_round(BackupSettings(), places, NOW, NOW, BERLIN) == Round(
        at=NOW + AGAIN_AFTER, places=frozenset(places)
    )


@dataclass
class _Weeks:
    """A home whose places work or do not, for weeks; a step is a minute that something is made in."""

    settings: BackupSettings
    works: Callable[[str, datetime], bool]
    places: dict[str, Place]
    went: dict[str, list[datetime]] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=dict)

    def pass_by(self, until: datetime) -> None:
        tried: datetime | None = None
        while due := next_round(self.settings, self.places, NOW, tried, BERLIN):
            at = due.at + timedelta(seconds=30)
            if at > until:
                return
            for name in due.places:
                if self.works(name, at):
                    self.places[name] = Place(good=at)
                    self.went.setdefault(name, []).append(at)
                else:
                    self.places[name] = replace(self.places[name], missed=True)
                    self.failed[name] = self.failed.get(name, 0) + 1
            tried = at if any(place.missed for place in self.places.values()) else None


BACK = NOW + timedelta(days=20, hours=5)
WEEKS: Mapping[str, tuple[Callable[[str, datetime], bool], tuple[int, int]]] = {
    "all work": (lambda name, at: True, (28, 28)),
    "one never works": (lambda name, at: name == "local", (28, 0)),
    "one comes back by day": (lambda name, at: name == "local" or at > BACK, (28, 9)),
    "none works until one day": (lambda name, at: at > BACK, (9, 9)),
    "one fails every other hour": (lambda name, at: name == "local" or at.hour % 2 == 1, (28, 28)),
}


@pytest.mark.parametrize("what", WEEKS)
def test_a_place_that_fails_for_weeks_keeps_no_other_from_its_nights(what: str) -> None:
    works, (local, far) = WEEKS[what]
    weeks = _Weeks(BackupSettings(), works, {"local": Place(), "far": Place()})
    weeks.pass_by(NOW + timedelta(days=28))
    went = {name: len(weeks.went.get(name, ())) for name in weeks.places}
    assert went == {"local": local, "far": far}
    nights = {at.astimezone(BERLIN).date() for at in weeks.went["local"]}
    assert len(nights) == local  # one a night, none twice
    if not far:  # and it was tried all the time, each hour
        assert 24 * 27 < weeks.failed["far"] <= 24 * 28 + 1


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
