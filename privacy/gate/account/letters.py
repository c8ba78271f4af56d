"""Letters of the owner to a company: what it is told about them, shown first, then agreed to as it was shown.

Read downwards: preview → give. Which activities, and which fields: the register. Where each field comes
from: outbox/owner_details.py.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from privacy import canonical
from privacy.consent import Wish
from privacy.delivered import ADDRESSED
from privacy.gate.door.door import Door, Given
from privacy.gate.outbox import owner_details
from privacy.gate.outbox.owner_details import Missing
from privacy.gate.storage import records
from privacy.gate.storage.records import Preview
from privacy.payload import LONGEST_KEPT
from privacy.recipients import Recipient
from privacy.register import Language
from privacy.standing import LEAVING

LETTERS = ("mail.product", "support.ticket", LEAVING)
ENTERED = {"support.ticket": frozenset({"description", "email", "serial"})}  # fields that people may write


class LetterRefused(Exception):
    """Not as it is asked. code: of the table in letter_words.py; activity: which letter."""

    def __init__(self, code: str, activity: str) -> None:
        super().__init__(code)
        self.code, self.activity = code, activity


class Letters:
    """One per door."""

    def __init__(self, door: Door) -> None:
        self.door, self._desk = door, door.desk

    def recipients(self, activity: str) -> Sequence[Recipient]:
        """Who is entered for it in homebase.toml, by name."""
        rows = sorted(self._desk.recipients.values(), key=lambda row: row.name)
        return [row for row in rows if activity in row.activities]

    async def preview(self, activity: str, entered: Mapping[str, str]) -> Preview:
        """Keep and return exactly what would be sent. entered: as owner_details.body's.

        Raises:
            LetterRefused: unknown_letter, nobody_entered, or what is missing, by its field.
            Refused: nothing of that kind may be sent.
            StoreError, ConversationLost, Declined: what is known can't be read.
        """
        self._check(activity)
        chosen = {key: text for key, text in entered.items() if key in ENTERED.get(activity, ())}
        try:
            body = await owner_details.body(self._desk, self.door.collect, activity, chosen)
        except Missing as error:
            code = "bad" if chosen.get(error.field) else "no"
            raise LetterRefused(f"{code}_{error.field}", activity) from error
        kept = self._desk.register.activities[activity].storage or timedelta(0)
        return await self.door.previews.own(activity, body, kept or LONGEST_KEPT)

    async def give(
        self,
        activity: str,
        preview: str,
        language: Language,
        recipient: str | None = None,
        country: str | None = None,
    ) -> Given:
        """Consent to the letter of that preview and send it; waits 20 s for the outcome. For the console.

        Raises:
            LetterRefused: unknown_letter, nobody_entered, which_recipient.
            Refused: it can't be given.
            StoreError: it could not be written, so it was not given.
        """
        rows = [row for row in self._check(activity) if recipient in {None, row.name}]
        if len(rows) != 1:
            raise LetterRefused("which_recipient", activity)
        shown = await self._desk.store.read(lambda tx: records.preview(tx, preview))
        row = self._desk.register.activities[activity]
        (form,) = row.forms
        wish = Wish(
            activity=activity,
            recipient=rows[0].name,
            form=form,
            groups=frozenset(),
            ticket="",
            language=language.value,
            addressee=rows[0].addressee_of(row) or _named(activity, shown),
            categories=row.categories,
            country=country,
        )
        return await self.door.give(wish, preview)

    def _check(self, activity: str) -> Sequence[Recipient]:
        if activity not in LETTERS:
            raise LetterRefused("unknown_letter", activity)
        if not (rows := self.recipients(activity)):
            raise LetterRefused("nobody_entered", activity)
        return rows


def _named(activity: str, shown: Preview | None) -> str:
    """Whom the payload itself names, where it is for somebody."""
    field, told = ADDRESSED.get(activity, ""), None if shown is None else canonical.decode(shown.body)
    return str(told.get(field, "")) if isinstance(told, dict) else ""
