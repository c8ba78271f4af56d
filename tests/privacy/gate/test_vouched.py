"""Pages under the gate's signature: for this question alone, whatever a hub in between changes."""

import json
import re
from hashlib import sha256
from pathlib import Path

import pytest

from privacy import attest
from privacy.gate.answers import answers
from privacy.gate.answers.api import Guarded
from privacy.gate.answers.vouched import KIND, vouched
from privacy.gate.front.exchange import Answer, Request, problem
from privacy.reasons import Reason
from privacy.vocabulary import DataCategory
from tests.paths import ROOT
from tests.privacy.gate.at_the_door import opened

NONCE = "A" * 22


def request(query: str, body: bytes = b"", path: str = "/gate/v1/activities") -> Request:
    return Request(method="GET", path=path, query=query, headers=(), peer="127.0.0.1", body=body)


async def test_a_page_is_signed_with_its_path_its_query_and_what_was_asked(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        page = answers.table(door)["GET", "/gate/v1/activities"]
        plain = await page(request("lang=en"), "owner")
        signed = vouched(page, door.desk.seed)
        assert await signed(request("lang=en"), "owner") == plain
        query = f"lang=en&nonce={NONCE}"
        answer = json.loads((await signed(request(query, b"{}"), "owner")).body)
        body = attest.verify(answer["signed"], KIND, NONCE, door.desk.public_key)
    assert body == {
        "path": "/gate/v1/activities",
        "query": query,
        "asked": sha256(b"{}").hexdigest(),
        "sha256": sha256(answer["text"].encode()).hexdigest(),
        "bytes": len(answer["text"].encode()),
    }
    (row,) = (row for row in json.loads(answer["text"])["activities"] if row["id"] == "diagnosis.remote")
    assert row["groups"][0]["categories"]
    assert (row["today"], row["closed"]) == ([], None)


@pytest.mark.parametrize("nonce", ["short", "A" * 65, "%20" * 22], ids=["short", "long", "blanks"])
async def test_what_is_no_nonce_is_refused(tmp_path: Path, nonce: str) -> None:
    async with opened(tmp_path) as door:
        page = vouched(answers.table(door)["GET", "/gate/v1/activities"], door.desk.seed)
        answer = await page(request(f"nonce={nonce}"), "owner")
    assert (answer.status, json.loads(answer.body)["code"]) == (400, "bad_query")


async def test_a_refusal_stays_as_it_is() -> None:
    refused = problem(409, "no_consent", "no", way_out="agree")

    async def refuse(request: Request, role: str) -> Answer:
        return refused

    endpoint: Guarded = vouched(refuse, bytes(32))
    assert await endpoint(request(f"nonce={NONCE}"), "owner") is refused


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_app_has_words_for_each_reason_and_each_kind_of_data(language: str) -> None:
    text = (ROOT / "app" / "src" / "texts" / "privacy" / f"reasons_{language}.ts").read_text()
    words = dict(re.findall(r'^  "([^"]+)": "(.+)",$', text, re.MULTILINE))
    wanted = {f"refused.{reason.value}" for reason in Reason}
    wanted |= {f"category.{category.value}" for category in DataCategory}
    assert wanted <= words.keys()
    assert all(len(words[name]) >= 3 for name in wanted)
    known = wanted | {"refused.other", "refused.claim_unreadable"}
    assert words.keys() <= known, "words for what the gate never says"
