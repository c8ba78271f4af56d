"""What an activity has to keep to, whatever its file says: what the notices promise and what goes together.

Pure. ``check`` tells each mistake as field and sentence; register.py adds file and row.
"""

import re
from collections.abc import Callable
from datetime import timedelta

from privacy.activity import Activity, Condition, Form, Mode
from privacy.vocabulary import DataCategory

SCHEMAS = frozenset({"homebase.diagnosis/1"})  # payload.py holds them
# terms that a clause of the notice itself promises; a row may be stricter, never laxer
LONGEST_DAYS = {"6.6": 14}
LONGEST_STORAGE_DAYS = {"6.1": 7, "6.6": 28}
_ID = re.compile(r"[a-z][a-z_]{0,31}(\.[a-z][a-z_]{0,31}){0,2}")
_CLAUSE = re.compile(r"6\.\d{1,2}|T\d")
_BASES = frozenset(
    {"eu-gdpr:A6-1-a", "eu-gdpr:A6-1-a-explicit-consent"} | {f"eu-gdpr:A6-1-{x}" for x in "bcf"}
)
_EXPLICIT = "eu-gdpr:A6-1-a-explicit-consent"
Wrong = Callable[[str, str], None]


def check(row: Activity, wrong: Wrong) -> None:
    """Tell each mistake of ``row`` to ``wrong``: its field, and what is wrong with it."""
    if not _ID.fullmatch(row.id):
        wrong("id", "not of the form diagnosis.remote")
    if not _CLAUSE.fullmatch(row.clause):
        wrong("clause", f"{row.clause!r} is not of the form 6.6 or T4")
    if row.basis not in _BASES:
        wrong("basis", f"{row.basis!r}; allowed are {', '.join(sorted(_BASES))}")
    if not row.categories:
        wrong("categories", "empty; name what is moved or kept")
    if row.leaves_house and DataCategory.ACCESS_LOG in row.categories:
        wrong("categories", "access_log never leaves the house (clause 6.1)")
    if DataCategory.AUDIO in row.categories and (
        row.basis != _EXPLICIT or row.condition is not Condition.CONSENT
    ):
        wrong("categories", f"audio needs the basis {_EXPLICIT} and the condition consent")
    _check_terms(row, wrong)
    _check_built(row, wrong)


def _check_terms(row: Activity, wrong: Wrong) -> None:
    stays = row.condition is Condition.STAYS_HOME
    if stays == row.leaves_house:
        wrong("condition", "stays_home goes with the mode local, and only with it")
    if row.leaves_house and not row.roles:
        wrong("roles", "empty; name who may receive it")
    if (row.condition is Condition.CONSENT) != bool(row.forms):
        wrong("forms", "a consent names its forms, anything else has none")
    if (Form.UNTIL in row.forms) != (row.longest is not None):
        wrong("longest_days", "stands exactly where the form until is allowed")
    limit = LONGEST_DAYS.get(row.clause)
    if limit is not None and row.longest is not None and row.longest > timedelta(days=limit):
        wrong("longest_days", f"{row.longest.days}; clause {row.clause} allows {limit} at most")
    limit = LONGEST_STORAGE_DAYS.get(row.clause)
    if limit is not None and (row.storage is None or row.storage > timedelta(days=limit)):
        wrong("storage_days", f"clause {row.clause} allows {limit} at most")


def _check_built(row: Activity, wrong: Wrong) -> None:
    if row.built and row.mode is Mode.DELIVERED:
        if row.schema not in SCHEMAS:
            wrong("schema", f"{row.schema!r}; allowed are {', '.join(sorted(SCHEMAS))}")
        if row.bytes_per_day == 0:
            wrong("bytes_per_day", "0; a built delivery needs a budget")
    grouped = frozenset[DataCategory]().union(*(group.categories for group in row.groups.values()))
    if row.groups and grouped != row.categories:
        wrong("groups", "their categories together are not those of the activity")
