"""The gate's tables, each with the holding that says what it keeps, why, and how long.

A table without a holding stops the start: nothing personal lies anywhere that people are not told about.
The tables are made in steps.py. The access log's own code is access_log.py, on a connection of its own.
"""

from datetime import timedelta

from privacy.ports import DERIVED, Holding, Where
from privacy.rights import Hidden
from privacy.vocabulary import TOLD_DAYS, DataCategory

# the limitation period of § 195 BGB, three years from the end of the year: proof of consent (Art. 7 (1) GDPR)
PROOF = timedelta(days=4 * 366)
MESSAGES_KEPT = timedelta(days=TOLD_DAYS)  # as it comes: [notifications] keep_days of homebase.toml


_PROOF = "proof of what you agreed to and what left, for claims (Art. 17 (3) e GDPR), until they lapse"
_OWNER = "until the owner removes it"
_RUNS = "the gate can't run without; no person is in it"


def _holding(
    name: str,
    category: DataCategory,
    purpose: str,
    retention: timedelta | None,
    reason: str,
    stays: str = "",
    derived_from: str = "",
) -> Holding:
    return Holding(
        name=f"gate.{name}",
        category=category,
        purpose=purpose,
        retention=retention,
        reason=reason,
        stays=stays,
        derived_from=derived_from,
    )


HOLDINGS = {
    holding.name.removeprefix("gate."): holding
    for holding in (
        _holding(
            "meta",
            DataCategory.SYSTEM,
            "runs the gate",
            None,
            "keys, epoch and clock floor; no person",
            _RUNS,
        ),
        _holding(
            "entries", DataCategory.CONSENT_RECORD, "proof of what left", PROOF, "limitation period", _PROOF
        ),
        _holding(
            "salts", DataCategory.CONSENT_RECORD, "proof of what left", PROOF, "goes with its entry", _PROOF
        ),
        _holding(
            "past_entries",
            DataCategory.CONSENT_RECORD,
            "proof of what left",
            PROOF,
            "limitation period",
            _PROOF,
        ),
        _holding(
            "deletions",
            DataCategory.CONSENT_RECORD,
            "ask recipients to delete",
            PROOF,
            "limitation period",
            _PROOF,
        ),
        _holding(
            "nodes",
            DataCategory.SYSTEM,
            "proof of what left",
            None,
            "hashes; tell nothing without salts",
            _RUNS,
        ),
        _holding("checkpoints", DataCategory.SYSTEM, "proof of what left", None, "sizes and hashes", _RUNS),
        _holding(
            "grants", DataCategory.CONSENT_RECORD, "proof of consent", PROOF, "limitation period", _PROOF
        ),
        _holding(
            "keys", DataCategory.INSTALLATION, "keys that may agree", PROOF, "goes with its proofs", _PROOF
        ),
        _holding(
            "unfinished",
            DataCategory.SYSTEM,
            "each transfer's end is written down",
            None,
            "until its end is written",
            _RUNS,
        ),
        _holding(
            "owner_entries",
            DataCategory.INSTALLATION,
            "own devices",
            None,
            "until struck out",
            "the devices could not be reached without; strike them out to erase them",
        ),
        _holding("mail_addresses", DataCategory.ACCOUNT, "the account's e-mail address", None, _OWNER),
        _holding("sms_numbers", DataCategory.PHONE_NUMBER, "whom a message may go to", None, _OWNER),
        _holding("push_subscriptions", DataCategory.INSTALLATION, "whom a message may go to", None, _OWNER),
        _holding("push_devices", DataCategory.PHONE_NUMBER, "whom a message may go to", None, _OWNER),
        _holding(
            "messages",
            DataCategory.MESSAGE,
            "what was sent to whom, and what became of it",
            MESSAGES_KEPT,
            "clause 6.3; the owner may set another time",
        ),
        _holding("access_data", DataCategory.ACCOUNT, "log in to a service", None, _OWNER),
        _holding(
            "far_copies",
            DataCategory.BACKUP,
            "have copies elsewhere deleted",
            None,
            "until the copy is deleted there",
            "without it the copies elsewhere could not be deleted",
        ),
        _holding("previews", DataCategory.DEVICE, "shown before a yes", timedelta(hours=1), "then made anew"),
        _holding("outbox", DataCategory.DEVICE, "retry of a delivery", timedelta(days=1), "clause 6.6"),
        _holding("backups", DataCategory.BACKUP, "know which copies there are", None, _OWNER),
        _holding("staged", DataCategory.BACKUP, "a file on its way out", timedelta(days=1), "then given up"),
        _holding("sent", DataCategory.DEVICE, "exact copy of what left", timedelta(days=28), "clause 6.6"),
        _holding(
            "closures",
            DataCategory.CONSENT_RECORD,
            "objections and restrictions, obeyed",
            None,
            "until lifted",
            "an objection and a restriction have to be obeyed; lift them to erase them",
        ),
        _holding(
            "counts", DataCategory.SYSTEM, "what left and was refused today", timedelta(days=2), "counts only"
        ),
        _holding("budgets", DataCategory.SYSTEM, "daily amounts", timedelta(days=7), "counts only"),
        _holding(
            "refusals",
            DataCategory.CONSENT_RECORD,
            "refused attempts",
            DERIVED,
            "counts per day",
            derived_from="refused requests",
        ),
        _holding(
            "telemetry",
            DataCategory.SYSTEM,
            "count what anonymous answers cost",
            None,
            "for the home's life; the answer goes with its week",
            "weeks and amounts; without them answers could be averaged",
        ),
        _holding("monitoring", DataCategory.SYSTEM, "the next report", timedelta(7), "as its pseudonym"),
        _holding("history", DataCategory.USAGE, "the next message of your history", None, "until withdrawal"),
        _holding("history_series", DataCategory.USAGE, "which series you chose", None, _OWNER),
        _holding("access_log", DataCategory.ACCESS_LOG, "security", timedelta(days=7), "clause 6.1"),
        _holding(
            "access_count", DataCategory.SYSTEM, "statistics", None, "anonymous counts, clause 6.1", _RUNS
        ),
        _holding(
            "access_floor", DataCategory.SYSTEM, "retention of the log", None, "one time; no person", _RUNS
        ),
    )
}
_LETTERS = "('account.register', 'mail.product', 'support.ticket')"
_MAILED = f"activity IN {_LETTERS} OR activity = 'account.deregister'"
_UNDER = "grant_id IN (SELECT id FROM grants WHERE json_extract(CAST(body AS TEXT), '$.activity') {which})"
_PAST = "activity LIKE 'history.cloud.%'"
_TOLD = "activity IN ('mail.send', 'sms.send', 'push.send', 'support.ticket')"
# further kinds of data in tables that mostly hold another, and which rows those are
PARTS = (
    (
        _holding(
            "previews", DataCategory.ACCOUNT, "shown before a yes", timedelta(hours=1), "then made anew"
        ),
        _MAILED,
    ),
    (
        _holding("outbox", DataCategory.ACCOUNT, "retry of a delivery", timedelta(days=1), "then given up"),
        _UNDER.format(which=f"IN {_LETTERS}"),
    ),
    (
        _holding(
            "sent", DataCategory.ACCOUNT, "exact copy of what left", timedelta(days=28), "as all copies"
        ),
        _MAILED,
    ),
    (
        _holding(
            "previews", DataCategory.MESSAGE, "shown before a yes", timedelta(hours=1), "then made anew"
        ),
        _TOLD,
    ),
    (
        _holding("outbox", DataCategory.MESSAGE, "retry of a delivery", timedelta(days=1), "then given up"),
        " OR ".join(
            ("transfer IN (SELECT transfer FROM messages)", _UNDER.format(which="= 'support.ticket'"))
        ),
    ),
    (
        _holding(
            "sent", DataCategory.MESSAGE, "exact copy of what left", timedelta(days=28), "as all copies"
        ),
        _TOLD,
    ),
    (
        _holding("messages", DataCategory.PHONE_NUMBER, "what was sent to whom", MESSAGES_KEPT, "clause 6.3"),
        "true",
    ),
    (
        _holding("outbox", DataCategory.USAGE, "retry of a delivery", timedelta(days=1), "then given up"),
        _UNDER.format(which="LIKE 'history.cloud.%'"),
    ),
    (
        _holding("sent", DataCategory.USAGE, "exact copy of what left", timedelta(days=28), "as all copies"),
        _PAST,
    ),
    (_holding("push_devices", DataCategory.INSTALLATION, "whom a message may go to", None, _OWNER), "true"),
)
# rows that an erasure leaves in tables that it empties otherwise, and why
NEEDED = {
    "outbox": (
        _UNDER.format(which="= 'account.deregister'"),
        "the message that ends the service; goes when it arrived, after a day at the latest",
    ),
    "access_data": (
        "recipient IN (SELECT recipient FROM far_copies)",
        "without it the copies elsewhere could not be deleted; goes with the last of them",
    ),
}
COPY_KEPT = timedelta(days=30)  # of the whole file, made before an upgrade
COPIES = tuple(
    Holding(
        name="gate.copies",
        category=category,
        purpose="go back after an upgrade",
        retention=COPY_KEPT,
        reason="erased when older",
        where=Where.COPY,
    )
    for category in dict.fromkeys(holding.category for holding in HOLDINGS.values())
)
HIDDEN = (
    Hidden(holding="gate.meta", field="value", why="the gate's own keys"),
    Hidden(holding="gate.monitoring", field="key", why="makes the week's pseudonym"),
    Hidden(holding="gate.history", field="key", why="makes the pseudonyms of your series"),
    Hidden(holding="gate.access_data", field="password", why="opens a service of yours"),
    Hidden(holding="gate.push_subscriptions", field="auth", why="encrypts to your browser"),
    Hidden(holding="gate.mail_addresses", field="code_hash", why="protects the confirmation"),
    Hidden(holding="gate.nodes", field="hash", why="made from the entries; proofs give it out"),
)
