"""The gate's tables, each with the holding that says what it keeps, why, and how long.

A table without a holding stops the start: nothing personal lies anywhere that people are not told about.
Steps are only ever added; ``user_version`` counts those that a file has had. The access log's own code is
access_log.py, on a connection of its own.
"""

from datetime import timedelta

from privacy.ports import DERIVED, Holding, Where
from privacy.rights import Hidden
from privacy.vocabulary import DataCategory

STEPS = (
    """
    CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE entries (
        seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, leaf_hash BLOB NOT NULL, content BLOB
    );
    CREATE TABLE salts (seq INTEGER PRIMARY KEY, salt BLOB NOT NULL);
    CREATE TABLE nodes (
        level INTEGER NOT NULL, place INTEGER NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (level, place)
    ) WITHOUT ROWID;
    CREATE TABLE checkpoints (size INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, note TEXT NOT NULL);
    CREATE TABLE grants (
        id INTEGER PRIMARY KEY, live INTEGER NOT NULL, reason TEXT, ended_ms INTEGER, body BLOB NOT NULL
    );
    CREATE INDEX grants_live ON grants (live) WHERE live = 1;
    CREATE TABLE previews (
        id TEXT PRIMARY KEY, activity TEXT NOT NULL, ticket TEXT NOT NULL, groups TEXT NOT NULL,
        sha256 TEXT NOT NULL, body BLOB NOT NULL, delete_by_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE outbox (
        transfer TEXT PRIMARY KEY, grant_id INTEGER NOT NULL, groups TEXT NOT NULL, sha256 TEXT NOT NULL,
        body BLOB NOT NULL, delete_by_ms INTEGER NOT NULL, first_ms INTEGER NOT NULL,
        next_ms INTEGER NOT NULL, attempts INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE sent (
        transfer TEXT PRIMARY KEY, activity TEXT NOT NULL, recipient TEXT NOT NULL, ticket TEXT NOT NULL,
        sha256 TEXT NOT NULL, body BLOB NOT NULL, at_ms INTEGER NOT NULL, delete_by_ms INTEGER NOT NULL,
        running_by_s INTEGER NOT NULL, result TEXT NOT NULL, receipt TEXT
    ) WITHOUT ROWID;
    CREATE TABLE budgets (
        activity TEXT NOT NULL, recipient TEXT NOT NULL, day TEXT NOT NULL, bytes INTEGER NOT NULL,
        PRIMARY KEY (activity, recipient, day)
    ) WITHOUT ROWID;
    CREATE TABLE refusals (
        day TEXT NOT NULL, activity TEXT NOT NULL, recipient TEXT NOT NULL, reason TEXT NOT NULL,
        count INTEGER NOT NULL, PRIMARY KEY (day, activity, recipient, reason)
    ) WITHOUT ROWID;
    CREATE TABLE access_log (
        at TEXT NOT NULL, ip TEXT NOT NULL, file TEXT NOT NULL, status INTEGER NOT NULL,
        referrer TEXT NOT NULL
    );
    CREATE TABLE access_count (
        day TEXT NOT NULL, status_class INTEGER NOT NULL, requests INTEGER NOT NULL,
        PRIMARY KEY (day, status_class)
    ) WITHOUT ROWID;
    CREATE TABLE access_floor (id INTEGER PRIMARY KEY CHECK (id = 1), at TEXT NOT NULL);
    """,
    # signed consents: their epoch, the signed bytes as proof, keys, objections; own devices
    """
    UPDATE grants SET body = CAST(json_set(CAST(body AS TEXT),
        '$.mark', lower(hex(randomblob(16))),
        '$.epoch', (SELECT CAST(value AS TEXT) FROM meta WHERE key = 'epoch')) AS BLOB);
    ALTER TABLE grants ADD COLUMN proof TEXT;
    CREATE TABLE keys (
        kid TEXT PRIMARY KEY, live INTEGER NOT NULL, since_ms INTEGER NOT NULL, ended_ms INTEGER,
        body BLOB NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE closures (
        kind TEXT NOT NULL, name TEXT NOT NULL, since_ms INTEGER NOT NULL, reason TEXT NOT NULL,
        PRIMARY KEY (kind, name)
    ) WITHOUT ROWID;
    CREATE TABLE owner_entries (name TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
    """,
    # books from before a restore
    """
    CREATE TABLE past_entries (
        log TEXT NOT NULL, seq INTEGER NOT NULL, at_ms INTEGER NOT NULL, leaf_hash BLOB NOT NULL,
        content BLOB, salt BLOB, PRIMARY KEY (log, seq)
    ) WITHOUT ROWID;
    """,
    # what recipients are asked to delete
    """
    CREATE TABLE deletions (
        transfer TEXT PRIMARY KEY, recipient TEXT NOT NULL, ticket TEXT NOT NULL, due_ms INTEGER NOT NULL,
        next_ms INTEGER NOT NULL, attempts INTEGER NOT NULL, state TEXT NOT NULL, answer TEXT NOT NULL
    ) WITHOUT ROWID;
    INSERT INTO deletions SELECT transfer, recipient, ticket, delete_by_ms, delete_by_ms, 0, 'waiting', ''
        FROM sent;
    """,
    # who is meant behind a service, and how to log in there
    """
    CREATE TABLE mail_addresses (
        address TEXT PRIMARY KEY, since_ms INTEGER NOT NULL, confirmed_ms INTEGER, code_hash BLOB,
        until_ms INTEGER, until_running_s INTEGER
    ) WITHOUT ROWID;
    CREATE TABLE sms_numbers (
        number TEXT PRIMARY KEY, label TEXT NOT NULL, since_ms INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE push_devices (
        device TEXT PRIMARY KEY, number TEXT NOT NULL, label TEXT NOT NULL, since_ms INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE access_data (
        recipient TEXT PRIMARY KEY, sender TEXT NOT NULL, user TEXT NOT NULL, password TEXT NOT NULL,
        since_ms INTEGER NOT NULL
    ) WITHOUT ROWID;
    """,
    # what began and did not end, those that kills of before left open too
    """
    CREATE TABLE unfinished (
        transfer TEXT NOT NULL, kind TEXT NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (transfer, kind)
    ) WITHOUT ROWID;
    INSERT INTO unfinished
        SELECT transfer, 'transfer_begin', min(seq) FROM (
            SELECT seq, json_extract(CAST(content AS TEXT), '$.kind') AS kind,
                json_extract(CAST(content AS TEXT), '$.data.transfer') AS transfer
            FROM entries WHERE content IS NOT NULL)
        WHERE kind IN ('transfer_begin', 'transfer_end', 'cut') AND transfer IS NOT NULL
        GROUP BY transfer HAVING sum(kind = 'transfer_begin') > sum(kind <> 'transfer_begin');
    """,
    # the sweep's question of each minute, and counting, without reading the whole book
    """
    CREATE INDEX entries_by_time ON entries (at_ms);
    """,
    # files on their way out, whose encrypted bytes lie beside the store
    """
    CREATE TABLE staged (
        transfer TEXT PRIMARY KEY, activity TEXT NOT NULL, recipient TEXT NOT NULL, addressee TEXT NOT NULL,
        sha256 TEXT NOT NULL, size INTEGER NOT NULL, sealed_sha256 TEXT NOT NULL,
        sealed_size INTEGER NOT NULL, parts INTEGER NOT NULL, at_ms INTEGER NOT NULL
    ) WITHOUT ROWID;
    """,
    """
    CREATE TABLE counts (
        quarter INTEGER NOT NULL, activity TEXT NOT NULL, recipient TEXT NOT NULL,
        bytes INTEGER NOT NULL, refused INTEGER NOT NULL,
        PRIMARY KEY (quarter, activity, recipient)
    ) WITHOUT ROWID;
    INSERT INTO counts SELECT CAST(strftime('%s', day) AS INTEGER) / 900, activity, recipient, bytes, 0
        FROM budgets;
    INSERT INTO counts SELECT CAST(strftime('%s', day) AS INTEGER) / 900, activity, recipient, 0, sum(count)
        FROM refusals GROUP BY 1, 2, 3
        ON CONFLICT DO UPDATE SET refused = excluded.refused;
    """,
    # the sweep's question again: what was erased before is not looked through each minute
    """
    CREATE INDEX entries_to_erase ON entries (at_ms) WHERE content IS NOT NULL;
    """,
    # messages to the household, with what became of each
    """
    CREATE TABLE messages (
        transfer TEXT PRIMARY KEY, activity TEXT NOT NULL, recipient TEXT NOT NULL, addressee TEXT NOT NULL,
        text TEXT NOT NULL, at_ms INTEGER NOT NULL, fate TEXT NOT NULL, what TEXT NOT NULL,
        receipt TEXT NOT NULL
    ) WITHOUT ROWID;
    """,
    # copies of this home, and what is known of each
    """
    CREATE TABLE backups (
        target TEXT NOT NULL, name TEXT NOT NULL, made_ms INTEGER NOT NULL, size INTEGER NOT NULL,
        sha256 TEXT NOT NULL, state TEXT NOT NULL, why TEXT NOT NULL, verified_ms INTEGER,
        PRIMARY KEY (target, name)
    ) WITHOUT ROWID;
    """,
    # what anonymous answers cost, and the running week's
    """
    CREATE TABLE telemetry (
        week TEXT PRIMARY KEY, month TEXT NOT NULL, metric TEXT NOT NULL, at_ms INTEGER NOT NULL,
        answer INTEGER, epsilon_milli INTEGER NOT NULL, state TEXT NOT NULL
    ) WITHOUT ROWID;
    """,
    # the next report to each recipient, and the key of its pseudonym
    """
    CREATE TABLE monitoring (
        recipient TEXT PRIMARY KEY, week TEXT NOT NULL, key BLOB NOT NULL, body BLOB NOT NULL,
        made_ms INTEGER NOT NULL, at_ms INTEGER NOT NULL, agreed INTEGER NOT NULL
    ) WITHOUT ROWID;
    """,
    """
    CREATE TABLE push_subscriptions (
        device TEXT PRIMARY KEY, endpoint TEXT NOT NULL, p256dh BLOB NOT NULL, auth BLOB NOT NULL
    ) WITHOUT ROWID;
    """,
)

# the limitation period of § 195 BGB, three years from the end of the year: proof of consent (Art. 7 (1) GDPR)
PROOF = timedelta(days=4 * 366)
MESSAGES_KEPT = timedelta(days=90)  # as it comes: [notifications] keep_days of homebase.toml


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
        _holding("access_log", DataCategory.ACCESS_LOG, "security", timedelta(days=7), "clause 6.1"),
        _holding(
            "access_count", DataCategory.SYSTEM, "statistics", None, "anonymous counts, clause 6.1", _RUNS
        ),
        _holding(
            "access_floor", DataCategory.SYSTEM, "retention of the log", None, "one time; no person", _RUNS
        ),
    )
}
_MAILED = "activity = 'account.register'"
_TOLD = "activity IN ('mail.send', 'sms.send', 'push.send')"
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
        "grant_id IN (SELECT id FROM grants WHERE"
        " json_extract(CAST(body AS TEXT), '$.activity') = 'account.register')",
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
        "transfer IN (SELECT transfer FROM messages)",
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
    (_holding("push_devices", DataCategory.INSTALLATION, "whom a message may go to", None, _OWNER), "true"),
)
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
    Hidden(holding="gate.access_data", field="password", why="opens a service of yours"),
    Hidden(holding="gate.push_subscriptions", field="auth", why="encrypts to your browser"),
    Hidden(holding="gate.mail_addresses", field="code_hash", why="protects the confirmation"),
    Hidden(holding="gate.nodes", field="hash", why="made from the entries; proofs give it out"),
)
