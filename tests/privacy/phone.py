"""A phone as the tests use it: real keys, what it remembers, and what it believes. By the words of gate.md.

``ask`` is its way to the gate, which leads through the hub: a test may put a hostile one there.
"""

import base64
import hashlib
import hmac
import json
import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hub.remote.words import words
from privacy import attest, base64url, canonical, checkpoint, jws, merkle, offers
from privacy.payload import timestamp
from tests.privacy import house

Ask = Callable[[str, Mapping[str, Any]], Awaitable[tuple[int, Any]]]
"""Path below /gate/v1/ and body → status and JSON."""


class NotConfirmed(Exception):
    """What the app calls "not confirmed": no answer that the gate signed."""


class Refused(Exception):
    """The gate said no, under its signature; the code of its reason."""


class Red(Exception):
    """What turns the app red: the ledger is not the one that it was."""


def nonce() -> str:
    return base64url.encode(os.urandom(16))


@dataclass
class Phone:
    """gate: its public key, from the QR code. seen: size and root of the last checkpoint."""

    ask: Ask
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    session_key: bytes = field(default_factory=lambda: os.urandom(32))
    gate: bytes = b""
    clock: Callable[[], datetime] = lambda: house.START.astimezone(UTC)
    seen: tuple[int, bytes] | None = None
    withdrawn: list[str] = field(default_factory=list)

    @property
    def point(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @property
    def kid(self) -> str:
        return jws.thumbprint(self.point)

    # keys

    async def enrol(self, qr: str) -> Mapping[str, Any]:
        """Read the QR code and show the gate that it was read."""
        word, kind, version, gate, secret = qr.split(":")
        assert (word, kind, version) == ("homebase", "claim", "1")
        self.gate = jws.unbase64url(gate)
        mine = nonce()
        said = b"enrol" + self.point + self.session_key + mine.encode()
        mac = hmac.new(jws.unbase64url(secret), said, hashlib.sha256).digest()
        body = {
            "grant_key": base64url.encode(self.point),
            "session_key": base64url.encode(self.session_key),
            "mac": base64url.encode(mac),
        }
        return await self.believed("keys", "key", body, mine)

    # later phones

    @property
    def both_keys(self) -> dict[str, str]:
        return {"grant_key": base64url.encode(self.point), "session_key": base64url.encode(self.session_key)}

    async def offer(self) -> tuple[str, ...]:
        """Offer this phone's keys; the six words that it shows."""
        asked = await self.challenge()
        told = await self.state(self.sign(self.stated("key-offer", asked["challenge"], **self.both_keys)))
        if not told["done"]:
            raise Refused(told["reason"])
        if told["key"] != self.kid:
            raise NotConfirmed("another key was offered")
        return self.words(self.point, self.session_key, told["offer"])

    async def offers(self) -> dict[tuple[str, ...], Mapping[str, Any]]:
        """What is offered, by its six words."""
        found = {}
        for one in (await self.believed("offers", "offers", {}))["offers"]:
            point, session_key = (jws.unbase64url(one[name]) for name in ("grant_key", "session_key"))
            if one["key"] == jws.thumbprint(point):
                found[self.words(point, session_key, one["offer"])] = one
        return found

    async def name(self, shown: tuple[str, ...], *, may_grant: bool = True) -> Mapping[str, Any]:
        """Name the key whose words somebody reads on the later phone."""
        one = (await self.offers()).get(shown)
        if one is None:
            raise NotConfirmed("nothing with these words is offered")
        return await self.state(self.naming((await self.challenge())["challenge"], one, may_grant=may_grant))

    def naming(self, challenge: str, one: Mapping[str, Any], *, may_grant: bool = True) -> str:
        """The signed statement that names it."""
        members = {name: one[name] for name in ("grant_key", "offer", "session_key")}
        return self.sign(self.stated("key", challenge, may_grant=may_grant, **members))

    def words(self, point: bytes, session_key: bytes, offer: str) -> tuple[str, ...]:
        return words(offers.fingerprint(self.gate, point, session_key, offer))

    # questions

    async def believed(
        self, path: str, kind: str, body: Mapping[str, Any], mine: str | None = None
    ) -> Mapping[str, Any]:
        """Ask, and take only what the gate signed over this nonce."""
        mine = mine or nonce()
        _, content = await self.ask(path, {"nonce": mine, **body})
        try:
            return attest.verify(content["signed"], kind, mine, self.gate)
        except (KeyError, TypeError, attest.NotTheGate) as error:
            raise NotConfirmed(path) from error

    async def challenge(self) -> Mapping[str, Any]:
        return await self.believed("challenges", "challenge", {})

    async def look(self) -> None:
        """Check that the ledger only grew."""
        old = self.seen
        told = await self.believed("checkpoints", "checkpoint", {"old": old[0] if old else 0})
        origin = told["note"].split("\n")[0]
        state = checkpoint.verify(told["note"], origin, self.gate)
        if old is not None:
            steps = [base64.b64decode(step) for step in told["proof"]]
            if state.size < old[0] or not merkle.verify_consistency(
                old[0], state.size, steps, old[1], state.root
            ):
                raise Red
        self.seen = (state.size, state.root)

    async def recheck(self, kept: str) -> str:
        """What became of the ledger since that checkpoint, by a proof where the gate says that it grew."""
        told = await self.believed("witness", "witness", {"checkpoint": kept})
        now = checkpoint.verify(told["note"], checkpoint.origin_of(told["note"]), self.gate)
        if told["since"] == "grew":
            old = checkpoint.verify(kept, now.origin, self.gate)
            steps = [base64.b64decode(step) for step in told["proof"]]
            if not merkle.verify_consistency(old.size, now.size, steps, old.root, now.root):
                raise Red
        return str(told["since"])

    async def preview(self, **changes: Any) -> tuple[str, str]:
        """Text and hash of what would be sent; only if the gate signed that hash."""
        mine = nonce()
        asked = {"activity": house.ACTIVITY, "groups": ["system"], "ticket": "T-123", **changes}
        _, content = await self.ask("previews", {"nonce": mine, **asked})
        try:
            told = attest.verify(content["signed"], "preview", mine, self.gate)
        except (KeyError, attest.NotTheGate) as error:
            raise NotConfirmed("previews") from error
        sha = hashlib.sha256(content["text"].encode()).hexdigest()
        if sha != told["sha256"]:
            raise NotConfirmed("previews")
        return content["text"], sha

    async def withdraw(self, activity: str = house.ACTIVITY, **more: Any) -> Mapping[str, Any]:
        return await self.believed("withdrawals", "withdrawal", {"activity": activity, **more})

    # statements

    def sign(self, payload: Mapping[str, Any], kid: str | None = None) -> str:
        header = canonical.encode({"alg": "ES256", "kid": kid or self.kid})
        return self.sign_raw(header, canonical.encode(payload))

    def sign_raw(self, header: bytes, payload: bytes) -> str:
        signed = f"{base64url.encode(header)}.{base64url.encode(payload)}"
        r, s = decode_dss_signature(self.key.sign(signed.encode(), ec.ECDSA(SHA256())))
        return f"{signed}.{base64url.encode(r.to_bytes(32) + s.to_bytes(32))}"

    def yes(self, asked: str, **changes: Any) -> dict[str, Any]:
        """A grant's payload: until, three days, one group; as the app would make it."""
        return {
            "type": "homebase.grant/1",
            "challenge": asked,
            "at": timestamp(self.clock()),
            "activity": house.ACTIVITY,
            "addressee": house.SUPPORT_KEY,
            "categories": ["system"],
            "country": "DE",
            "form": "once",
            "groups": ["system"],
            "host": "support.example.org",
            "language": "de",
            "payload": house.SHA,
            "recipient": "support",
            "text": house.register().activities[house.ACTIVITY].text_hash,
            "ticket": "T-123",
            "until": None,
            **changes,
        }

    def stated(self, kind: str, challenge: str, /, **members: Any) -> dict[str, Any]:
        return {
            "type": f"homebase.{kind}/1",
            "challenge": challenge,
            "at": timestamp(self.clock()),
            **members,
        }

    async def state(self, text: str | Mapping[str, str]) -> Mapping[str, Any]:
        """Send a statement; the gate's signed word on it: done, or the reason why not."""
        return await self.believed("statements", "statement", {"jws": text})

    async def agree(self, **changes: Any) -> Mapping[str, Any]:
        """Ask for a challenge, sign, send."""
        asked = await self.challenge()
        return await self.state(self.sign(self.yes(asked["challenge"], **changes)))


def flattened(text: str) -> dict[str, str]:
    return dict(zip(("protected", "payload", "signature"), text.split("."), strict=True))


def parsed(text: str) -> Any:
    return json.loads(text)
