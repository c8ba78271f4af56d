"""The gate's tables, in steps that are only ever added; ``user_version`` counts those that a file has had."""

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
    # copies at far targets, to be asked back
    """
    CREATE TABLE far_copies (
        transfer TEXT PRIMARY KEY, recipient TEXT NOT NULL, name TEXT NOT NULL, UNIQUE (recipient, name)
    ) WITHOUT ROWID;
    """,
    # of what is asked to be deleted: what it was, and whether the recipient gave a receipt for it
    """
    ALTER TABLE deletions ADD COLUMN activity TEXT NOT NULL DEFAULT '';
    ALTER TABLE deletions ADD COLUMN had INTEGER NOT NULL DEFAULT 0;
    UPDATE deletions SET activity = sent.activity, had = sent.receipt IS NOT NULL
        FROM sent WHERE sent.transfer = deletions.transfer;
    """,
    # usage history on servers: the series of each purpose, and the next message of each recipient
    """
    CREATE TABLE history_series (
        activity TEXT NOT NULL, datapoint TEXT NOT NULL, PRIMARY KEY (activity, datapoint)
    ) WITHOUT ROWID;
    CREATE TABLE history (
        activity TEXT NOT NULL, recipient TEXT NOT NULL, key BLOB NOT NULL, addressee TEXT NOT NULL,
        day TEXT NOT NULL, transfer TEXT NOT NULL, body BLOB NOT NULL, inside BLOB NOT NULL,
        made_ms INTEGER NOT NULL, at_ms INTEGER NOT NULL, agreed INTEGER NOT NULL,
        PRIMARY KEY (activity, recipient)
    ) WITHOUT ROWID;
    """,
    # whether a message arrived: under which consent, how often, and when it is asked; NULL: not any more
    """
    ALTER TABLE messages ADD COLUMN grant_id INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE messages ADD COLUMN asked INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE messages ADD COLUMN ask_ms INTEGER;
    """,
)
