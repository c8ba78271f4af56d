"""``homebase recipient``: who may get something once you consented to it, as homebase.toml names them.

A program of the gate reads and writes the file by the rules of a start (privacy/gate/entering); this asks and
prints. The running gate knows them from its start, and a consent names its recipient's host: nothing goes to
another one by a change here.
"""

import argparse
import getpass
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from privacy.places import CONFIG, RUN_VARIABLE, named_run
from privacy.system import environment

from ..command_line import EXIT_CONFIG, EXIT_INTERNAL, EXIT_NOT_RUNNING, EXIT_USAGE, CommandFailed, printable
from ..gate_console import ask_gate, print_table, rows_of
from ..speech import as_word, phrase
from ..which_home import RUN, Named
from .radio_keys import secret_in
from .start import ROOT, between, installed_packages
from .verbs import Verbs, print_json, run_verb
from .which_config import config_of, state_of

Answer = Mapping[str, object]
PROGRAM = Path("privacy/gate/entering/entering.py")
_ROW = (
    "name",
    "role",
    "host",
    "device",
    "country",
    "activities",
    "transport",
    "port",
    "path",
    "safeguard",
    "ca_file",
    "keys",
    "bucket",
    "region",
)

_KEYS = _ROW[1:]
_LIVE = {"active", "suspended"}
_LISTS = {"activities", "keys"}

GIVE = "homebase consent give {activity} --standing --recipient {name}"
NEXT = {
    "diagnosis.remote": "homebase consent give diagnosis.remote --ticket NUMBER --recipient {name}",
    "mail.send": "homebase notify service {name}, then homebase notify allow",
    "push.send": "More, Notifications in the app, then homebase notify allow",
    "sms.send": "homebase notify service {name}, then homebase notify allow",
    "support.ticket": "homebase ticket report --recipient {name}",
    "account.deregister": "homebase rights deregister --tell --recipient {name}, once you want to leave",
    "mail.product": "homebase account product-mail --recipient {name}",
    "account.register": "homebase account mail-server --user NAME, then homebase account confirm",
    "setup.timezone": "homebase account timezone",
    "backup.cloud": "homebase backup sheet, homebase recipient access {name} --user USER, then"
    " homebase consent give backup.cloud --standing --recipient {name}",
    "remote.access": "homebase relay add {name}, then"
    " homebase consent give remote.access --standing --recipient {name}",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """The verbs with their options."""
    verbs = Verbs(parser)
    listing = verbs.add("list", "who stands in homebase.toml", _list)
    check = verbs.add("check", "whether a start would take them; says every mistake", _check)
    add = verbs.add("add", "enter one; opens nothing by itself", _add)
    add.add_argument("name", help='a to z, 0 to 9 and "-", at most 32')
    add.add_argument(
        "--role", required=True, help="own, processor, partner or authority, as the activity allows"
    )
    add.add_argument("--host", help="one exact name, without https:// and port; not of a modem")
    add.add_argument("--device", metavar="PATH", help="of modem, such as /dev/serial/by-id/usb-…")
    add.add_argument("--country", required=True, metavar="XX", help="two letters, ISO 3166-1")
    activity = "of the notice, such as diagnosis.remote; may be repeated"
    add.add_argument("--activity", dest="activities", required=True, action="append", help=activity)
    add.add_argument(
        "--transport", help='"https" (default), "smtp", "smtps", "mqtts", "webdav", "s3" or "modem"'
    )
    add.add_argument("--port", type=between(int, 1, 65_535), metavar="N", help="default: the transport's")
    add.add_argument("--path", help='of https; the collection of webdav; the prefix in a bucket; default "/"')
    add.add_argument("--safeguard", metavar="TEXT", help="needed outside the European Economic Area")
    add.add_argument("--ca-file", metavar="FILE", help="PEM, an absolute path; default: the system's store")
    add.add_argument("--key", dest="keys", action="append", metavar="AGE1…", help="of age; may be repeated")
    add.add_argument("--bucket", help="of s3, in the path; default: the host names it")
    add.add_argument("--region", help="of s3, such as eu-central-1; default: us-east-1")
    access = verbs.add("access", "how to log in to a place for backups; kept by the gate, encrypted", _access)
    access.add_argument("name", help="homebase recipient list")
    access.add_argument("--user", default="", help="user name, or id of the access key")
    access.add_argument("--file", type=Path, metavar="FILE", help="password or secret key, mode 0600")
    access.add_argument("--remove", action="store_true", help="forget it")
    change = verbs.add("change", "change what stands there of one; says which consents that ends", _change)
    change.add_argument("name", help="homebase recipient list")
    change.add_argument(
        "values",
        nargs="+",
        metavar="KEY=VALUE",
        help=phrase(
            "of {keys}; several things with commas; without a value the key goes", keys=", ".join(_KEYS)
        ),
    )
    remove = verbs.add("remove", "take one out", _remove)
    remove.add_argument("name", help="homebase recipient list")
    remove.add_argument(
        "--anyway", action="store_true", help="though it has not confirmed that it deleted what it got"
    )
    for verb in (listing, check, add, change, remove):
        verb.add_argument(
            "--config", type=Path, metavar="FILE", help="homebase.toml of the home that is meant"
        )


def run(options: argparse.Namespace) -> int:
    """Do one verb."""
    return run_verb(options)


def _list(options: argparse.Namespace) -> int:
    answer = _ask(options)
    if options.json:
        return print_json(answer)
    table = [
        (
            row.get("name"),
            as_word(row.get("role")),
            f"{row.get('transport')}://{row.get('host')}:{row.get('port')}",
            row.get("country"),
            " ".join(_texts(row, "activities")),
        )
        for row in rows_of(answer, "recipients")
    ]
    if table:
        print_table(("NAME", "ROLE", "WHERE", "COUNTRY", "FOR"), table)
    elif not _texts(answer, "mistakes"):
        print(phrase("nobody is entered; homebase recipient add enters one, see docs/recipients.md"))
    _refuse_mistakes(options, answer)
    return 0


def _check(options: argparse.Namespace) -> int:
    answer = _ask(options)
    _refuse_mistakes(options, answer)
    if options.json:
        return print_json(answer)
    names = [str(row.get("name")) for row in rows_of(answer, "recipients")]
    print(
        phrase(
            "{file}: nothing wrong; recipients: {names}",
            file=_file(options),
            names=", ".join(names) or phrase("none"),
        )
    )
    return 0


def _add(options: argparse.Namespace) -> int:
    row = {key: value for key in _ROW if (value := getattr(options, key)) is not None}
    answer = _ask(options, row=row)
    if options.json:
        return print_json(answer)
    print(
        phrase(
            "{name} stands in {file}. {restart}",
            name=printable(options.name),
            file=_file(options),
            restart=_restart(options),
        )
    )
    print(phrase("Nothing goes there before you allow it. After the start:"))
    for activity in options.activities:
        print("  " + phrase(NEXT.get(activity, GIVE), activity=activity, name=options.name))
    return 0


def _change(options: argparse.Namespace) -> int:
    answer = _ask(options, change=options.name, values=dict(map(_value, options.values)))
    if options.json:
        return print_json(answer)
    name = printable(options.name)
    if not answer.get("changed"):
        print(phrase("{name} stands so in {file} already.", name=name, file=_file(options)))
        return 0
    print(
        phrase(
            "{name} is changed in {file}. {restart}",
            name=name,
            file=_file(options),
            restart=_restart(options),
        )
    )
    stale = answer.get("stale")
    if isinstance(stale, dict) and stale:
        print(phrase("From then on these consents hold no longer, as they named what stood there before:"))
        for line in _stale(options, stale):
            print(f"  {line}")
    return 0


def _value(text: str) -> tuple[str, object]:
    """A key with its value; None: the key goes.

    Raises:
        CommandFailed: it is of another form.
    """
    key, is_one, value = text.partition("=")
    if not is_one or key not in _KEYS:
        raise CommandFailed(
            phrase("{text!r}: allowed is KEY=VALUE, with one of {keys}", text=text, keys=", ".join(_KEYS)),
            EXIT_USAGE,
        )
    if not value:
        return key, None
    if key in _LISTS:
        return key, [one.strip() for one in value.split(",")]
    return key, int(value) if key == "port" and value.isascii() and value.isdecimal() else value


def _stale(options: argparse.Namespace, stale: Mapping[str, Answer]) -> list[str]:
    """Those that were given, with their ids; of a home that does not run all that there may be."""
    words = {activity: reason.get("text") for activity, reason in stale.items()}
    try:
        rows = rows_of(ask_gate(options.home, "consent.list"), "consents")
    except CommandFailed as failure:
        if failure.code != EXIT_NOT_RUNNING:
            raise
        return [f"{activity}: {text}" for activity, text in words.items()]
    given = [row for row in rows if row.get("recipient") == options.name and row.get("state") in _LIVE]
    return [
        f"{row.get('id')} {row['activity']}: {words[str(row['activity'])]}"
        for row in given
        if row.get("activity") in words
    ] or [phrase("none was given")]


def _access(options: argparse.Namespace) -> int:
    """The password is never an argument: those stand in lists of processes."""
    if options.remove:
        answer = ask_gate(options.home, "recipient.drop_access", recipient=options.name)
    else:
        if not options.user:
            raise CommandFailed(
                phrase("--user is missing: the user name, or the id of the access key"), EXIT_USAGE
            )
        named = {"recipient": options.name, "user": options.user, "password": _secret(options)}
        answer = ask_gate(options.home, "recipient.access", **named)
    if options.json:
        return print_json(answer)
    print(phrase("forgotten") if options.remove else phrase("kept, encrypted, by the gate alone"))
    if not options.remove and not answer.get("addressee"):
        print(phrase("There is no recovery sheet yet, which backups are encrypted to: homebase backup sheet"))
    return 0


def _secret(options: argparse.Namespace) -> str:
    if options.file is not None:
        return secret_in(options.file)
    if not sys.stdin.isatty():
        raise CommandFailed(phrase("nobody to ask here; name a file of mode 0600 with --file"), EXIT_USAGE)
    return getpass.getpass(phrase("Password or secret key of {user}: ", user=options.user))


def _remove(options: argparse.Namespace) -> int:
    if not options.anyway:
        _look_for_deletions(options)
    answer = _ask(options, remove=options.name)
    if options.json:
        return print_json(answer)
    print(
        phrase(
            "{name} stands in {file} no more. {restart}",
            name=printable(options.name),
            file=_file(options),
            restart=_restart(options),
        )
    )
    print(phrase("Until then what you allowed still holds; homebase consent withdraw ends it at once."))
    if mistakes := _texts(answer, "mistakes"):
        print(phrase("still wrong there: {mistakes}", mistakes=printable(" · ".join(mistakes))))
    return 0


def _look_for_deletions(options: argparse.Namespace) -> None:
    """A recipient without an entry can't be asked to delete any more.

    Raises:
        CommandFailed: it has not confirmed all deletions that it is asked for.
    """
    try:
        rows = rows_of(ask_gate(options.home, "rights.status"), "deletions")
    except CommandFailed as failure:
        if failure.code == EXIT_NOT_RUNNING:
            return  # nobody who could say
        raise
    open_ = [row for row in rows if row.get("recipient") == options.name and row.get("state") != "confirmed"]
    if open_:
        raise CommandFailed(
            phrase(
                "{name}: {open} of its transfers are not confirmed as deleted (homebase rights"
                " status), and without its entry it is not asked again; wait, or add --anyway",
                name=options.name,
                open=len(open_),
            ),
            EXIT_USAGE,
        )


def _file(options: argparse.Namespace) -> Path:
    """Return the homebase.toml that is meant.

    Raises:
        CommandFailed: it can't be known.
    """
    home: Named | None = options.home
    if options.config is not None:
        return cast("Path", options.config).absolute()
    variable = named_run(environment()) if home is None else None
    if variable is not None or (home is not None and home.option == RUN):
        which = home or f"{RUN_VARIABLE}={variable}"
        raise CommandFailed(
            phrase(
                "{which}: a folder of sockets names no homebase.toml; add --config FILE, or"
                " --state DIR of the home",
                which=which,
            ),
            EXIT_USAGE,
        )
    return config_of(state_of(None if home is None else home.folder))


def _restart(options: argparse.Namespace) -> str:
    if _file(options) == CONFIG:
        return phrase("It counts from the gate's next start: sudo systemctl restart homebase-gate")
    return phrase("It counts from the next start: end homebase (Ctrl-C) and start it again.")


def _ask(options: argparse.Namespace, **question: object) -> Answer:
    file = _file(options)
    python, asked = str(Path(sys.executable).resolve()), json.dumps({"file": str(file), **question})
    done = subprocess.run(  # noqa: S603 - our own file under our own interpreter
        [python, "-I", "-S", str(ROOT / PROGRAM), installed_packages(), asked],
        stdout=subprocess.PIPE,
        check=False,
    )
    if done.returncode != 0:
        raise CommandFailed(
            phrase(
                "{name} ended with {returncode}; please report this",
                name=PROGRAM.name,
                returncode=done.returncode,
            ),
            EXIT_INTERNAL,
        )
    answer = cast("Answer", json.loads(done.stdout))
    match answer:
        case {"wrong": str(text), "code": int(code)}:
            raise CommandFailed(text, code)
        case _:
            return answer


def _refuse_mistakes(options: argparse.Namespace, answer: Answer) -> None:
    if mistakes := _texts(answer, "mistakes"):
        raise CommandFailed(
            phrase(
                "{file}: {mistakes}; correct the file", file=_file(options), mistakes=" · ".join(mistakes)
            ),
            EXIT_CONFIG,
        )


def _texts(answer: Answer, key: str) -> list[str]:
    value = answer.get(key)
    return [str(each) for each in value] if isinstance(value, list) else []
