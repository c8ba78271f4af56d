"""What crosses the edge about the account and the installation: requests and answers, as JSON."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from .messages import Answer, RadioHardware, Request, Time

_LINE = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]*$"
_LINES = r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]*$"
Line = Annotated[str, Meta(max_length=100, pattern=_LINE)]
Id = Annotated[str, Meta(max_length=40, pattern=_LINE)]
PostalAddress = Annotated[str, Meta(max_length=400, pattern=_LINES, description="several lines are fine")]


class ChangeAccount(Request):
    """Enter or change details; an empty text removes one, a missing field leaves it. All are optional.

    home: what the home is called, 1 to 64 characters; empty: as in homebase.toml. timezone: a name of the tz
    database, for example Europe/Berlin.
    """

    name: Line | UnsetType = UNSET
    postal_address: PostalAddress | UnsetType = UNSET
    customer_id: Id | UnsetType = UNSET
    home: Line | UnsetType = UNSET
    serial: Id | UnsetType = UNSET
    timezone: Annotated[str, Meta(max_length=64)] | UnsetType = UNSET


class SetLicense(Request):
    """Hand a license over: the whole signed text."""

    document: Annotated[str, Meta(min_length=1, max_length=4096)]


class LicenseInfo(Answer):
    """A license. state: valid, or why it does not count; then what it says is not told."""

    state: Literal[
        "valid",
        "license_form",
        "license_no_key",
        "license_foreign",
        "license_tampered",
        "license_other_home",
        "license_expired",
        "license_not_yet",
    ]
    id: str = ""
    customer: str = ""
    product: str = ""
    expires_at: Time | None = None


class InstallationInfo(Answer):
    """What tells this Home Base from others. name: of the home; radios: their hardware, by driver."""

    home_base_id: str
    name: str
    serial: str
    timezone: str
    license: LicenseInfo | None
    radios: dict[str, RadioHardware]


class AccountInfo(Answer):
    """The account. missing: fields that it needs and that are not entered; the postal address never is.

    review_due: a year has passed since reviewed_at.
    """

    name: str
    postal_address: str
    customer_id: str
    missing: tuple[str, ...]
    reviewed_at: Time
    review_due: bool
    installation: InstallationInfo
