"""Times as messages tell them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from hub.operations.translate import rfc3339

EVENING = datetime(2026, 3, 1, 23, 59, 59, 999_999, tzinfo=UTC)


@pytest.mark.parametrize(
    "at",
    [
        EVENING,
        EVENING.astimezone(timezone(timedelta(hours=1))),
        EVENING.astimezone(timezone(timedelta())),
        EVENING.astimezone(timezone(timedelta(hours=-11, minutes=-30))),
    ],
)
def test_a_time_is_told_in_utc_with_milliseconds_that_are_cut(at: datetime) -> None:
    assert rfc3339(at) == "2026-03-01T23:59:59.999Z"
