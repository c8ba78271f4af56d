"""What phones ask the gate by their session: the answers of /gate/v1/, carried by the hub.

The hub names the role, as it does for a browser's token, and passes both ways on; what a phone believes is
signed over its own nonce. So a hub that lies here can do what it could at the front: look, and close.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec

from privacy.conversation import Handler, fields_as
from privacy.gate.answers.api import Guarded, wrong_role
from privacy.gate.front.exchange import PHONE, PHONE_AWAY, Answer, Request, problem
from privacy.gate.front.german import spoken

Fields = Mapping[str, object]
Place = tuple[str, str]  # method and path


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheltered:
    """One of the gate's own answers, and the roles that it is for."""

    roles: frozenset[str]
    answer: Guarded


class _Asked(msgspec.Struct, frozen=True):
    """at_home: no relay is between; language: of refusals; session_key: of that phone, hex."""

    method: Literal["GET", "POST"]
    path: Annotated[str, msgspec.Meta(max_length=200)]
    query: Annotated[str, msgspec.Meta(max_length=4096)]
    body: str
    role: str
    language: Annotated[str, msgspec.Meta(max_length=8)]
    at_home: bool
    session_key: Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{64})?$")] = ""


def table(own: Mapping[Place, Sheltered]) -> Mapping[str, Handler]:
    """The question ``front.ask``; its answer is the status and the content, as text."""

    async def ask(question: Fields) -> Fields:
        asked = fields_as(question, _Asked)
        request = Request(
            method=asked.method,
            path=asked.path,
            query=asked.query,
            headers=(("accept-language", asked.language),),
            peer=PHONE if asked.at_home else PHONE_AWAY,
            body=asked.body.encode("utf-8", "surrogatepass"),
            session_key=bytes.fromhex(asked.session_key),
        )
        answer = spoken(request, await _answered(own.get((asked.method, asked.path)), request, asked.role))
        return {"status": answer.status, "content": answer.body.decode()}

    return {"front.ask": ask}


async def _answered(sheltered: Sheltered | None, request: Request, role: str) -> Answer:
    if sheltered is None:
        what = f"{request.method} {request.path[:80]} is not known"
        return problem(404, "not_found", what, way_out="update the app")
    if role not in sheltered.roles:
        return wrong_role(role, sheltered.roles)
    return await sheltered.answer(request, role)
