"""A register with its recipients, and moments, as the privacy tests use them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

from privacy import recipients
from privacy.consent import Grant, Wish, propose
from privacy.decide import EgressRequest
from privacy.instant import Instant
from privacy.reasons import Reason
from privacy.recipients import Recipient
from privacy.register import Form, Register, load
from privacy.vocabulary import DataCategory
from tests.paths import ROOT

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
ACTIVITY = "diagnosis.remote"
GROUPS = frozenset({"system", "radio", "devices", "errors"})
SHA = "ab" * 32

# test keys of age, public and secret
SUPPORT_KEY = "age12fqsencdlh8e3tzjf3c3e3yn0lwrm3nlv7dvpzyhvlxfgz9p6a4s9xrunz"
SUPPORT_SECRET = "AGE-SECRET-KEY-1GWTKVJVE0RDF6GM6RL78V6XUZK6EA59RJNV82EQW4ZW9N89F007QQPH6N3"

SUPPORT = {
    "name": "support",
    "role": "processor",
    "host": "support.example.org",
    "country": "DE",
    "path": "/diagnosis",
    "activities": [ACTIVITY],
    "keys": [SUPPORT_KEY],
}
ABROAD = SUPPORT | {
    "name": "abroad",
    "host": "abroad.example.org",
    "country": "US",
    "safeguard": "SCC 2021/914",
}


@cache
def register() -> Register:
    return load({path.name: path.read_text() for path in (ROOT / "config" / "notice").glob("*.toml")})


@cache
def known() -> Mapping[str, Recipient]:
    found, mistakes = recipients.read([SUPPORT, ABROAD], register())
    assert not mistakes
    return found


def moment(after: timedelta = timedelta(0), *, sure: bool = True) -> Instant:
    return Instant(wall=START + after, floor=START, running_s=after.total_seconds(), sure=sure)


def wish(form: Form = Form.ONCE, **changes: object) -> Wish:
    plain = Wish(
        activity=ACTIVITY,
        recipient="support",
        form=form,
        groups=GROUPS,
        ticket="T-123",
        language="en",
        term=timedelta(days=3) if form is Form.UNTIL else None,
        payload_sha256=SHA,
        addressee=SUPPORT_KEY,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # fields by name, as the test spells them


def grant(form: Form = Form.ONCE, at: Instant | None = None, number: int = 1, **changes: object) -> Grant:
    given = propose(wish(form, **changes), register(), known(), at or moment(), number)
    assert not isinstance(given, Reason)
    return given


def register_with(activity: str, **changes: object) -> Register:
    """The register with one row changed, for flows that are not built yet."""
    row = replace(register().activities[activity], built=True, **changes)  # type: ignore[arg-type]
    return replace(register(), activities={**register().activities, activity: row})


def request(**changes: object) -> EgressRequest:
    plain = EgressRequest(
        activity=ACTIVITY,
        recipient="support",
        ticket="T-123",
        groups=GROUPS,
        categories=frozenset(
            {DataCategory.SYSTEM, DataCategory.RADIO, DataCategory.DEVICE, DataCategory.ERROR}
        ),
        payload_sha256=SHA,
        addressee=SUPPORT_KEY,
        size=1000,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # fields by name, as the test spells them


def propose_or_reason(form: Form, at: Instant, number: int, term: timedelta) -> Grant | Reason:
    return propose(wish(form, term=term), register(), known(), at, number)
