"""One mail by the mail server that a consent names, for account and messages; what fits its log-in."""

from datetime import datetime

from privacy import mail_text
from privacy.closed_schema import LONGEST, FieldRefused, check_value
from privacy.consent import Grant
from privacy.gate.network.smtp import Letter, LogIn, Mail
from privacy.gate.network.tls_line import Target
from privacy.gate.storage.access import AccessData
from privacy.mail_text import Words
from privacy.recipients import Recipient, Transport
from privacy.register import FieldKind, Language


def misfit(row: AccessData) -> str | None:
    """The code of what can't be used to log in to a mail server; None: it can be tried."""
    try:
        check_value(FieldKind.EMAIL, row.sender)
    except FieldRefused:
        return "sender_form"
    too_long = max(len(row.user), len(row.password)) > LONGEST[FieldKind.EMAIL]
    return "access_form" if too_long or "\0" in row.user + row.password else None


def carrier(
    grant: Grant, server: Recipient, target: Target, login: AccessData, words: Words, at: datetime, mark: str
) -> Mail:
    """One attempt to bring these words to the consent's addressee. mark: the same at each attempt."""
    content = mail_text.content(
        words,
        sender=login.sender,
        to=grant.addressee,
        at=at,
        mark=mark,
        language=Language(grant.language),
    )
    return Mail(
        target,
        Letter(sender=login.sender, to=grant.addressee, content=content),
        LogIn(user=login.user, password=login.password),
        secure_first=server.transport is Transport.SMTPS,
    )
