"""The home's account: who it belongs to, and once a year the question whether that is still right.

Local alone: nothing here sends anything. The e-mail address is the gate's (privacy/gate/account), since it is
sent to; the password is that of the owner (access.py).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from privacy.ports import Clock

from .details import Details

REVIEW_EVERY: Final = timedelta(days=365)
FIELDS: Final = ("name", "postal_address", "customer_id")
REQUIRED: Final = ("name",)  # the postal address is welcome and never needed (clause 6.2)
_REVIEWED = "reviewed_at"
_CUSTOMER_ID = "customer_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountState:
    """What is known. missing: of REQUIRED; reviewed: when its data was last looked through."""

    values: Mapping[str, str]
    missing: tuple[str, ...]
    reviewed: datetime
    review_due: bool


class Account:
    """One per home. customer_id_is: told each one that is entered, empty: it was removed."""

    def __init__(self, details: Details, clock: Clock) -> None:
        self._details, self._clock = details, clock
        self.customer_id_is: Callable[[str], None] = lambda _: None

    async def read(self) -> AccountState:
        """All of it. The year until the first reminder counts from the first time that this is asked.

        Raises:
            StoreError: it can't be read.
        """
        found, now = dict(await self._details.all()), self._clock.now()
        reviewed = found.pop(_REVIEWED, "")
        if not reviewed:
            await self.review()
        at = datetime.fromisoformat(reviewed) if reviewed else now
        return AccountState(
            values=found,
            missing=tuple(field for field in REQUIRED if field not in found),
            reviewed=at,
            review_due=now - at >= REVIEW_EVERY,
        )

    async def change(self, changes: Mapping[str, str]) -> None:
        """Set fields of FIELDS; an empty value removes one.

        Raises:
            StoreError: nothing was changed.
        """
        await self._details.change(changes, self._clock.now())
        if _CUSTOMER_ID in changes:
            self.customer_id_is(changes[_CUSTOMER_ID])

    async def customer_id(self) -> str:
        """What the owner entered; empty: nothing.

        Raises:
            StoreError: it can't be read.
        """
        return (await self._details.all()).get(_CUSTOMER_ID, "")

    async def review(self) -> None:
        """The data was looked through: the reminder comes again in a year.

        Raises:
            StoreError: it comes again sooner.
        """
        now = self._clock.now()
        await self._details.change({_REVIEWED: now.isoformat()}, now)
