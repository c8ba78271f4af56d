"""What identifies the home's account in a session: a mark for each phone, made of a key and the customer ID.

A mark shows neither of the two, and is of no use to another phone. Pure.
Source: docs/protocols/remote.md, "Account".
"""

import hmac

from privacy import base64url

from .keys import hkdf

MARK_SIZE = 32


def mark_of(account_key: bytes, customer_id: str, phone_key: bytes) -> bytes:
    """The mark of an account, for one phone. customer_id: may be empty."""
    return hkdf(account_key, phone_key + customer_id.encode(), b"homebase/1 account", MARK_SIZE)


class AccountMarks:
    """The marks of one home. key: of its account, 32 random bytes."""

    def __init__(self, key: bytes, customer_id: str) -> None:
        self._key, self._customer_id = key, customer_id
        self._untold: set[bytes] = set()  # phones that were confirmed and have not shown their mark yet

    def mark(self, phone_key: bytes) -> bytes:
        """What that phone is told, and has to show."""
        return mark_of(self._key, self._customer_id, phone_key)

    def is_shown(self, phone_key: bytes, shown: str) -> bool:
        """Whether that phone showed its mark."""
        given = base64url.decode(shown) or b""
        return hmac.compare_digest(given, self.mark(phone_key))

    def confirmed(self, phone_key: bytes) -> None:
        """Somebody at home let that phone in: what it was told then may have been lost on its way."""
        self._untold.add(phone_key)

    def told(self, phone_key: bytes) -> None:
        """That phone has its mark, or is gone."""
        self._untold.discard(phone_key)

    def may_be_told(self, phone_key: bytes) -> bool:
        """Whether a relay may carry its mark to that phone."""
        return phone_key in self._untold

    def change(self, customer_id: str) -> bool:
        """The home has this customer ID; whether it is another one: all marks are others then."""
        if customer_id == self._customer_id:
            return False
        self._customer_id = customer_id
        self._untold.clear()
        return True
