"""What an activity has to keep to, whatever its file says: what the notices promise and what goes together.

Pure. ``check`` tells each mistake as field and sentence; register.py adds file and row. Obligations: ids of
tests/obligations/promises.toml.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

from privacy.activity import Activity, Condition, Deletion, FieldKind, Form, Mode, Role
from privacy.closed_schema import LONGEST
from privacy.terms import Terms
from privacy.vocabulary import DataCategory

FILE = "homebase.file/1"  # a file in parts; its fields tell people what is in it
# forms with parts, which payload.py holds, and files; others are lists of fields
OTLP = "homebase.otlp/1"  # metrics as OpenTelemetry spells them; otlp.py
HISTORY = "homebase.history/1"  # days of chosen series, their values sealed; usage_history.py
SCHEMAS = frozenset({"homebase.diagnosis/1", FILE, OTLP, HISTORY})
_TOLD_BY_FIELDS = frozenset({None, FILE, HISTORY})  # whose fields tell people what is in it
_CONSENT, _EXPLICIT = "eu-gdpr:A6-1-a", "eu-gdpr:A6-1-a-explicit-consent"
_CONTRACT, _LAW, _INTEREST = "eu-gdpr:A6-1-b", "eu-gdpr:A6-1-c", "eu-gdpr:A6-1-f"
# the bases that each clause names (T2: Art. 12 and 7 (1); a deletion request of 6.6 fulfils Art. 17 (2), 19)
BASES = {
    "4": {_LAW},
    "6.1": {_INTEREST},
    "6.2": {_CONTRACT},
    "6.3": {_CONSENT, _CONTRACT},
    "6.4": {_CONTRACT},
    "6.5": {_CONSENT},
    "6.6": {_EXPLICIT, _CONTRACT, _LAW},
    "6.7": {_CONSENT},
    "6.8": {_CONSENT, _CONTRACT},
    "6.9": {_CONSENT},
    "6.10": {_CONSENT},
    "6.11": {_CONTRACT},
    "6.12": {_CONTRACT},
    "6.13": {_CONSENT},
    "6.14": {_CONTRACT},
    "7.1": {_CONTRACT},
    "T1": {_CONTRACT},
    "T2": {_LAW},
    "T3": {_CONSENT, _EXPLICIT},
    "T4": {_CONSENT, _INTEREST},
    "T5": {_EXPLICIT, _CONTRACT},
}
# terms that a clause of the notices itself promises; a row may be stricter, never laxer
LONGEST_DAYS = {"6.6": 14}
LONGEST_STORAGE_DAYS = {
    "6.1": 7,
    "6.6": 28,
    "T1": 89,
}  # T1: three months, of which February's are the shortest
LONGEST_OUTSIDE_DAYS = (
    181  # clause 6.15: "within six months after deregistration", March to August at the least
)
MOST_ANSWERS = 10  # of one figure: more of them tell more about one home than about all
LONGEST_CONSENT_DAYS = 365  # our own: whoever agreed for a year is asked again
_MARKETING = frozenset({"dpv:Advertising", "dpv:DirectMarketing"})
_SOLVENCY = "dpv:CustomerSolvencyMonitoring"
_ID = re.compile(r"[a-z][a-z_]{0,31}(\.[a-z][a-z_]{0,31}){0,2}")
Wrong = Callable[[str, str], None]


def check(row: Activity, terms: Terms, wrong: Wrong) -> None:
    """Tell each mistake of ``row`` to ``wrong``: its field, and what is wrong with it."""
    if not _ID.fullmatch(row.id):
        wrong("id", "not of the form diagnosis.remote")
    if row.purpose not in terms.purposes:
        wrong("purpose", f"{row.purpose!r} is no purpose of terms.toml")
    _check_unbuilt(row, wrong)
    _check_basis(row, terms, wrong)
    _check_categories(row, wrong)
    _check_condition(row, wrong)
    _check_forms(row, wrong)
    _check_storage(row, wrong)
    _check_payload(row, wrong)
    _check_encrypted(row, wrong)
    _check_metrics(row, wrong)


def _check_basis(row: Activity, terms: Terms, wrong: Wrong) -> None:
    allowed = BASES.get(row.clause)
    if allowed is None:
        wrong("clause", f"{row.clause!r}; allowed are {', '.join(BASES)}")
    elif row.basis not in allowed or row.basis not in terms.bases:
        wrong("basis", f"{row.basis!r}; clause {row.clause} allows {', '.join(sorted(allowed))}")
    if (row.source == "iot-2026") != row.clause.startswith("T"):
        wrong("source", "iot-2026 goes with the clauses T1 to T5, qivicon-2018 with all others")
    if (row.basis == _INTEREST) != (row.interest is not None):
        wrong("interest", f"stands exactly where the basis is {_INTEREST}: the interest is named")


def _check_categories(row: Activity, wrong: Wrong) -> None:
    if not row.categories:
        wrong("categories", "empty; name what is moved or kept")
    if row.leaves_house and DataCategory.ACCESS_LOG in row.categories:
        wrong("categories", "access_log never leaves the house (clause 6.1)")
    if DataCategory.BACKUP in row.categories and row.clause != "6.5":
        wrong("categories", "backup is for restoring only, so it stands in clause 6.5 alone")
    explicit = row.basis == _EXPLICIT and row.condition is Condition.CONSENT
    if DataCategory.AUDIO in row.categories and not explicit:
        wrong("categories", f"audio needs the basis {_EXPLICIT} and the condition consent (T5)")
    if DataCategory.SUMMARY in row.categories and row.forms != {Form.ONCE}:
        wrong("forms", "a summary is a draft: each is confirmed by itself, so the one form is once (T5)")
    if row.purpose in _MARKETING and not (row.id.startswith("advertising") and _asked(row)):
        wrong("purpose", f"{row.purpose} stands in advertising only, with a consent of its own (T4)")
    if row.id.startswith("advertising") and row.purpose not in _MARKETING:
        wrong("purpose", f"advertising is for {', '.join(sorted(_MARKETING))} and nothing else")
    if row.purpose == _SOLVENCY and not (_asked(row) and row.basis in {_CONSENT, _EXPLICIT}):
        wrong("purpose", f"{row.purpose} needs a consent; this home takes part in no risk check (T3)")


def _check_unbuilt(row: Activity, wrong: Wrong) -> None:
    """What can't be had says why."""
    if row.built == (row.unbuilt is not None):
        wrong("unbuilt", "stands exactly where built is false: why it can't be had")


def _asked(row: Activity) -> bool:
    return row.condition is Condition.CONSENT


def _check_condition(row: Activity, wrong: Wrong) -> None:
    """Everything that leaves waits for the owner, whatever the notice's own basis is."""
    inside = row.condition in {Condition.STAYS_HOME, Condition.CONSOLE_ACT}
    if inside == row.leaves_house:
        wrong("condition", "stays_home and console_act go with the mode local, and only with it")
    if row.condition is Condition.TRANSFER and row.categories != {DataCategory.CONSENT_RECORD}:
        wrong("condition", "without a consent nothing goes to an earlier recipient but a consent_record")
    if row.condition is Condition.OWNER_ENTRY and row.roles != {Role.OWN}:
        wrong("condition", "an owner's entry is for the owner's own devices: the one role is own")
    if row.leaves_house and not row.roles:
        wrong("roles", "empty; name who may receive it")
    if (Role.AUTHORITY in row.roles) != (row.condition is Condition.CONSOLE_ACT):
        wrong("roles", "an authority gets something by an act at the console only (clause 4)")
    if row.condition is Condition.STAYS_HOME and row.roles:
        wrong("roles", "what stays at home has no recipient")
    if row.leaves_house != (row.bytes_per_day > 0):
        wrong("bytes_per_day", "what leaves has a daily amount, what stays has 0")
    if row.clause == "6.8" and row.mode is Mode.DELIVERED and not row.eea_only:
        wrong("eea_only", "clause 6.8: images are stored in Germany or the EU only")


def _check_forms(row: Activity, wrong: Wrong) -> None:
    if _asked(row) != bool(row.forms):
        wrong("forms", "a consent names its forms, anything else has none")
    if (Form.UNTIL in row.forms) != (row.longest is not None):
        wrong("longest_days", "stands exactly where the form until is allowed")
    limit = LONGEST_DAYS.get(row.clause, LONGEST_CONSENT_DAYS)
    if row.longest is not None and row.longest > timedelta(days=limit):
        wrong("longest_days", f"{row.longest.days}; clause {row.clause} allows {limit} at most")
    if row.clause in LONGEST_DAYS and Form.STANDING in row.forms:
        wrong("forms", f"clause {row.clause} allows no consent without an end")
    of_a_ticket = row.basis == _EXPLICIT or row.condition is Condition.TRANSFER
    if row.needs_ticket != (row.clause == "6.6" and of_a_ticket):
        wrong("needs_ticket", "true exactly for diagnosis, and what is asked about it (clause 6.6)")


def _check_storage(row: Activity, wrong: Wrong) -> None:
    limit = LONGEST_STORAGE_DAYS.get(row.clause, LONGEST_OUTSIDE_DAYS if row.leaves_house else None)
    if limit is not None and (row.storage is None or row.storage > timedelta(days=limit)):
        wrong("storage_days", f"clause {row.clause} allows {limit} at most")
    if not row.delete_on:
        wrong("delete_on", "empty; name what ends the storage")
    if Deletion.AT_ONCE in row.delete_on and (row.storage != timedelta(0) or len(row.delete_on) > 1):
        wrong("delete_on", "at_once stands alone and goes with storage_days = 0")
    if row.storage == timedelta(0) and row.delete_on != {Deletion.AT_ONCE}:
        wrong("storage_days", "0 goes with delete_on at_once")
    if Deletion.TERM in row.delete_on and (row.storage is None or len(row.delete_on) > 1):
        wrong("delete_on", "term stands alone and needs storage_days")
    stored = row.leaves_house and row.storage != timedelta(0)
    if stored and row.basis in {_CONSENT, _EXPLICIT} and Deletion.WITHDRAWAL not in row.delete_on:
        wrong("delete_on", "what was agreed to ends with the withdrawal")
    if (Deletion.TICKET_CLOSED in row.delete_on) != (row.clause == "6.6"):
        wrong("delete_on", "ticket_closed stands exactly in clause 6.6")


def _check_payload(row: Activity, wrong: Wrong) -> None:
    """A closed schema where something is delivered: a form of payload.py, or the row's own fields."""
    if row.schema is not None and row.schema not in SCHEMAS:
        wrong("schema", f"{row.schema!r}; allowed are {', '.join(sorted(SCHEMAS))}")
    if (row.mode is Mode.DELIVERED) != (row.schema is not None or bool(row.fields)) and row.leaves_house:
        wrong("field", "what is delivered has a closed list of fields, or a schema; a stream has neither")
    if row.schema not in _TOLD_BY_FIELDS and row.fields:
        wrong("field", "stands beside a schema; one of the two")
    for number, field in enumerate(row.fields):
        if field.longest > LONGEST[field.kind]:
            wrong(
                f"field.{number}.longest", f"{field.longest}; {field.kind.value} allows {LONGEST[field.kind]}"
            )
        if field.kind is FieldKind.TEXT and field.longest > row.bytes_per_day > 0:
            wrong(
                f"field.{number}.longest", f"{field.longest}; more than the daily {row.bytes_per_day} bytes"
            )
    if len({field.name for field in row.fields}) != len(row.fields):
        wrong("field", "a name stands there twice")
    if row.fields and {field.category for field in row.fields} != row.categories:
        wrong("field", "their categories together are not those of the activity")
    grouped = frozenset[DataCategory]().union(*(group.categories for group in row.groups.values()))
    if row.groups and grouped != row.categories:
        wrong("groups", "their categories together are not those of the activity")


def _check_encrypted(row: Activity, wrong: Wrong) -> None:
    """What only its recipient may read is encrypted by the gate, whatever the hub says of its bytes."""
    if row.encrypted and row.mode is Mode.TUNNELLED:
        wrong("encrypted", "does not go with the mode tunnelled; a stream is encrypted by its two ends")
    if row.built and not row.encrypted and any(field.kind is FieldKind.SEALED for field in row.fields):
        wrong(
            "encrypted", "false; that bytes of the hub are encrypted is not to be seen, so the gate encrypts"
        )
    if row.schema == HISTORY and not (
        row.encrypted and row.clause == "6.10" and row.forms == {Form.STANDING}
    ):
        wrong("schema", "a history is sealed by the gate, of clause 6.10, with the one form standing")
    if row.schema == FILE and not row.encrypted:
        wrong("encrypted", "false; a file is not read by the gate, so nobody but its recipient may read it")
    if DataCategory.BACKUP in row.categories and not row.encrypted:
        wrong("encrypted", "false; a backup is read by nobody but whoever restores it (clause 6.5)")
    if row.built and not row.encrypted and row.clause == "6.6" and row.condition is Condition.CONSENT:
        wrong("encrypted", "false; what customer service gets is encrypted to its key (clause 6.6)")


def _check_metrics(row: Activity, wrong: Wrong) -> None:
    """Figures are few, coarse, each with its reason, and stand where a clause speaks of them."""
    if row.metrics and (row.clause not in {"6.12", "6.13"} or row.forms != {Form.STANDING}):
        wrong("metric", "stands in clauses 6.12 and 6.13 alone, with the one form standing")
    if row.built and row.clause in {"6.12", "6.13"} and not row.metrics:
        wrong("metric", "missing; clauses 6.12 and 6.13 have a closed list of figures")
    if (row.schema == OTLP) and not row.metrics:
        wrong("metric", "missing; the schema spells nothing else")
    for number, metric in enumerate(row.metrics):
        ascending = all(low < high for low, high in pairwise(metric.limits))
        if not (2 <= len(metric.limits) <= MOST_ANSWERS and metric.limits[0] == 0 and ascending):
            wrong(f"metric.{number}.from", f"not 2 to {MOST_ANSWERS} numbers that rise from 0")
    if len({metric.name for metric in row.metrics}) != len(row.metrics):
        wrong("metric", "a name stands there twice")
    if row.metrics and {metric.category for metric in row.metrics} != row.categories:
        wrong("metric", "their categories together are not those of the activity")
