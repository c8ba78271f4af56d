"""Every password, token and key that a home accepts or makes, planted; and whatever the home says, heard.

``typed``: what is entered, ``ENTRANCES``: where. ``kept``: what its stores hide, read
with their keys once it stopped. ``Heard``: answers, exports, what its processes were started with.
"""

import http.client
import importlib
import json
import pkgutil
import re
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from sqlcipher3 import dbapi2 as sqlcipher

import privacy.gate
from hub.api.routes import ROUTES
from hub.core.exported import HIDDEN as HIDDEN_BY_HUB
from hub.daemon.command_line import CommandFailed
from hub.daemon.home import ask_home
from hub.operations import OPERATIONS
from privacy import backup_sheet, web_push
from privacy.console import ask
from privacy.conversation import Declined
from privacy.gate.storage.schema import HIDDEN as HIDDEN_BY_GATE
from tests.journeys.houses import family
from tests.lab.far_house import Far
from tests.lab.outside import made_in

Values = dict[str, str | bytes]

# meta of the gate's store: which rows hold a key, and which don't; a new one needs its place here
SECRET_META = frozenset({"signing_seed", "backup_seed"})
OPEN_META = frozenset(
    {
        *("backup_history", "backup_marker", "backup_sending", "backup_sheets", "backup_unfinished"),
        *("clock_held", "closed", "configuration", "doubted", "epoch", "epoch_before", "floor_ms", "lag_ms"),
        *("running_s", "telemetry_doubted_ms", "mail.product", "timezone_looked_up", "updates"),
    }
)


# what is entered, and by which of the values; a new entrance needs one
ENTRANCES = {
    "operation setup.claim.token": "setup.claim.token",
    "operation setup.claim.password": "setup.claim.password",
    "operation login.password": "login.password",
    "operation keys.set.passphrase": "keys.set.passphrase",
    "operation keys.set.sheet": "keys.set.sheet",
    "operation keys.check.text": "keys.check.text",
    "account_verbs.password": "account.mail_server.password",
    "account_verbs.code": "account.confirm.code",
    "account_answers.code": "account.confirm.code",
    "backup_verbs.sheet": "backup.sheet words",
    "far_verbs.password": "recipient.access.password",
    "message_verbs.password": "messages.access.password",
    "message_answers.auth": "push.subscribe.auth",
    "relay_verbs.password": "hub.relay_slots.password",
    "pairing_verbs.secret": "phone.code.secret",
}
_LOOKS_SECRET = re.compile(r"pass|secret|token|sheet|psk|(^|_)pin$|auth$|^code$")
_ASKED = ("verbs", "answers")  # modules of the gate that take what is asked


def entrances() -> set[str]:
    """Where something is taken that looks like access data, by the program's own types."""
    found = {
        f"operation {one.name}.{name}"
        for one in OPERATIONS
        for name in getattr(one.request, "__struct_fields__", ())
        if _LOOKS_SECRET.search(name) or (one.name, name) == ("keys.check", "text")
    }
    for module in pkgutil.walk_packages(privacy.gate.__path__, "privacy.gate."):
        tail = module.name.rpartition(".")[2]
        if not tail.endswith(_ASKED):
            continue
        for kind in vars(importlib.import_module(module.name)).values():
            if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and kind.__module__ == module.name:
                found |= {f"{tail}.{name}" for name in kind.__struct_fields__ if _LOOKS_SECRET.search(name)}
    return found


def typed() -> Values:
    """What people enter, each unlike anything else. By the field that takes it."""

    def word() -> str:
        return secrets.token_hex(10)

    return {
        "setup.claim.password": f"pass {word()}",
        "login.password": f"wrong {word()}",
        "keys.set.passphrase": f"ccu-{word()}",
        "keys.check.text": f"wrong {word()}",
        "account.mail_server.password": f"mail-{word()}",
        "messages.access.password sms": f"tok-{word()}",
        "messages.access.password smskey": f"key-{word()}",
        "messages.access.password sim": f"{secrets.randbelow(10**8):08}",
        "recipient.access.password webdav": f"dav-{word()}",
        "recipient.access.password s3": f"s3/{word()}+x",
        "push.subscribe.endpoint": f"/push/{word()}",
        "push.subscribe.auth": secrets.token_bytes(16),
        "backup.sheet": secrets.token_bytes(backup_sheet.SECRET_SIZE),
    }


@dataclass(slots=True)
class Heard:
    """What was told, by where. watched: what the home's processes were started with."""

    far: Far
    told: dict[str, bytes] = field(default_factory=dict)
    watched: set[bytes] = field(default_factory=set)

    @property
    def console(self) -> Path:
        return self.far.house.run / "console"

    def ask(self, verb: str, **fields: object) -> dict[str, Any]:
        """The gate's console; a refusal is an answer, too."""
        try:
            answer = dict(ask(self.console / "console.sock", verb, json.loads, **fields))
        except Declined as declined:
            answer = {"declined": declined.code, "detail": str(declined)}
        self._keep(f"console {verb}", json.dumps(answer).encode())
        return answer

    def sure(self, verb: str, **fields: object) -> dict[str, Any]:
        """The same, and it is no refusal."""
        answer = self.ask(verb, **fields)
        assert "declined" not in answer, (verb, answer)
        return answer

    def fate(self, transfer: object) -> str:
        (one,) = self.sure("messages.fates", transfers=[transfer])["messages"]
        return str(one["fate"])

    def owner(self, method: str, path: str, body: object = None, *, kept: bool = True) -> dict[str, Any]:
        """The hub's own interface as its owner. kept: False for what is told to the one who may know it."""
        try:
            answer = dict(ask_home(self.console / "home.sock", method, f"/api/v1{path}", body))
        except CommandFailed as failed:
            answer = {"failed": str(failed)}
        if kept:
            self._keep(f"{method} {path}", json.dumps(answer).encode())
        return answer

    def browser(self, method: str, path: str, token: str = "", body: object = None) -> tuple[int, bytes]:
        """By the front, as a browser of this machine."""
        port = self.far.house.port
        front = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        front.sock = made_in(self.far.inside, lambda: socket.create_connection(("127.0.0.1", port), 60))
        try:
            origin = {"Origin": f"http://127.0.0.1:{port}", "Content-Type": "application/json"}
            headers = {"Authorization": f"Bearer {token}", **(origin if method != "GET" else {})}
            text = None if body is None else json.dumps(body)
            front.request(method, path, text, headers)
            answer = front.getresponse()
            return answer.status, answer.read()
        finally:
            front.close()

    def gates_own(self, token: str, *paths: str) -> None:
        for path in paths:
            self._keep(f"app {path}", self.browser("GET", path, token)[1])

    def all_reads(self) -> None:
        """Each operation that reads, where it names nothing."""
        for route in ROUTES:
            path = route.path.removeprefix("/api/v1")
            if route.method == "GET" and "{" not in path and not route.operation.secret:
                self.owner("GET", path)
        for holding in self.owner("GET", "/rights/holdings")["holdings"]:
            self.owner("GET", f"/rights/holdings/{holding['name']}")
        self.owner("GET", "/radio/bidcos/keys")
        self.owner("GET", "/radio/bidcos/frames")

    def folder(self, where: str, folder: Path) -> None:
        """All files of a folder, by their paths."""
        for path in folder.rglob("*"):
            if path.is_file():
                self._keep(f"{where} {path.relative_to(folder)}", path.read_bytes())

    def _keep(self, where: str, data: bytes) -> None:
        self.told[where] = self.told.get(where, b"") + b"\n" + data

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Look at what the home's processes were started with, short-lived ones too."""
        over = threading.Event()

        def look() -> None:
            while not over.wait(0.05):
                self.watched |= started_with(self.far.house.process.pid)

        thread = threading.Thread(target=look)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


def started_with(pid: int) -> set[bytes]:
    """Arguments and environments of ``pid`` and all that descend from it."""
    found = set()
    with suppress(OSError):
        for one in family(pid):
            for name in ("cmdline", "environ"):
                with suppress(OSError):
                    found.add(Path(f"/proc/{one}/{name}").read_bytes())
    return found


# what the stores hide


def hidden() -> dict[str, tuple[str, str, str]]:
    """Each hidden field of both stores: whose, table and column."""
    rows = (*HIDDEN_BY_GATE, *HIDDEN_BY_HUB)
    return {f"{row.holding}.{row.field}": (*row.holding.split(".", 1), row.field) for row in rows}  # type: ignore[misc]


def kept(state: Path) -> Values:
    """What the stores of a home that stopped hide, by field and number."""
    stores = {
        "hub": opened(state / "hub", "hub.db", "hub.key"),
        "gate": opened(state / "gate", "gate.db", "key"),
    }
    found: Values = {}
    for name, (side, table, column) in hidden().items():
        if name in {"gate.meta.value", "hub.driver_records.value", "gate.nodes.hash"}:
            continue  # the first two below; the third is given out in proofs
        rows = stores[side].execute(f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL").fetchall()
        found |= {f"{name} {number}": row[0] for number, row in enumerate(rows) if row[0]}
    meta = dict(stores["gate"].execute("SELECT key, value FROM meta").fetchall())
    for key in SECRET_META & meta.keys():
        found[f"gate.meta.value {key}"] = meta[key]
    number = web_push.server_key(meta["signing_seed"]).private_numbers().private_value
    found["gate.meta.value VAPID"] = number.to_bytes(32, "big")
    for store in stores.values():
        store.close()
    return found


def meta_keys(state: Path) -> set[str]:
    """Names of what the gate keeps of itself."""
    store = opened(state / "gate", "gate.db", "key")
    found = {str(row[0]).partition(":")[0] for row in store.execute("SELECT key FROM meta")}
    store.close()
    return found


def opened(folder: Path, name: str, key: str) -> Any:
    connection = sqlcipher.connect(str(folder / name))
    connection.execute(f"PRAGMA key = \"x'{(folder / key).read_bytes().hex()}'\"")
    return connection


# where to look

# hidden, and no value of theirs is looked for as it stands: what is in them is (kept), or proofs give it out
LOOKED_AT_OTHERWISE = ("gate.nodes.hash", "hub.driver_records.value")


def places(heard: Heard) -> dict[str, bytes]:
    """Everything that the home told, wrote and was started with; not what plays its devices."""
    found = {f"told: {where}": data for where, data in heard.told.items()}
    found["log"] = heard.far.house.errors.read_bytes()
    found["processes"] = b"\n".join(heard.watched)
    state = heard.far.house.state
    for folder in (state, state.parent / "copies", heard.far.house.run):
        for path in folder.rglob("*"):
            if path.is_file() and (state / "simulator") not in path.parents:
                found[f"file {path}"] = path.read_bytes()
    return found


def allowed(where: str) -> frozenset[str]:
    """What may stand there: where a push service is reached is told to the owner, and is no key."""
    told = where.startswith("told: ")
    return frozenset({"push.subscribe.endpoint"}) if told else frozenset()
