"""Operations on the account and the installation, for the owner. E-mail address and phones are the gate's."""

from msgspec import UNSET

from hub.home.errors import Refused
from hub.home.license import Flaw, License

from . import account_messages as messages
from .house import House
from .messages import Nothing
from .operation import Caller
from .translate import radio_message, rfc3339


async def read_account(house: House, _: Caller, __: Nothing) -> messages.AccountInfo:
    """The account, and what tells this Home Base from others."""
    return await _told(house)


async def change_account(house: House, caller: Caller, asked: messages.ChangeAccount) -> messages.AccountInfo:
    """Enter or change details of the account or the installation; the customer ID at home only."""
    given = {
        "name": asked.name,
        "postal_address": asked.postal_address,
        "customer_id": asked.customer_id,
    }
    place = {"name": asked.home, "serial": asked.serial, "timezone": asked.timezone}
    # what may be refused comes first
    if not caller.at_home and asked.customer_id is not UNSET:
        await _check_unchanged(house, asked.customer_id.strip())
    await house.installation.change(
        {key: value.strip() for key, value in place.items() if value is not UNSET}
    )
    await house.account.change({key: value.strip() for key, value in given.items() if value is not UNSET})
    return await _told(house)


async def _check_unchanged(house: House, customer_id: str) -> None:
    """Whoever changed it from afar would shut themselves out."""
    if customer_id != await house.account.customer_id():
        raise Refused("customer_id_at_home", field="customer_id")


async def review_account(house: House, _: Caller, __: Nothing) -> messages.AccountInfo:
    """The data is right: be reminded again in a year."""
    await house.account.review()
    return await _told(house)


async def set_license(house: House, _: Caller, asked: messages.SetLicense) -> messages.LicenseInfo:
    """Check a license, without any network, and keep it; one that does not count changes nothing."""
    return _license(await house.installation.set_license(asked.document))


async def remove_license(house: House, _: Caller, __: Nothing) -> None:
    """Forget the license."""
    await house.installation.remove_license()


async def _told(house: House) -> messages.AccountInfo:
    account, place = await house.account.read(), await house.installation.read()
    return messages.AccountInfo(
        name=account.values.get("name", ""),
        postal_address=account.values.get("postal_address", ""),
        customer_id=account.values.get("customer_id", ""),
        missing=account.missing,
        reviewed_at=rfc3339(account.reviewed),
        review_due=account.review_due,
        installation=messages.InstallationInfo(
            home_base_id=place.home_base_id,
            name=house.name,
            serial=place.serial,
            timezone=place.timezone,
            license=None if place.license is None else _license(place.license),
            radios={
                name: radio_message(status.radio)
                for name, status in house.board.statuses.items()
                if status.radio is not None
            },
        ),
    )


def _license(found: License | Flaw) -> messages.LicenseInfo:
    match found:
        case License():
            return messages.LicenseInfo(
                state="valid",
                id=found.id,
                customer=found.customer,
                product=found.product,
                expires_at=rfc3339(found.expires),
            )
        case _:
            return messages.LicenseInfo(state=found.value)
