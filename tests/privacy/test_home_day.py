"""The home's day over changes of its clock."""

from datetime import UTC, datetime, timedelta

import pytest

from privacy.home_day import began, zone_of

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("zone", "noon", "first", "hours"),
    [
        ("Europe/Berlin", "2026-03-28T11:00Z", "2026-03-27T23:00Z", 24),
        ("Europe/Berlin", "2026-03-29T10:00Z", "2026-03-28T23:00Z", 23),  # summer time begins
        ("Europe/Berlin", "2026-10-25T11:00Z", "2026-10-24T22:00Z", 25),  # and ends
        ("Asia/Beirut", "2026-03-29T09:00Z", "2026-03-28T22:00Z", 23),  # there is no midnight
        ("Australia/Lord_Howe", "2026-04-05T01:00Z", "2026-04-04T13:00Z", 24.5),
        ("America/St_Johns", "2026-07-01T14:30Z", "2026-07-01T02:30Z", 24),
        ("", "2026-03-29T10:00Z", "2026-03-29T00:00Z", 24),
    ],
)
def test_a_day_begins_when_the_clock_on_the_wall_says_so(
    zone: str, noon: str, first: str, hours: float
) -> None:
    home, begin = zone_of(zone), datetime.fromisoformat(first)
    assert began(datetime.fromisoformat(noon), home) == begin
    # each moment of it belongs to it, and the ones beside it do not
    last = begin + hours * HOUR - timedelta(milliseconds=1)
    assert (began(begin, home), began(last, home)) == (begin, begin)
    assert began(begin - timedelta(milliseconds=1), home) < begin
    assert began(last + timedelta(milliseconds=1), home) == begin + hours * HOUR


@pytest.mark.parametrize(
    "name", ["", "No/Where", "../etc/passwd", "/etc/passwd", "x" * 5000, None, 5, "a\0b"]
)
def test_what_is_no_timezone_is_utc(name: object) -> None:
    assert zone_of(name) is UTC
