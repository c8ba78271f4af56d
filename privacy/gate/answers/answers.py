"""The gate's answers about privacy for the app, under /gate/v1/: looking and closing, never opening.

What a phone signs, and what the gate signs for it, is phone_answers.py; here stands what the app's page
shows, and the withdrawal.
"""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from urllib.parse import parse_qs

import msgspec

from privacy import attest, canonical, home_day, notice
from privacy.consent import Grant
from privacy.conversation import ConversationLost, Declined
from privacy.gate.answers.api import Guarded
from privacy.gate.console.console_verbs import command, ledger_state
from privacy.gate.door import receipts, spelling
from privacy.gate.door.door import Door
from privacy.gate.door.refused import Refused
from privacy.gate.front.exchange import Answer, Request, json_answer, problem
from privacy.gate.storage import counts, records
from privacy.gate.storage.book import page
from privacy.gate.storage.store import StoreError, Transaction
from privacy.instant import Instant
from privacy.payload import timestamp
from privacy.reasons import Reason
from privacy.register import Activity, Language
from privacy.statements import Nonce

LEDGER_PAGE = 100
LARGEST = 2**63 - 1  # number that the store's file can hold
_STATES = ("active", "suspended", "used", "expired")  # of several consents, the first one tells
HOUSEHOLD = frozenset({"owner", "resident"})
_NOTICE = {
    Language.DE: "den Hinweis ansehen: homebase notice",
    Language.EN: "see the notice: homebase notice",
}
Fields = Mapping[str, object]


class _Previewed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    activity: str
    groups: list[str]
    ticket: str
    nonce: Nonce | None = None


class _Withdrawal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    activity: str
    recipient: str | None = None
    marks: list[str] | None = None  # of these consents only: a phone says again what it withdrew before
    nonce: Nonce | None = None


def table(door: Door, named_home: str = "") -> Mapping[tuple[str, str], Guarded]:
    """Method and path → answer; all are for owner and residents (HOUSEHOLD). named_home: as Start's."""
    return {
        ("GET", "/gate/v1/activities"): answering(door, _activities),
        ("POST", "/gate/v1/previews"): answering(door, partial(_preview, named_home)),
        ("POST", "/gate/v1/withdrawals"): answering(door, _withdraw),
        ("GET", "/gate/v1/ledger"): answering(door, _ledger),
        ("GET", "/gate/v1/notice"): answering(door, _notice),
        ("GET", "/gate/v1/receipts"): answering(door, _receipt),
    }


def refusal(door: Door, kind: str, nonce: str, language: Language, refused: Refused) -> Answer:
    """A refusal to a phone: the problem, and the same under the signature, or a hub could invent one."""
    text, way_out = refused.reason.text(language), refused.detail or _NOTICE[language]
    plain = problem(409, refused.reason.value, text, way_out=way_out)
    body: dict[str, canonical.Json] = {"done": False, "reason": refused.reason.value}
    signed = attest.sign(attest.Answer(kind=kind, nonce=nonce, body=body), door.desk.seed)
    content = {**json.loads(plain.body), "signed": signed}
    return replace(plain, body=json.dumps(content, ensure_ascii=False).encode())


def status(door: Door, fixed: Fields) -> Guarded:
    """GET /gate/v1/status, for every role: what is fixed, and the ledger's state."""

    async def answer(request: Request, role: str) -> Answer:
        try:
            ledger = await ledger_state(door)
        except StoreError as error:
            return problem(503, "ledger_not_readable", str(error), way_out="homebase doctor says more")
        return json_answer(200, {**fixed, "ledger": ledger})

    return answer


def answering(door: Door, verb: Callable[[Door, Request, Language], Awaitable[Answer]]) -> Guarded:
    """An endpoint whose refusals are problems, in the language that the query names."""

    async def answer(request: Request, role: str) -> Answer:
        wanted = parse_qs(request.query).get("lang", ["de"])[0]
        language = Language.EN if wanted == "en" else Language.DE
        try:
            return await verb(door, request, language)
        except msgspec.ValidationError as error:
            what, _, path = str(error).partition(" - at `$.")
            named = path.rstrip("`") or what.partition("field `")[2].rstrip("`")
            return problem(400, "bad_body", what, way_out="correct the field", field=named)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            return problem(400, "bad_body", str(error), way_out="send JSON")
        except Refused as refused:
            text = refused.reason.text(language)
            return problem(409, refused.reason.value, text, way_out=refused.detail or _NOTICE[language])
        except StoreError as error:
            return problem(503, "ledger_not_writable", str(error), way_out="free some disk space")
        except (ConversationLost, Declined) as error:
            return problem(503, "hub_away", str(error), way_out="try again when the home has started")

    return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counted:
    """What the store knows of activities, by their id. ended: why the newest consent that is over ended.

    refused: refusals of the home's day; spent: bytes of a day by recipient.
    """

    refused: Mapping[str, int]
    ended: Mapping[str, Reason]
    last: Mapping[str, records.Sent]
    spent: Mapping[str, Mapping[str, int]]


async def _activities(door: Door, request: Request, language: Language) -> Answer:
    desk = door.desk
    at = desk.time.instant()
    began = home_day.began(at.at, door.zone)

    def job(tx: Transaction) -> _Counted:
        return _Counted(
            refused=counts.refused_since(tx, began),
            ended={grant.activity: reason for grant, reason in records.grants(tx) if reason is not None},
            last={name: row for name in desk.register.activities if (row := records.latest_sent(tx, name))},
            spent=counts.spent_since(tx, began),
        )

    counted = await desk.store.read(job)
    rows, refused = notice.in_order(desk.register), counted.refused
    return json_answer(
        200,
        {
            "activities": [
                {
                    **notice.activity_json(row, desk.recipients.values(), language),
                    **_standing(door, row, counted, at),
                }
                for row in rows
            ],
            "clock_sure": at.sure,
            "day_began": timestamp(began),
            "timezone": str(door.zone),
            "refused_elsewhere": sum(refused.values()) - sum(refused.get(row.id, 0) for row in rows),
        },
    )


def _standing(door: Door, row: Activity, counted: _Counted, at: Instant) -> Fields:
    """What holds of an activity now, and what became of it today."""
    live = (grant for grant in door.desk.standing.live() if grant.activity == row.id)
    given = sorted(live, key=lambda one: one.id)
    shut = door.desk.standing.closed(row, frozenset())
    today = counted.spent.get(row.id, {})
    return {
        "state": _state(door, row, given, counted.ended.get(row.id), at),
        "grants": [{**spelling.grant(grant), "state": spelling.state(grant, at)} for grant in given],
        "last_transfer": _last(counted.last.get(row.id)),
        "closed": None if shut is None else shut.value,
        "refused_today": counted.refused.get(row.id, 0),
        "today": [{"recipient": name, "bytes": count} for name, count in today.items()],
    }


def _state(door: Door, row: Activity, given: Sequence[Grant], ended: Reason | None, at: Instant) -> str:
    """In one word: by its consents, by an entry of homebase.toml, or by how its last consent ended."""
    if given:
        return min((spelling.state(grant, at) for grant in given), key=_STATES.index)
    if row.id in door.desk.register.by_entry():
        if row.id in door.desk.struck:
            return "withdrawn"
        return "active" if door.ways.stick or door.tunnels.devices else "off"
    return "off" if ended is None else spelling.ended(ended)


def _last(sent: records.Sent | None) -> Fields | None:
    if sent is None:
        return None
    return {
        "at": spelling.sent(sent)["at"],
        "bytes": len(sent.body),
        "result": sent.result,
        "refused": sent.refused,
        "recipient": sent.recipient,
    }


async def _preview(named_home: str, door: Door, request: Request, language: Language) -> Answer:
    asked = msgspec.json.decode(request.body, type=_Previewed)
    try:
        shown = await door.previews.preview(asked.activity, frozenset(asked.groups), asked.ticket)
    except Refused as refused:
        if asked.nonce is None:
            raise
        return refusal(door, "preview", asked.nonce, language, refused)
    line = command(shown.activity, shown.ticket, shown.id, named_home)
    told = spelling.preview(shown)
    return json_answer(200, {**told, "command": line, **_signed(door, "preview", asked.nonce, told)})


async def _withdraw(door: Door, request: Request, language: Language) -> Answer:
    asked = msgspec.json.decode(request.body, type=_Withdrawal)
    if door.desk.register.get(asked.activity) is None:
        raise Refused(Reason.UNKNOWN_ACTIVITY)
    marks = None if asked.marks is None else frozenset(asked.marks)
    done = await door.withdrawing.withdraw(asked.activity, asked.recipient, via="browser", marks=marks)
    told: Fields = {"activity": asked.activity, "recipient": asked.recipient, **spelling.withdrawn(done)}
    return json_answer(200, {**told, **_signed(door, "withdrawal", asked.nonce, told)})


def _signed(door: Door, kind: str, nonce: str | None, told: Fields) -> Fields:
    """The same signed, for a phone that gave its nonce; a long text stands beside it, by its hash."""
    if nonce is None:
        return {}
    body = {name: canonical.checked(value) for name, value in told.items() if name != "text"}
    return {"signed": attest.sign(attest.Answer(kind=kind, nonce=nonce, body=body), door.desk.seed)}


async def _notice(door: Door, request: Request, language: Language) -> Answer:
    return json_answer(200, notice.as_json(door.desk.register, door.desk.recipients.values(), language))


async def _receipt(door: Door, request: Request, language: Language) -> Answer:
    asked = parse_qs(request.query).get("consent", [""])[0]
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 16 else 0
    found = await receipts.receipt_of(door.desk, number)
    if found is None:
        return problem(
            404, "unknown_consent", f"there is no consent {number}", way_out="see the list of consents"
        )
    return json_answer(200, found)


async def _ledger(door: Door, request: Request, language: Language) -> Answer:
    asked = parse_qs(request.query)
    try:
        after, limit = int(asked.get("after", ["-1"])[0]), int(asked.get("limit", ["50"])[0])
        if abs(after) > LARGEST:
            raise ValueError
    except ValueError:
        return problem(
            400,
            "bad_query",
            "after and limit are whole numbers",
            way_out="correct the query",
            allowed=f"up to {LARGEST}",
        )
    rows = await door.desk.store.read(lambda tx: page(tx, after, max(1, min(limit, LEDGER_PAGE))))
    return json_answer(200, {**await ledger_state(door), "entries": [spelling.entry(row) for row in rows]})
