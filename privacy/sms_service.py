"""How one SMS service is spoken with, as ``[recipient.sms]`` in homebase.toml says: its request, its receipt.

Pure: settings in, requests out; answers in, what they say out. Worked settings: docs/notifications.md.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote, urlencode

from msgspec import Meta, Struct, field

from privacy import canonical

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
# why a message did not arrive, as [recipient.sms] reasons may name it; receipt_words.py has words for each
REASONS = frozenset({"unreachable", "unknown_number", "blocked", "expired", "credit", "refused"})
LONGEST_ID, LONGEST_WORD = 200, 40
MOST_LEAVES, DEEPEST = 32, 5
Pointer = Annotated[str, Meta(pattern=r"^((/([^/~\x00-\x1f\x7f]|~[01]){0,64}){1,8})?\Z")]
Word = Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f]{1,40}\Z")]
_OWN = frozenset({"host", "content-length", "content-type", "connection", "transfer-encoding", "accept"})
_BLANK = re.compile(r"\{(to|digits|from|text)\}")


def _plain() -> dict[str, object]:
    return {"from": "{from}", "text": "{text}", "to": "{to}"}


class SmsService(Struct, frozen=True, forbid_unknown_fields=True):
    """The settings. request: fields of the body, with {to}, {digits} (without "+"), {from}, {text} in it.

    form: the body is a form instead of JSON; header: one with {secret} in it, in the place of Authorization.
    id: JSON pointer (RFC 6901) to the service's id of the message in its answer; status: path and query that
    tell what became of {id}. In that answer: state and reason are pointers; delivered and failed are words
    of state, all others mean not yet; reasons: which of REASONS a word of reason or state is.
    """

    request: dict[str, object] = field(default_factory=_plain)
    form: bool = False
    header: Annotated[str, Meta(pattern=r"^([A-Za-z][A-Za-z0-9-]{0,39}: [!-~ ]{0,80})?\Z")] = ""
    id: Pointer = ""
    status: Annotated[str, Meta(pattern=r"^(/([A-Za-z0-9._~@/?&=:,+{}-]|%[0-9A-F]{2}){1,300})?\Z")] = ""
    state: Pointer = ""
    delivered: list[Word] = []
    failed: list[Word] = []
    reason: Pointer = ""
    reasons: dict[Word, str] = {}

    @property
    def tells(self) -> bool:
        """Whether it can be asked what became of a message."""
        return self.status != ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a receipt says. arrived: None: not known yet; why: a code of receipt_words.py and the own word."""

    arrived: bool | None
    why: str = ""


NOT_YET = Said(arrived=None)


def mistakes(row: SmsService) -> Iterator[str]:
    """What does not fit together."""
    leaves = list(_leaves(row.request))
    text = " ".join(str(leaf) for leaf in leaves)
    if "{text}" not in text or ("{to}" not in text and "{digits}" not in text):
        yield 'sms.request needs "{text}", and "{to}" or "{digits}"'
    if len(leaves) > MOST_LEAVES or _depth(row.request) > DEEPEST:
        yield f"sms.request: at most {MOST_LEAVES} values, {DEEPEST} levels deep"
    if any(not isinstance(leaf, str | int) for leaf in leaves):
        yield "sms.request: allowed are texts, whole numbers, true and false"
    if row.form and _depth(row.request) > 1:
        yield "sms.request: a form has no lists and no tables in it; leave form out for JSON"
    if row.header and (row.header.count("{secret}") != 1 or _head(row.header) in _OWN):
        yield 'sms.header = a name and a value with "{secret}" once, such as "X-Api-Key: {secret}"'
    if row.status and re.sub(r"\{id\}", "", row.status, count=1).count("{") + row.status.count("{id}") != 1:
        yield 'sms.status needs "{id}" once and no other braces'
    if row.status and not (row.id and row.state and row.delivered):
        yield "sms.status goes with sms.id, sms.state and sms.delivered"
    if both := {_folded(one) for one in row.delivered} & {_folded(one) for one in row.failed}:
        yield f"sms.delivered and sms.failed both have {', '.join(sorted(both))}"
    if unknown := set(row.reasons.values()) - REASONS:
        named = ", ".join(map(repr, sorted(unknown)))
        yield f"sms.reasons: {named}; allowed are {', '.join(sorted(REASONS))}"


# there


def body(row: SmsService, *, to: str, sender: str, text: str) -> tuple[bytes, str]:
    """The request's body and its media type."""
    words = {"to": to, "digits": to.removeprefix("+"), "from": sender, "text": text}
    filled = _filled(row.request, words)
    assert isinstance(filled, dict)
    if row.form:
        return urlencode({key: _spelled(value) for key, value in filled.items()}).encode(), FORM
    return canonical.encode(filled), JSON


def status_path(row: SmsService, number: str) -> str:
    """Where to ask about the message that the service calls so."""
    return row.status.replace("{id}", quote(number, safe=""))


# and back; what a service writes is foreign


def id_in(row: SmsService, answer: bytes) -> str | None:
    """The service's id of a message, from its answer to the request; None: there is none that can be used."""
    found = _text(_at(_read(answer), row.id))
    fits = found.isprintable() and 0 < len(found) <= LONGEST_ID and found.strip(".") != ""
    return found if fits else None


def said(row: SmsService, answer: bytes) -> Said:
    """What the service says became of a message."""
    told = _read(answer)
    state = _text(_at(told, row.state))
    if _folded(state) in map(_folded, row.delivered):
        return Said(arrived=True)
    if _folded(state) not in map(_folded, row.failed):
        return NOT_YET
    reason = _text(_at(told, row.reason)) if row.reason else ""
    codes = {_folded(word): code for word, code in row.reasons.items()}
    code = codes.get(_folded(reason)) or codes.get(_folded(state)) or "failed"
    own = "".join(letter for letter in reason or state if letter.isprintable())[:LONGEST_WORD]
    return Said(arrived=False, why=f"receipt_{code} {own}".strip())


def _head(line: str) -> str:
    return line.partition(":")[0].lower()


def _read(answer: bytes) -> object:
    try:
        return json.loads(answer)
    except (ValueError, RecursionError):
        return None


def _at(told: object, pointer: str) -> object:
    for step in pointer.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        if isinstance(told, dict):
            told = told.get(key)
        elif isinstance(told, list) and key.isascii() and key.isdigit() and int(key[:6]) < len(told):
            told = told[int(key[:6])]
        else:
            return None
    return told


def _text(value: object) -> str:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _folded(word: str) -> str:
    return word.strip().casefold()


def _spelled(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _filled(shape: object, words: Mapping[str, str]) -> canonical.Json:
    match shape:
        case dict():
            return {str(key): _filled(value, words) for key, value in shape.items()}
        case list():
            return [_filled(value, words) for value in shape]
        case str():
            return _BLANK.sub(lambda found: words[found[1]], shape)
        case bool() | int():
            return shape
        case _:
            raise ValueError(shape)  # mistakes() said so


def _inside(shape: object) -> Sequence[object] | None:
    if isinstance(shape, dict):
        return list(shape.values())
    return shape if isinstance(shape, list) else None


def _leaves(shape: object) -> Iterator[object]:
    inside = _inside(shape)
    if inside is None:
        yield shape
    for one in inside or ():
        yield from _leaves(one)


def _depth(shape: object) -> int:
    inside = _inside(shape)
    return 0 if inside is None else 1 + max(map(_depth, inside), default=0)
