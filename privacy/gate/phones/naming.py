"""Later phones' keys at the gate: offered under their own signature, then named by an owner's phone.

What the hub in between could do, and why it can't: docs/protocols/gate.md, "Later phones".
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from math import ceil
from typing import NoReturn

from privacy import base64url, canonical, jws, keys
from privacy.gate.desk import Desk
from privacy.gate.door.refused import Refused
from privacy.gate.storage.store import StoreError
from privacy.keys import PhoneKey
from privacy.reasons import Reason
from privacy.statements import KeyStatement, OfferStatement

Told = dict[str, canonical.Json]
Keep = Callable[[PhoneKey], Awaitable[PhoneKey]]
Remove = Callable[[str, str], Awaitable[bool]]


class Naming:
    """One per door. keep: writes a key down and lets it count; remove: lets it count no more."""

    def __init__(self, desk: Desk, keep: Keep, remove: Remove) -> None:
        self._desk, self._keep, self._remove = desk, keep, remove

    async def offer(self, statement: jws.Statement, stated: OfferStatement, session_key: bytes) -> Told:
        """Keep the keys that a later phone offers. Nothing is opened by that.

        session_key: of the session that carried it, or empty. With another one the phone's removal, which is
        told by that key, would leave the key that it offers.

        Raises:
            Refused: not signed by the key that is offered, no open challenge, or too many offers.
        """
        key = _made(stated, may_grant=False, since=self._desk.time.instant().at, by=statement.kid)
        if session_key not in {b"", key.session_key}:
            raise Refused(
                Reason.BAD_STATEMENT, "session_key is not that of this session; pair the phone anew"
            )
        if key.kid != statement.kid or not jws.is_signed_by(statement, key.point):
            await self._refuse(Reason.BAD_SIGNATURE)
        at = self._desk.time.instant()
        if self._desk.challenges.take(stated.challenge, at) is None:
            await self._refuse(Reason.CHALLENGE_OVER)
        made = self._desk.offers.make(key.point, key.session_key, at)
        if made is None:
            await self._refuse(Reason.TOO_MANY_OFFERS)
        return {"key": made.kid, "offer": made.id, "expires_in_s": ceil(made.left_s(at))}

    async def name(self, stated: KeyStatement, by: str) -> Told:
        """Let the key that was offered and compared count, with these rights. by: the owner's key.

        Who names it again gets the same answer, and nothing changes.

        Raises:
            Refused: it is not what that offer offers, or the offer is over; or there are too many keys.
            StoreError: not written, so it does not count; the offer stays open.
        """
        at = self._desk.time.instant()
        key = _made(stated, may_grant=stated.may_grant, since=at.at, by=by)
        told: Told = {"key": key.kid, "may_grant": key.may_grant}
        known = self._desk.keys.get(key.kid)
        if known is not None and (known.session_key, known.may_grant) == (key.session_key, key.may_grant):
            return told
        offers = self._desk.offers
        if self._desk.keys.is_last_owner(key.kid) and not key.may_grant:
            await self._refuse(Reason.LAST_KEY)
        offer = offers.take(stated.offer, at)
        if offer is None:
            await self._refuse(Reason.NO_OFFER)
        if (offer.point, offer.session_key) != (key.point, key.session_key):
            offers.put_back(offer)
            await self._refuse(Reason.NO_OFFER)
        try:
            await self._keep(key)
        except (Refused, StoreError):
            offers.put_back(offer)
            raise
        if not offers.settle(offer):  # its phone was removed while it was written down
            await self._remove(key.kid, "removal")
            await self._refuse(Reason.NO_OFFER)
        return told

    def told(self) -> Told:
        """The open offers, as owners' phones are told of them."""
        at = self._desk.time.instant()
        return {
            "offers": [
                {
                    "offer": one.id,
                    "key": one.kid,
                    "grant_key": base64url.encode(one.point),
                    "session_key": base64url.encode(one.session_key),
                    "expires_in_s": ceil(one.left_s(at)),
                }
                for one in self._desk.offers.all(at)
            ]
        }

    async def _refuse(self, reason: Reason) -> NoReturn:
        await self._desk.refuse("", "", reason)
        raise Refused(reason)


def _made(stated: OfferStatement | KeyStatement, *, may_grant: bool, since: datetime, by: str) -> PhoneKey:
    try:
        return keys.make(
            jws.unbase64url(stated.grant_key),
            jws.unbase64url(stated.session_key),
            may_grant=may_grant,
            since=since,
            by=by,
        )
    except ValueError as error:
        raise Refused(Reason.BAD_STATEMENT, str(error)) from error
