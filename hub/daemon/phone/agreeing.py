"""A reference phone and the gate: what it signs, and what it believes, through a hub that carries both. I/O.

It believes what the gate signed over its own nonce, with the key of its code, and nothing else.
Source: docs/protocols/gate.md, "Signed answers", "Keys", "Later phones" and "Statements".
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NoReturn

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hub.home.phones import phone_id
from hub.remote.noise import public_key
from hub.remote.words import words as words_of
from privacy import attest, base64url, canonical, jws
from privacy.keys import claim_mac
from privacy.offers import fingerprint
from privacy.payload import timestamp
from privacy.ports import Clock, RandomBytes
from privacy.statements import moment

from ..command_line import EXIT_IO, EXIT_PERMISSION, EXIT_USAGE, CommandFailed
from ..speech import language, phrase
from .connection import Connection
from .keys import PhoneKeys

NOT_CONFIRMED = (
    "not confirmed: the gate did not sign that; take it as not done. At the console: homebase consent"
)
NO_SUCH_WORDS = (
    "no phone offers a key with these words; run homebase phone offer there once more and read them again: if"
    " they differ, somebody is in between, and you name nothing"
)
LOOK_S = 2.0  # between two looks whether our key was named
Told = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """An offered key, as people compare it."""

    words: tuple[str, ...]
    expires_in_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is agreed to. days: None for good; groups: empty where the activity has none."""

    activity: str
    recipient: str
    groups: Sequence[str] = ()
    ticket: str = ""
    days: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreeing:
    """One paired phone in a session. keys: its own, and the gate's."""

    home: Connection
    keys: PhoneKeys
    clock: Clock
    random_bytes: RandomBytes

    # keys

    async def enrol(self, claim: bytes) -> Told:
        """Show that we read the code; our key may agree from then on."""
        nonce, point, session = self._nonce(), self._point, public_key(self.keys.private)
        body = {
            "grant_key": base64url.encode(point),
            "session_key": base64url.encode(session),
            "mac": base64url.encode(claim_mac(claim, point, session, nonce)),
        }
        return _done(await self._believed("keys", "key", body, nonce))

    # later phones

    async def may_agree(self) -> bool | None:
        """Whether our key may agree; None: it does not count."""
        mine = [row for row in (await self.standing())["keys"] if row["key"] == jws.thumbprint(self._point)]
        return bool(mine[0]["may_grant"]) if mine else None

    async def offer(self) -> Offered:
        """Offer our key; nothing is opened by that."""
        body = {
            "grant_key": base64url.encode(self._point),
            "session_key": base64url.encode(public_key(self.keys.private)),
        }
        told = _done(await self._stated("homebase.key-offer/1", body))
        if told["key"] != jws.thumbprint(self._point):
            raise CommandFailed(phrase(NOT_CONFIRMED), EXIT_PERMISSION)
        return self._offered({**body, **told})

    async def named_within(self, seconds: float) -> bool:
        """Wait until an owner's phone lets our key agree; whether one did."""
        end_s = self.clock.monotonic() + seconds
        while not (may := await self.may_agree()) and self.clock.monotonic() < end_s:
            await self.clock.sleep(LOOK_S)
        return bool(may)

    async def name(self, words: Sequence[str], *, may_grant: bool) -> Told:
        """Let the key count whose six words somebody read on the later phone. Only an owner's key can."""
        offers = (await self._believed("offers", "offers", {}, self._nonce()))["offers"]
        found = [one for one in offers if self._offered(one).words == tuple(words)]
        if not found or found[0]["key"] != jws.thumbprint(jws.unbase64url(found[0]["grant_key"])):
            raise CommandFailed(phrase(NO_SUCH_WORDS), EXIT_USAGE)
        keys = {name: found[0][name] for name in ("grant_key", "offer", "session_key")}
        told = _done(await self._stated("homebase.key/1", {**keys, "may_grant": may_grant}))
        return {**told, "phone": phone_id(jws.unbase64url(keys["session_key"]))}

    def _offered(self, one: Told) -> Offered:
        point, session = (jws.unbase64url(one[name]) for name in ("grant_key", "session_key"))
        mark = fingerprint(self.keys.gate_key, point, session, one["offer"])
        return Offered(words=words_of(mark), expires_in_s=one["expires_in_s"])

    # consents

    async def standing(self) -> Told:
        """All that holds."""
        return await self._believed("standing", "standing", {}, self._nonce())

    async def withdraw(self, activity: str) -> Told:
        """Take back every consent of an activity; needs no key."""
        return await self._believed("withdrawals", "withdrawal", {"activity": activity}, self._nonce())

    async def grant(self, wanted: Wanted) -> Told:
        """Agree to what the gate shows of that activity, for its recipient."""
        shown = await self._page("/gate/v1/activities", f"lang={language()}")
        activity = _one(shown["activities"], "id", wanted.activity)
        recipient = _one(activity["recipients"], "name", wanted.recipient)
        groups = sorted(wanted.groups or (group["id"] for group in activity["groups"]))
        chosen = [_one(activity["groups"], "id", group)["categories"] for group in groups]
        categories = (
            [one for part in chosen for one in part] if activity["groups"] else activity["categories"]
        )
        asked = await self._believed("challenges", "challenge", {}, self._nonce())
        until = None
        if wanted.days is not None:  # counted from the earlier clock, so that neither lengthens it
            until = timestamp(min(self.clock.now(), moment(asked["at"])) + timedelta(days=wanted.days))
        members = {
            "activity": wanted.activity,
            "addressee": recipient["addressee"],
            "categories": sorted(set(categories)),
            "country": recipient["country"],
            "form": "standing" if until is None else "until",
            "groups": groups,
            "host": recipient["host"],
            "language": language(),
            "payload": None,
            "recipient": wanted.recipient,
            "text": activity["text_hash"],
            "ticket": wanted.ticket,
            "until": until,
        }
        return _done(await self._stated("homebase.grant/1", members, asked))

    # what is believed

    async def _believed(self, path: str, kind: str, body: Told, nonce: str) -> Told:
        text = json.dumps({"nonce": nonce, **body})
        content = await self._carried(
            "gate.act", {"path": f"/gate/v1/{path}", "query": f"lang={language()}", "body": text}
        )
        if not isinstance(content.get("signed"), dict):
            _refused(content)
        try:
            return attest.verify(content["signed"], kind, nonce, self.keys.gate_key)
        except (attest.NotTheGate, KeyError) as error:
            raise CommandFailed(phrase(NOT_CONFIRMED), EXIT_PERMISSION) from error

    async def _page(self, path: str, query: str) -> Any:
        nonce = self._nonce()
        query = f"{query}&nonce={nonce}"
        content = await self._carried("gate.read", {"path": path, "query": query})
        if not isinstance(content.get("signed"), dict):
            _refused(content)
        try:
            told = attest.verify(content["signed"], "page", nonce, self.keys.gate_key)
        except (attest.NotTheGate, KeyError) as error:
            raise CommandFailed(phrase(NOT_CONFIRMED), EXIT_PERMISSION) from error
        text = str(content.get("text")).encode()
        asked = hashlib.sha256(b"").hexdigest()
        if (told["path"], told["query"], told["asked"]) != (path, query, asked) or told[
            "sha256"
        ] != hashlib.sha256(text).hexdigest():
            raise CommandFailed(phrase(NOT_CONFIRMED), EXIT_PERMISSION)
        return json.loads(text)

    async def _carried(self, name: str, body: Told) -> dict[str, Any]:
        answer = await self.home.ask(name, body, self.random_bytes)
        told = json.loads(bytes(answer.body if answer.ok else answer.problem))
        if not answer.ok:
            _refused(told)
        content = json.loads(told["content"])
        return content if isinstance(content, dict) else {}

    # what is signed

    async def _stated(self, kind: str, members: Told, asked: Told | None = None) -> Told:
        """State it over a challenge; the gate's word on it."""
        asked = asked or await self._believed("challenges", "challenge", {}, self._nonce())
        said = {"type": kind, "challenge": asked["challenge"], "at": timestamp(self.clock.now()), **members}
        return await self._believed("statements", "statement", {"jws": self._signed(said)}, self._nonce())

    @property
    def _key(self) -> ec.EllipticCurvePrivateKey:
        return ec.derive_private_key(int.from_bytes(self.keys.grant), ec.SECP256R1())

    @property
    def _point(self) -> bytes:
        return self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def _signed(self, payload: Told) -> str:
        header = canonical.encode({"alg": "ES256", "kid": jws.thumbprint(self._point)})
        text = f"{base64url.encode(header)}.{base64url.encode(canonical.encode(dict(payload)))}"
        r, s = decode_dss_signature(self._key.sign(text.encode(), ec.ECDSA(SHA256())))
        return f"{text}.{base64url.encode(r.to_bytes(32) + s.to_bytes(32))}"

    def _nonce(self) -> str:
        return base64url.encode(self.random_bytes(16))


def new_grant_key() -> bytes:
    """The 32 bytes of a new P-256 key."""
    return ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value.to_bytes(32)


def _done(told: Told) -> Told:
    if told.get("done") is not True:
        raise CommandFailed(
            phrase("the gate refused ({reason}); homebase notice says more", reason=told.get("reason")),
            EXIT_PERMISSION,
        )
    return told


def _refused(problem: Told) -> NoReturn:
    said = str(problem.get("detail") or problem.get("title") or phrase("no answer")).rstrip(".")
    raise CommandFailed(f"{said}; {problem.get('way_out') or phrase('try again')}", EXIT_IO)


def _one(rows: Sequence[Told], key: str, wanted: str) -> Told:
    found = next((row for row in rows if row[key] == wanted), None)
    if found is None:
        allowed = ", ".join(str(row[key]) for row in rows) or phrase("none")
        raise CommandFailed(
            phrase("{wanted!r}: allowed is {allowed}", wanted=wanted, allowed=allowed), EXIT_USAGE
        )
    return found
