"""People's rights for the app, under /gate/v1/: looking at what is kept, and closing; never erasing."""

from collections.abc import Mapping
from urllib.parse import parse_qs

import msgspec

from privacy.gate.answers.api import Guarded
from privacy.gate.desk import Desk
from privacy.gate.front.exchange import Answer, Request, json_answer, problem
from privacy.gate.rights.rights import NOTE_LIMIT, RightsDesk
from privacy.gate.rights.rights_verbs import about, closed_json
from privacy.gate.storage.store import StoreError
from privacy.register import Language
from privacy.vocabulary import DataCategory


class _Objection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    activity: str
    reason: str = ""


class _Restriction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    category: DataCategory


def looking(rights: RightsDesk, desk: Desk) -> Mapping[tuple[str, str], Guarded]:
    """For owner and residents: what is kept, why, how long, for whom."""

    async def look(request: Request, role: str) -> Answer:
        wanted = parse_qs(request.query).get("lang", ["de"])[0]
        try:
            told = await about(rights, desk, Language.EN if wanted == "en" else Language.DE)
        except StoreError as error:
            return problem(503, "ledger_not_readable", str(error), way_out="homebase doctor says more")
        return json_answer(200, told)

    return {("GET", "/gate/v1/rights"): look}


def closing(rights: RightsDesk, desk: Desk) -> Mapping[tuple[str, str], Guarded]:
    """For the owner: objections and restrictions."""

    async def object_to(request: Request, role: str) -> Answer:
        try:
            asked = msgspec.json.decode(request.body, type=_Objection)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            return _bad(error)
        if desk.register.get(asked.activity) is None or len(asked.reason) > NOTE_LIMIT:
            allowed = f"an activity of the notice, a reason of at most {NOTE_LIMIT} characters"
            return problem(
                400, "bad_body", "activity or reason", way_out="correct the field", allowed=allowed
            )
        return json_answer(200, closed_json(await rights.object_to(asked.activity, asked.reason, "browser")))

    async def restrict(request: Request, role: str) -> Answer:
        try:
            asked = msgspec.json.decode(request.body, type=_Restriction)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            return _bad(error)
        return json_answer(200, closed_json(await rights.restrict(asked.category, "browser")))

    return {("POST", "/gate/v1/objections"): object_to, ("POST", "/gate/v1/restrictions"): restrict}


def _bad(error: Exception) -> Answer:
    return problem(400, "bad_body", str(error), way_out="correct the field")
