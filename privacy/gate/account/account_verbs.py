"""What the console may ask about the account: one table, verb → function, like console_verbs.py.

Consenting to the confirmation's mail is for the console, or a phone's signature; the hub's sockets know none
of these verbs.
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from typing import Annotated

import msgspec

from privacy import notice
from privacy.conversation import Declined, Handler
from privacy.gate.account import timezone
from privacy.gate.account.account import Account, AccountRefused
from privacy.gate.account.account_words import WORDS, line
from privacy.gate.desk import Desk
from privacy.gate.door import spelling
from privacy.gate.door.refused import Refused, not_written
from privacy.gate.storage.mail_addresses import MailAddress
from privacy.gate.storage.records import Preview
from privacy.gate.storage.store import StoreError
from privacy.payload import timestamp
from privacy.register import Language

CODE_SHOWN = (
    "XXXXX-XXXXX-XXXXX-XXXXX"  # in its place: who agrees must not be able to confirm without the mail
)
Fields = Mapping[str, object]
Line = Annotated[str, msgspec.Meta(max_length=1000)]


class _Asked(msgspec.Struct, frozen=True):
    """The fields of all verbs; each takes what it needs."""

    language: Language = Language.EN
    address: Line = ""
    sender: Line = ""
    user: Line = ""
    password: Line = ""
    preview: Line = ""
    country: str | None = None
    code: Line = ""
    number: Line = ""
    label: Line = ""
    device: Line = ""


Verb = Callable[[Account, Desk, _Asked], Awaitable[Fields]]


def table(account: Account, desk: Desk) -> Mapping[str, Handler]:
    """All verbs, ready for privacy.gate.console.console."""
    return {name: _handler(account, desk, verb) for name, verb in _VERBS.items()}


def _handler(account: Account, desk: Desk, verb: Verb) -> Handler:
    @wraps(verb)
    async def answer(message: Fields) -> Fields:
        language = Language.EN
        try:
            fields = {key: value for key, value in message.items() if key in _Asked.__struct_fields__}
            asked = msgspec.convert(fields, _Asked)
            language = asked.language
            return await verb(account, desk, asked)
        except msgspec.ValidationError as error:
            raise Declined("bad_question", str(error)) from error
        except AccountRefused as error:
            words = WORDS[error.code]
            detail = line(words.detail[language], words.way_out[language], language)
            raise Declined(error.code, detail) from error
        except Refused as refused:
            raise Declined(refused.reason.value, refused.reason.text(language)) from refused
        except StoreError as error:
            raise not_written(error, language) from error

    return answer


async def about(account: Account) -> Fields:
    """All that the gate keeps of the account; the password of the mail server is shown to nobody."""
    email, server, access = await account.email(), account.mail_server(), await account.access()
    contacts = await account.contacts()
    return {
        "email": None if email is None else _email(email),
        "mail_server": None
        if server is None
        else {
            "recipient": server.name,
            "host": server.host,
            "port": server.port,
            "transport": server.transport.value,
            "sender": None if access is None else access.sender,
            "user": None if access is None else access.user,
        },
        "sms_numbers": [{"number": one.number, "label": one.label} for one in contacts if not one.device],
        "push_devices": [
            {"device": one.device, "number": one.number, "label": one.label} for one in contacts if one.device
        ],
    }


def _email(row: MailAddress) -> Fields:
    return {
        "address": row.address,
        "since": timestamp(row.since),
        "confirmed": None if row.confirmed is None else timestamp(row.confirmed),
        "link_until": None if row.link_until is None else timestamp(row.link_until),
    }


async def previewed(account: Account, desk: Desk, language: Language) -> Fields:
    """What would be sent, and the words of the mail around it."""
    shown, mail = await account.preview(), account.mail(language, CODE_SHOWN)
    return {**preview_json(shown, desk, language), "mail": {"subject": mail.subject, "text": mail.text}}


def preview_json(shown: Preview, desk: Desk, language: Language) -> Fields:
    """What would be sent, and what the register says of it."""
    row = desk.register.activities[shown.activity]
    return {
        **spelling.preview(shown),
        "activity_text": notice.activity_json(row, desk.recipients.values(), language),
    }


async def _show(account: Account, desk: Desk, asked: _Asked) -> Fields:
    return await about(account)


async def _set_email(account: Account, desk: Desk, asked: _Asked) -> Fields:
    await account.set_email(asked.address)
    return await about(account)


async def _mail_server(account: Account, desk: Desk, asked: _Asked) -> Fields:
    await account.set_access(asked.sender, asked.user, asked.password)
    return await about(account)


async def _drop_mail_server(account: Account, desk: Desk, asked: _Asked) -> Fields:
    return {"dropped": await account.drop_access()}


async def _preview(account: Account, desk: Desk, asked: _Asked) -> Fields:
    return await previewed(account, desk, asked.language)


async def _give(account: Account, desk: Desk, asked: _Asked) -> Fields:
    return spelling.given(await account.give(asked.preview, asked.language, asked.country), asked.language)


async def _preview_timezone(account: Account, desk: Desk, asked: _Asked) -> Fields:
    return preview_json(await timezone.preview(account.door), desk, asked.language)


async def _look_up_timezone(account: Account, desk: Desk, asked: _Asked) -> Fields:
    given, found = await timezone.give(account.door, asked.preview, asked.language, asked.country)
    return {**spelling.given(given, asked.language), "timezone": found}


async def _confirm(account: Account, desk: Desk, asked: _Asked) -> Fields:
    return {"email": _email(await account.confirm(asked.code))}


async def _contact(account: Account, desk: Desk, asked: _Asked) -> Fields:
    await account.keep_contact(asked.number, asked.label, asked.device)
    return await about(account)


async def _drop_contact(account: Account, desk: Desk, asked: _Asked) -> Fields:
    return {"dropped": await account.drop_contact(asked.number, asked.device)}


_VERBS: Mapping[str, Verb] = {
    "account.show": _show,
    "account.email": _set_email,
    "account.mail_server": _mail_server,
    "account.drop_mail_server": _drop_mail_server,
    "account.preview": _preview,
    "account.give": _give,
    "account.confirm": _confirm,
    "account.preview_timezone": _preview_timezone,
    "account.look_up_timezone": _look_up_timezone,
    "account.contact": _contact,
    "account.drop_contact": _drop_contact,
}
