"""What the console may ask about phones: a claim, and the list of consents after a restore."""

from collections.abc import Mapping

import msgspec

from privacy.conversation import Declined, Handler, fields_as
from privacy.gate.phones.phones import Phones, told
from privacy.gate.storage.store import StoreError

Fields = Mapping[str, object]


class _Listed(msgspec.Struct, frozen=True):
    keep: list[str]


def table(phones: Phones) -> Mapping[str, Handler]:
    """The verbs ``phone.*`` and ``consent.confirm_list``; the hub's sockets don't know them."""

    async def claim(question: Fields) -> Fields:
        return {"text": phones.claim()}

    async def unconfirmed(question: Fields) -> Fields:
        return {"consents": [told(grant) for grant in phones.unconfirmed()]}

    async def confirm_list(question: Fields) -> Fields:
        keep = fields_as(question, _Listed).keep
        known = {grant.mark for grant in phones.unconfirmed()}
        for mark in keep:  # a slip of the pen would end what was meant to go on
            if mark not in known:
                raise Declined("unknown_consent", f"{mark[:64]!r} is not listed; see homebase phone confirm")
        try:
            return await phones.confirm_list(keep)
        except StoreError as error:
            raise Declined("ledger_not_writable", str(error)) from error

    return {
        "phone.claim": claim,
        "consent.unconfirmed": unconfirmed,
        "consent.confirm_list": confirm_list,
    }
