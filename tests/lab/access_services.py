"""Services of a home on the far side: entered with planted access data, each used, refused and broken off."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyrage
from cryptography.hazmat.primitives.asymmetric import ec

from drivers.bidcos.codec.signing import passphrase_key
from hub.remote.qr import decode
from privacy import backup_sheet, base64url, web_push
from tests.lab.access_data import Heard, Values
from tests.lab.far_house import until
from tests.lab.outside import Receiver
from tests.mail_server import MailServer
from tests.privacy import age_file
from tests.privacy.house import SUPPORT_KEY, SUPPORT_SECRET

SERVICES = "services.example.org"
EMAIL, NUMBER, MAIL_USER = "ada@example.org", "+4915112345678", "home@example.org"
SHARED = 'role = "{role}"\nhost = "services.example.org"\ncountry = "DE"\nca_file = "{ca_file}"\n'
ROWS = {
    "mail": ("own", 'transport = "smtps"\nactivities = ["account.register", "mail.send"]'),
    "sms": ("own", 'path = "/messages"\nactivities = ["sms.send"]'),
    "smskey": ("own", 'path = "/keyed"\nactivities = ["sms.send"]\nsms = { header = "X-Api-Key: {secret}" }'),
    "push": ("processor", 'activities = ["push.send"]'),
    "webdav": ("own", 'transport = "webdav"\npath = "/dav/"\nactivities = ["backup.cloud"]'),
    "s3": ("own", 'transport = "s3"\nbucket = "copies"\npath = "/home/"\nactivities = ["backup.cloud"]'),
    "support": ("processor", f'activities = ["diagnosis.remote"]\nkeys = ["{SUPPORT_KEY}"]'),
    "watch": ("processor", 'path = "/watch"\nactivities = ["monitor.device"]'),
    "shelf": (
        "processor",
        f'path = "/shelf"\nactivities = ["history.cloud.display"]\nkeys = ["{SUPPORT_KEY}"]',
    ),
}
PAGES = (
    *("account", "activities", "backups", "consents", "deletions", "histories", "histories/copies", "ledger"),
    *("messages", "monitor", "notice", "push", "receipts", "records", "rights", "status", "telemetry"),
    "updates",
)
SIM = '[[recipient]]\nname = "sim"\nrole = "own"\ncountry = "DE"\ntransport = "modem"\n'


def configuration(ca_file: Path, folder: Path) -> str:
    """Of homebase.toml: all services, a place for copies, and a log that says all that it may."""
    rows = "".join(
        f'[[recipient]]\nname = "{name}"\n'
        + SHARED.replace("{role}", role).replace("{ca_file}", str(ca_file))
        + f"{more}\n"
        for name, (role, more) in ROWS.items()
    )
    modem = f'{SIM}activities = ["sms.send"]\ndevice = "dummy:{folder / "modem"}"\n'
    return f'{rows}{modem}[log]\nlevel = "debug"\n[backup]\nfolder = "{folder / "copies"}"\nevery_days = 0\n'


@dataclass(slots=True, kw_only=True)
class World:
    """The far side: an HTTPS receiver, and a mail server."""

    https: Receiver
    mail: MailServer


def use(heard: Heard, world: World, values: Values) -> None:
    """Enter all of it, use each service, and have each refused and broken off once."""
    text = {name: value for name, value in values.items() if isinstance(value, str)}
    heard.ask("consent.confirm_clock")
    _people(heard, values, text)
    _mail(heard, world, values, text)
    _messages(heard, world, text)
    _copies(heard, world, values, text)
    _figures(heard)
    _diagnosis(heard, world)


def _people(heard: Heard, values: Values, text: Mapping[str, str]) -> None:
    far = heard.far
    claim = {"token": far.house.token, "password": text["setup.claim.password"]}
    if not heard.owner("GET", "/setup")["claimed"]:
        heard.owner("POST", "/setup", claim, kept=False)
    heard.browser("POST", "/api/v1/login", body={"password": text["login.password"]})
    status, said = heard.browser("POST", "/api/v1/login", body={"password": claim["password"]})
    assert status == 200, said
    token = str(json.loads(said)["token"])
    values["login.token"], values["setup.claim.token"] = token, str(far.house.token)
    assert "failed" not in heard.owner(
        "PUT", "/radio/bidcos/keys", {"passphrase": text["keys.set.passphrase"]}
    )
    values["keys.set.passphrase key"] = passphrase_key(text["keys.set.passphrase"])
    words = heard.owner("POST", "/radio/bidcos/keys/sheet", {}, kept=False)["words"]
    values["keys.set.sheet"] = " ".join(words)
    heard.owner("POST", "/radio/bidcos/keys/check", {"text": text["keys.check.text"]})
    code = decode(json.loads(far.house.ok("phone", "code", "--json"))["text"])
    values["phone.code.secret"] = code.secret
    subscription = {
        "endpoint": f"https://{SERVICES}{text['push.subscribe.endpoint']}",
        "p256dh": base64url.encode(web_push.point(ec.generate_private_key(ec.SECP256R1()))),
        "auth": base64url.encode(_bytes(values, "push.subscribe.auth")),
    }
    status, said = heard.browser("POST", "/gate/v1/push/subscriptions", token, subscription)
    assert status == 201, said


def _mail(heard: Heard, world: World, values: Values, text: Mapping[str, str]) -> None:
    heard.sure("account.email", address=EMAIL)
    access = {"sender": MAIL_USER, "user": MAIL_USER}
    for password in (f"not-{text['account.mail_server.password']}", text["account.mail_server.password"]):
        heard.sure("account.mail_server", password=password, **access)
        world.mail.accounts = {MAIL_USER: text["account.mail_server.password"]}
        shown = heard.sure("account.preview")
        heard.ask("account.give", preview=shown["preview"])
        if not world.mail.arrived:
            heard.ask("consent.withdraw", activity="account.register")
    found = re.search(r"([A-Z2-7]{5}-){3}[A-Z2-7]{5}", world.mail.arrived[-1].mail.get_content())
    assert found is not None
    assert len(world.mail.tried) > len(world.mail.arrived)  # one was refused
    values["account.confirm.code"] = found[0]
    heard.ask("account.confirm", code="AAAAA-AAAAA-AAAAA-AAAAA")


def _messages(heard: Heard, world: World, text: Mapping[str, str]) -> None:
    heard.sure("account.contact", number=NUMBER, label="Ada")
    for name in ("sms", "smskey", "sim"):
        password = text[f"messages.access.password {name}"]
        heard.sure("messages.access", recipient=name, sender="homebase", password=password)
    for activity in ("sms.send", "push.send"):
        ways = heard.ask("messages.ways")["ways"]
        (way,) = [one["id"] for one in ways if one["activity"] == activity]
        for name in ("sms", "smskey", "sim") if activity == "sms.send" else ("push",):
            world.https.mode = "forbidden"
            shown = heard.sure("messages.preview", way=way, recipient=name)
            heard.ask("messages.give", way=way, preview=shown["preview"], recipient=name)
            world.https.mode = "ok"
            transfer = heard.sure("messages.send", way=way, event="test")["transfer"]
            until(lambda: heard.fate(transfer) != "waiting", f"{name} was not tried")  # noqa: B023
            heard.ask("consent.withdraw", activity=activity)
    heard.ask("messages.list")
    assert {one.path for one in world.https.arrived} >= {
        "/messages",
        "/keyed",
        text["push.subscribe.endpoint"],
    }


def _copies(heard: Heard, world: World, values: Values, text: Mapping[str, str]) -> None:
    secret = _bytes(values, "backup.sheet")
    signer = bytes.fromhex(str(heard.sure("backup.signer")["signer"]))
    key = str(pyrage.x25519.Identity.from_str(backup_sheet.identity_of(secret)).to_public())
    heard.sure("backup.sheet", key=key, vouched=backup_sheet.vouch(secret, signer))
    values["backup.sheet identity"] = backup_sheet.identity_of(secret)
    values["backup.sheet words"] = " ".join(backup_sheet.words_of(secret))
    for name in ("webdav", "s3"):
        password = text[f"recipient.access.password {name}"]
        heard.sure("recipient.access", recipient=name, user="AKIDHOME", password=password)
        heard.sure("consent.allow", activity="backup.cloud", recipient=name)
    for mode in ("forbidden", "plain"):  # not let in; and no TLS, so that it breaks off
        world.https.mode = mode
        before = len(world.https.ended)
        runs = heard.sure("backup.now", folder=True).get("runs")
        until(lambda: heard.ask("backup.status")["progress"]["runs"] != runs, "no backup was made")  # noqa: B023
        assert len(world.https.ended) > before
    for name in ("webdav", "s3", "local"):
        heard.ask("backup.status", target=name)
    copy = next(one for one in heard.sure("backup.status")["copies"] if one["target"] == "local")
    asked = {"sheet": values["backup.sheet words"], "name": copy["name"], "trial": True}
    run = heard.sure("backup.restore", **asked)["run"]
    until(lambda: heard.ask("backup.result", run=run).get("over") is not False, "the check goes on")


def _figures(heard: Heard) -> None:
    warm = next(
        one["id"] for one in heard.owner("GET", "/datapoints")["datapoints"] if one["value"] is not None
    )
    heard.sure("history.choose", activity="history.cloud.display", add=[warm])
    for activity in ("monitor.device", "history.cloud.display"):
        heard.sure("consent.allow", activity=activity)
    heard.ask("monitor.show")
    heard.ask("history.show")
    heard.ask("telemetry.show")


def _diagnosis(heard: Heard, world: World) -> None:
    for mode in ("forbidden", "ok"):
        world.https.mode = mode
        shown = heard.sure("consent.preview", activity="diagnosis.remote", ticket="T-1")
        yes = {"recipient": "support", "ticket": "T-1", "preview": shown["preview"], "form": "once"}
        heard.ask("consent.give", activity="diagnosis.remote", **yes)
    sealed = world.https.arrived[-1].body
    heard.told["bundle"] = age_file.decrypt(sealed, SUPPORT_SECRET)


def look(heard: Heard, token: str, folder: Path) -> None:
    """All that the home tells by itself, and the export of everything."""
    heard.gates_own(token, *(f"/gate/v1/{page}" for page in PAGES))
    for verb in (
        *("account.show", "backup.status", "consent.list", "consent.last", "ledger.list", "ledger.verify"),
        *("messages.ways", "messages.list", "notice.page", "notice.linked", "relay.list"),
        *("rights.status", "update.show", "monitor.show", "history.show", "status"),
    ):
        heard.ask(verb)
    heard.all_reads()
    heard.far.house.ok("rights", "export", str(folder / "copy"))
    heard.folder("export", folder / "copy")
    for number in range(len(heard.ask("ledger.list")["entries"])):
        heard.ask("ledger.show", number=number)


def _bytes(values: Values, name: str) -> bytes:
    value = values[name]
    assert isinstance(value, bytes)
    return value
