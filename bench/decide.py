"""How long one decision takes in a house with a long history: 10,000 live grants, 100,000 withdrawn ones."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from bench.result import Figure, Result, percentile
from privacy import recipients
from privacy.consent import Grant, Wish, propose
from privacy.decide import EgressRequest, Permit, decide
from privacy.gate.desk import packaged_register
from privacy.instant import Instant
from privacy.reasons import Reason
from privacy.register import Form
from privacy.standing import Standing

GRANTS, WITHDRAWN, QUESTIONS = 10_000, 100_000, 20_000
BUDGET_US = 50.0
ACTIVITY = "diagnosis.remote"
START = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = "age12fqsencdlh8e3tzjf3c3e3yn0lwrm3nlv7dvpzyhvlxfgz9p6a4s9xrunz"
SUPPORT = {
    "name": "support",
    "role": "processor",
    "host": "support.example.org",
    "country": "DE",
    "activities": [ACTIVITY],
    "keys": [KEY],
}


def measure() -> Result:
    """Ask for one transfer after the other, each under another ticket."""
    register = packaged_register()
    known, _ = recipients.read([SUPPORT], register)
    activity = register.activities[ACTIVITY]
    at = Instant(wall=START, floor=START, running_s=0.0, sure=True)
    wish = Wish(
        activity=ACTIVITY,
        recipient="support",
        form=Form.UNTIL,
        groups=frozenset(activity.groups),
        ticket="T-0",
        language="en",
        term=timedelta(days=3),
        addressee=KEY,
    )
    first = propose(wish, register, known, at, 0)
    assert isinstance(first, Grant)
    standing = Standing()
    for number in range(WITHDRAWN):
        gone = replace(first, id=number, ticket=f"W-{number}")
        standing.give(gone)
        standing.end(gone, Reason.WITHDRAWN)
    for number in range(GRANTS):
        standing.give(replace(first, id=WITHDRAWN + number, ticket=f"T-{number}"))
    body = sha256(b"bundle").hexdigest()
    requests = [
        EgressRequest(
            activity=ACTIVITY,
            recipient="support",
            addressee=KEY,
            ticket=f"T-{number % GRANTS}",
            groups=first.groups,
            categories=first.categories,
            payload_sha256=body,
            size=1000,
        )
        for number in range(QUESTIONS)
    ]
    samples = []
    for request in requests:
        begin = time.perf_counter()
        verdict = decide(request, register, known, standing, at)
        samples.append((time.perf_counter() - begin) * 1e6)
        assert isinstance(verdict, Permit)
    return Result(
        name="decide",
        figures={
            "median": Figure(value=percentile(samples, 50), unit="µs", at_most=BUDGET_US),
            "p99": Figure(value=percentile(samples, 99), unit="µs", at_most=BUDGET_US),
        },
        conditions={"grants": GRANTS, "withdrawn": WITHDRAWN, "questions": QUESTIONS},
        samples={"microseconds": samples},
    )


if __name__ == "__main__":
    measure().print()
