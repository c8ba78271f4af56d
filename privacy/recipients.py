"""The recipients that stand as ``[[recipient]]`` in homebase.toml, checked against the register.

Pure. A recipient is a name with one host; nothing is ever sent to a host that stands nowhere here.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from privacy import sealing, sms_service
from privacy.register import Activity, Register, Role
from privacy.sms_service import SmsService

# Members of the European Economic Area, agreement of 1994 as of 2020, in ISO 3166-1 codes
EEA = frozenset(
    {
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE"),
        *("IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK"),
    }
)
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
HOST = re.compile(rf"(?:{_LABEL}\.)+[A-Za-z](?:[A-Za-z0-9-]{{0,61}}[A-Za-z0-9])?")


class Transport(Enum):
    """How a recipient is spoken with. SMTP begins TLS by STARTTLS (RFC 3207), SMTPS at once (RFC 8314).

    MQTTS: MQTT 5 over TLS. WEBDAV, S3: places for copies, by HTTPS. MODEM: a GSM modem at this machine.
    """

    HTTPS = "https"
    SMTP = "smtp"
    SMTPS = "smtps"
    MQTTS = "mqtts"
    WEBDAV = "webdav"
    S3 = "s3"
    MODEM = "modem"


PORTS = {
    Transport.HTTPS: 443,
    Transport.SMTP: 587,
    Transport.SMTPS: 465,
    Transport.MQTTS: 8883,
    Transport.WEBDAV: 443,
    Transport.S3: 443,
    Transport.MODEM: 0,
}
AT_MODEM = "modem"  # in the place of a host
FAR = frozenset({Transport.WEBDAV, Transport.S3})  # places for copies: who is meant there is an account
TRANSPORTS = {  # of activities that are not spoken with by HTTPS alone
    "account.register": frozenset({Transport.SMTP, Transport.SMTPS}),
    "mail.send": frozenset({Transport.SMTP, Transport.SMTPS}),
    "sms.send": frozenset({Transport.HTTPS, Transport.MODEM}),
    "remote.access": frozenset({Transport.MQTTS}),
    "backup.cloud": FAR | {Transport.HTTPS},
    "backup.deletion": FAR,
}
_BY_HTTPS = frozenset({Transport.HTTPS})


class RecipientRow(Struct, frozen=True, forbid_unknown_fields=True):
    """``[[recipient]]`` as it is spelled. port: absent means the transport's; keys: of age.

    ca_file: PEM, absent means the system's store. bucket, region: of S3; bucket stands in the path.
    device: of a modem, in the place of a host. sms: how an SMS service is spoken with.
    """

    name: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{0,31}\Z")]
    role: str
    country: Annotated[str, Meta(pattern=r"^[A-Z]{2}\Z")]
    activities: Annotated[list[str], Meta(min_length=1)]
    host: Annotated[str, Meta(max_length=253)] = ""
    transport: Literal["https", "smtp", "smtps", "mqtts", "webdav", "s3", "modem"] = "https"
    device: Annotated[str, Meta(pattern=r"^(dummy:)?/[A-Za-z0-9._:/-]{1,200}\Z")] | None = None
    port: Annotated[int, Meta(ge=1, le=65535)] | None = None
    path: Annotated[str, Meta(pattern=r"^/([A-Za-z0-9._~@/-]|%[0-9A-F]{2}){0,200}\Z")] = "/"
    safeguard: Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f-\x9f]{1,200}\Z")] | None = None
    ca_file: Annotated[str, Meta(min_length=1)] | None = None
    keys: Annotated[list[str], Meta(min_length=1)] = []
    bucket: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\Z")] | None = None
    region: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,31}\Z")] | None = None
    sms: SmsService | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Whoever may get something. host: one exact name, lower case; safeguard: where outside the EEA.

    keys: what is encrypted to it is encrypted to all of these, and to nobody else.
    bucket: in the path, "" where the host names it; region: of S3. behind: of a place for copies, the account
    there and who can open them, "" while the gate does not know both.
    device: of a modem, whose host is AT_MODEM. sms: of an SMS service that homebase.toml says more of.
    """

    name: str
    role: Role
    host: str
    port: int
    path: str
    country: str
    safeguard: str | None
    ca_file: str | None
    activities: frozenset[str]
    keys: tuple[str, ...] = ()
    transport: Transport = Transport.HTTPS
    bucket: str = ""
    region: str = ""
    behind: str = ""
    device: str = ""
    sms: SmsService | None = field(default=None, hash=False)

    @property
    def is_far(self) -> bool:
        """Whether it is a place for copies."""
        return self.transport in FAR

    @property
    def place(self) -> str:
        """Its collection or bucket as a URL."""
        port = "" if self.port == PORTS[self.transport] else f":{self.port}"
        return f"https://{self.host}{port}{f'/{self.bucket}' if self.bucket else ''}{self.path}"

    @property
    def in_eea(self) -> bool:
        """Whether its country is a member of the EEA."""
        return self.country in EEA

    def addressee_of(self, activity: Activity) -> str | None:
        """Who is meant behind the host; None where whoever agrees says so."""
        if self.is_far:
            return self.behind
        return sealing.addressee(self.keys) if activity.encrypted else None


def read(rows: Sequence[object], register: Register) -> tuple[Mapping[str, Recipient], tuple[str, ...]]:
    """Return the recipients by name, and one line for each mistake (then nothing may start)."""
    found: dict[str, Recipient] = {}
    mistakes: list[str] = []
    for number, row in enumerate(rows):
        label = f"[[recipient]] {row['name'] if isinstance(row, dict) and 'name' in row else number + 1}"
        try:
            spelled = msgspec.convert(row, RecipientRow)
        except msgspec.ValidationError as error:
            mistakes.append(f"{label}: {_in_words(error)}")
            continue
        mistakes += [f"{label}: {mistake}" for mistake in _mistakes(spelled, register)]
        if spelled.name in found:
            mistakes.append(f"{label}: name stands there twice")
        if spelled.role in {role.value for role in Role}:
            found[spelled.name] = Recipient(
                name=spelled.name,
                role=Role(spelled.role),
                host=spelled.host.lower() if spelled.transport != AT_MODEM else AT_MODEM,
                port=spelled.port or PORTS[Transport(spelled.transport)],
                path=spelled.path,
                country=spelled.country,
                safeguard=spelled.safeguard,
                ca_file=spelled.ca_file,
                activities=frozenset(spelled.activities),
                keys=tuple(spelled.keys),
                transport=Transport(spelled.transport),
                bucket=spelled.bucket or "",
                region=spelled.region or "",
                device=spelled.device or "",
                sms=spelled.sms,
            )
    return found, tuple(mistakes)


_ALLOWED = {
    "name": 'a to z, 0 to 9 and "-", a letter first, at most 32',
    "country": "two capital letters, ISO 3166-1, for example DE",
    "port": "1 to 65535",
    "transport": '"https", "smtp", "smtps", "mqtts", "webdav", "s3" or "modem"',
    "device": "a path such as /dev/serial/by-id/usb-…",
    "bucket": '3 to 63 of a to z, 0 to 9, "." and "-"',
    "region": 'a to z, 0 to 9 and "-", as the service names it, such as eu-central-1',
    "path": 'a path that starts with "/"',
    "safeguard": "one line of 1 to 200 characters",
    "activities": "a list of names of the register",
    "keys": sealing.ALLOWED,
    "sms": "the keys of [recipient.sms] in docs/notifications.md",
    **dict.fromkeys(("sms.id", "sms.state", "sms.reason"), 'a JSON pointer such as "/messages/0/id"'),
    "sms.header": 'a header in ASCII with "{secret}" in it, such as "X-Api-Key: {secret}"',
    "sms.status": 'a path on the same host with "{id}" in it, such as "/status?id={id}"',
    **dict.fromkeys(("sms.delivered", "sms.failed"), "a list of words of 1 to 40 characters"),
    **dict.fromkeys(("sms.request", "sms.reasons"), 'a table such as { "to" = "{to}" }'),
    "sms.form": "true or false",
}


def _in_words(error: msgspec.ValidationError) -> str:
    """The key and what it may hold, without the regular expressions and types of a programmer."""
    what, _, place = str(error).partition(" - at `$.")
    key = place.rstrip("`").partition("[")[0]
    if key:
        return f"{key}: allowed is {_ALLOWED.get(key, 'text in quotes')}"
    return what.removeprefix("Object ").replace("`", "").replace("contains unknown field", "has no key")


def _mistakes_of_place(row: RecipientRow) -> list[str]:
    """Of a place for copies."""
    mistakes = []
    if row.transport != "s3" and (row.bucket or row.region):
        mistakes.append(f'bucket and region go with transport = "s3", not {row.transport!r}')
    if Transport(row.transport) in FAR and row.keys:
        mistakes.append("keys: copies of this home are encrypted to its recovery sheet alone; leave keys out")
    return mistakes


def _mistakes_of_host(row: RecipientRow) -> list[str]:
    mistakes = []
    if not HOST.fullmatch(row.host):
        mistakes.append(
            f"host = {row.host!r}; allowed is one full host name such as support.example.org,"
            " without http:// or https:// (always https), port, path or wildcard, and no address"
        )
    if row.device is not None:
        mistakes.append(f'device goes with transport = "modem", not {row.transport!r}')
    return mistakes


def _mistakes_of_modem(row: RecipientRow) -> list[str]:
    mistakes = []
    if row.device is None or ".." in row.device:
        mistakes.append("device is missing; it is the modem's path, best that of /dev/serial/by-id/")
    if row.host or row.port or row.path != "/" or row.ca_file:
        mistakes.append("host, port, path and ca_file go with a service in the network, not with a modem")
    return mistakes


def _mistakes_of_sms(row: RecipientRow) -> list[str]:
    if row.sms is None:
        return []
    fits = row.transport == "https" and "sms.send" in row.activities
    return [*([] if fits else ["sms goes with sms.send by https"]), *sms_service.mistakes(row.sms)]


def _mistakes(row: RecipientRow, register: Register) -> list[str]:
    mistakes = _mistakes_of_sms(row)
    roles = ", ".join(sorted(role.value for role in Role))
    if row.role not in {role.value for role in Role}:
        mistakes.append(f"role = {row.role!r}; allowed are {roles}")
    mistakes += _mistakes_of_modem(row) if row.transport == AT_MODEM else _mistakes_of_host(row)
    if row.country not in EEA and row.safeguard is None:
        mistakes.append(f"safeguard is missing; {row.country} is outside the EEA (Art. 44 ff. GDPR)")
    try:
        sealing.check_keys(row.keys)
    except sealing.NotAKey as error:
        mistakes.append(f"keys: {error}")
    mistakes += _mistakes_of_place(row)
    for name in row.activities:
        activity = register.get(name)
        if activity is None or not activity.leaves_house:
            mistakes.append(f"activities: {name!r} is no activity of the register that leaves the house")
            continue
        if row.role not in {role.value for role in activity.roles}:
            allowed = ", ".join(sorted(role.value for role in activity.roles))
            mistakes.append(f"role = {row.role!r}; {name} allows {allowed}")
        transports = TRANSPORTS.get(name, _BY_HTTPS)
        if Transport(row.transport) not in transports:
            wanted = " or ".join(sorted(f'"{one.value}"' for one in transports))
            mistakes.append(f"transport = {row.transport!r}; {name} needs {wanted}")
        if activity.eea_only and row.country not in EEA:
            mistakes.append(f"country = {row.country!r}; {name} allows the EEA only")
        if activity.encrypted and not row.keys and Transport(row.transport) not in FAR:
            mistakes.append(f"keys is missing; {name} is encrypted to it: {sealing.ALLOWED}")
    return mistakes
