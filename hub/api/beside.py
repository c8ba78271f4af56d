"""What phones ask by name beside the table of operations: the gate's own answers, and reasons in words.

The gate's are carried unread, as its front gives them to a browser: the phone believes what the gate signed.
Follows hub.remote.link.Home. Source: docs/protocols/remote.md, "The gate's answers".
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated

import msgspec

from hub.home.errors import Refused
from hub.home.roles import Role, Verb
from hub.operations import Caller, House, check_verb
from hub.operations.messages import Request
from privacy.client import GateDeclined, GateLost

from .by_name import ByName
from .problems import refusal_of_shape
from .reasons import reasons

READ, ACT, REASONS = "gate.read", "gate.act", "reasons.read"
MOST_BODY = 32_768  # characters; with its envelopes within the gate's limit of a question
AskGate = Callable[..., Awaitable[Mapping[str, object]]]
_ENCODER = msgspec.json.Encoder()


class ReadGate(Request):
    """A page of the gate. path: /gate/v1/…; query: without "?"."""

    path: Annotated[str, msgspec.Meta(max_length=200)]
    query: Annotated[str, msgspec.Meta(max_length=4096)] = ""


class ActAtGate(ReadGate):
    """A question or a statement to the gate. body: the text of its JSON, as it was signed over."""

    body: Annotated[str, msgspec.Meta(max_length=MOST_BODY)] = ""


class Beside:
    """One home's operations, and what is asked beside them. ask_gate: a question on control.sock."""

    def __init__(self, house: House, by_name: ByName, ask_gate: AskGate) -> None:
        self._house, self._by_name, self._ask_gate = house, by_name, ask_gate
        self.follow, self.refusal = by_name.follow, by_name.refusal
        self.streams, self.pour = by_name.streams, by_name.pour

    @property
    def name(self) -> str:
        """What its people call it."""
        return self._by_name.name

    @property
    def version(self) -> str:
        """The program's."""
        return self._by_name.version

    def changes(self, name: str) -> bool:
        """Whether asking that again might do it again."""
        return name == ACT or self._by_name.changes(name)

    async def answer(self, caller: Caller, name: str, body: bytes, language: str) -> bytes:
        """``{"ok":true,"body":…}`` or ``{"ok":false,"problem":…}``."""
        if name == REASONS:
            told: object = reasons(self._by_name.language_of(language))
            return b'{"ok":true,"body":%b}' % _ENCODER.encode(told)
        if name not in {READ, ACT}:
            return await self._by_name.answer(caller, name, body, language)
        try:
            return b'{"ok":true,"body":%b}' % _ENCODER.encode(await self._gate(caller, name, body, language))
        except Refused as refused:
            return self._by_name.refused(refused, language)

    async def _gate(self, caller: Caller, name: str, body: bytes, language: str) -> Mapping[str, object]:
        permit = check_verb(self._house, caller, Verb.SEE)  # which role sees what of it, the gate decides
        # its pages are about the whole home: whoever is limited to rooms gets what guests get
        role = permit.role if permit.rooms is None else Role.GUEST
        asked = _asked(name, body)
        fields = {"path": asked.path, "query": asked.query, "body": ""}
        if isinstance(asked, ActAtGate):
            fields["body"] = asked.body
        method = "POST" if name == ACT else "GET"
        try:
            told = await self._ask_gate(
                "front.ask",
                method=method,
                role=role.value,
                language=language,
                at_home=caller.at_home,
                session_key=caller.phone.hex(),
                **fields,
            )
        except (GateLost, GateDeclined) as error:
            raise Refused("gate_away") from error
        return {"status": told.get("status"), "content": told.get("content")}


def _asked(name: str, body: bytes) -> ReadGate:
    try:
        given: object = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise Refused("broken_json") from error
    try:
        return msgspec.convert(given, ActAtGate if name == ACT else ReadGate)
    except msgspec.ValidationError as error:
        raise refusal_of_shape(error, given if isinstance(given, dict) else {}) from error
