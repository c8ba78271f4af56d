"""Pages of the gate for a phone that gives its nonce: the same JSON as text, the gate's signature beside.

What a hub in between might change (which page, which part of it, in which language, what was asked for)
stands under the signature too. Source: docs/protocols/gate.md, "Pages".
"""

from hashlib import sha256
from urllib.parse import parse_qs

from privacy import attest, canonical
from privacy.gate.answers.api import Guarded
from privacy.gate.front.exchange import Answer, Request, json_answer, problem

KIND = "page"


def vouched(endpoint: Guarded, seed: bytes) -> Guarded:
    """``endpoint``, signed where the query holds a nonce; refusals stay as they are. seed: the gate's."""

    async def answer(request: Request, role: str) -> Answer:
        nonce = parse_qs(request.query).get("nonce", [None])[0]
        if nonce is not None and not attest.is_nonce(nonce):
            return problem(
                400,
                "bad_query",
                "nonce is not one",
                way_out="correct the query",
                allowed="22 to 64 characters of base64url",
            )
        plain = await endpoint(request, role)
        if nonce is None or plain.status != 200 or plain.stream is not None:
            return plain
        body: dict[str, canonical.Json] = {
            "path": request.path,
            "query": request.query,
            "asked": sha256(request.body).hexdigest(),
            "sha256": sha256(plain.body).hexdigest(),
            "bytes": len(plain.body),
        }
        signed = attest.sign(attest.Answer(kind=KIND, nonce=nonce, body=body), seed)
        return json_answer(200, {"text": plain.body.decode(), "signed": signed})

    return answer
