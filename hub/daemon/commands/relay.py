"""``homebase relay``: routes at relays, what their brokers have to know, and how it is with them.

The gate and the hub decide; this file asks, prints, and with ``--into`` writes a broker's two files.
"""

import argparse
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

from ..command_line import EXIT_CANT_WRITE, CommandFailed, printable
from ..gate_console import ask_gate, print_table, rows_of
from ..speech import phrase, system_words
from .start import between
from .verbs import Verbs, run_verb

Answer = Mapping[str, object]
PASSWORDS, ACL = "passwords", "acl"  # a broker's files, as config/relay/mosquitto.conf names them
_READ = "let the broker read them again (systemctl reload homebase-relay)"
_NAME = re.compile("[a-z][a-z0-9-]{0,31}")
_STATES = {
    "unused": "no phone has a slot yet; homebase phone code",
    "waiting": "connecting",
    "connected": "connected",
    "lost": "away",
    "refused": "refused",
}
_REFUSED = {
    "no_consent": "nobody allowed it yet; homebase consent give remote.access --standing --recipient {name}",
    "withdrawn": "withdrawn; homebase consent give remote.access --standing --recipient {name}",
    "notice_changed": "its text changed; homebase consent give remote.access --standing --recipient {name}",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """The verbs with their options."""
    verbs = Verbs(parser)
    add = verbs.add("add", "make a route at a relay, and show what its broker has to know", _add)
    add.add_argument("name", type=_name, help="of its [[recipient]] in homebase.toml")
    wss = between(int, 0, 65_535)
    help_ = "port of MQTT over WebSocket there, which the app in a browser needs; default: none"
    add.add_argument("--websocket", type=wss, default=0, metavar="PORT", help=help_)
    verbs.add("list", "the relays, their slots, and how it is with them", _list)
    renew = verbs.add("renew", "give burned slots new passwords, and show the broker's new lines", _renew)
    remove = verbs.add("remove", "give a relay up; phones are reached there no more", _remove)
    for verb in (renew, remove):
        verb.add_argument("name", type=_name, help="homebase relay list")
    for verb in (add, renew, remove):
        verb.add_argument(
            "--into", type=Path, metavar="DIR", help="change the broker's files passwords and acl there"
        )


def run(options: argparse.Namespace) -> int:
    """Do one verb."""
    return run_verb(options)


def _name(text: str) -> str:
    if _NAME.fullmatch(text) is None:
        raise argparse.ArgumentTypeError(
            phrase("{text!r}: allowed are a-z, 0-9 and -, as in homebase.toml", text=text)
        )
    return text


def _add(options: argparse.Namespace) -> int:
    _look_into(options)
    answer = ask_gate(options.home, "relay.add", name=options.name, wss_port=options.websocket)
    then = phrase(
        "{read} and pair a phone: homebase phone code.\nNothing connects before you"
        " allow it: homebase consent give remote.access --standing --recipient {name}",
        read=phrase(_READ),
        name=options.name,
    )
    return _tell_broker(
        options,
        answer,
        by_hand=phrase("Append these lines to its files there, then {then}", then=then),
        done=phrase("Its users stand in {into} now; {then}", into=options.into, then=then),
    )


def _renew(options: argparse.Namespace) -> int:
    _look_into(options)
    answer = ask_gate(options.home, "relay.renew", name=options.name)
    fresh = answer.get("renewed")
    if not options.json and isinstance(fresh, list) and not fresh:
        print(phrase("No slot is burned; nothing changed."))
        return 0
    slots = ", ".join(map(str, fresh)) if isinstance(fresh, list) else ""
    then = phrase("{read}. Until then the old passwords count.", read=phrase(_READ))
    return _tell_broker(
        options,
        answer,
        by_hand=phrase(
            "Renewed: {slots}. Put these lines in the place of the same users' old ones, then {then}",
            slots=slots,
            then=then,
        ),
        done=phrase(
            "Renewed: {slots}. The new lines stand in {into} now; {then}",
            slots=slots,
            into=options.into,
            then=then,
        ),
    )


def _look_into(options: argparse.Namespace) -> None:
    """Look before passwords are made that are shown once.

    Raises:
        CommandFailed: the broker's files can't be changed.
    """
    folder = options.into
    if folder is not None and not (folder.is_dir() and os.access(folder, os.W_OK)):
        raise CommandFailed(
            phrase("--into {folder}: allowed is a folder that you may write; sudo?", folder=folder),
            EXIT_CANT_WRITE,
        )


def _remove(options: argparse.Namespace) -> int:
    _look_into(options)
    rows = rows_of(ask_gate(options.home, "relay.list"), "relays")
    route = next((str(row.get("route")) for row in rows if row.get("name") == options.name), "")
    answer = ask_gate(options.home, "relay.remove", name=options.name)
    then = phrase("{read}. Until then their passwords count.", read=phrase(_READ))
    return _tell_broker(
        options,
        {"route": route, **answer},
        by_hand=phrase(
            "Removed. At the broker, strike the users hb1-{route}-… out of {passwords} and"
            " {acl}, then {then}",
            route=route,
            passwords=PASSWORDS,
            acl=ACL,
            then=then,
        ),
        done=phrase("Removed. Its users are struck out of {into}; {then}", into=options.into, then=then),
    )


def _list(options: argparse.Namespace) -> int:
    answer = ask_gate(options.home, "relay.list")
    if options.json:
        print(json.dumps(answer))
        return 0
    rows = rows_of(answer, "relays")
    table = [
        (
            row.get("name"),
            f"{row.get('host')}:{row.get('tls_port')}",
            row.get("route"),
            _numbers(row, "used"),
            _numbers(row, "burned"),
            _state(row),
        )
        for row in rows
    ]
    if not table:
        print(phrase("there is none; homebase relay add NAME, see docs/relay.md"))
        return 0
    print_table(("NAME", "WHERE", "ROUTE", "SLOTS IN USE", "BURNED", "STATE"), table)
    for row in rows:
        if row.get("burned"):
            print(
                phrase(
                    "{name}: homebase relay renew {name} makes burned slots usable again",
                    name=row.get("name"),
                )
            )
    return 0


def _numbers(row: Answer, key: str) -> str:
    value = row.get(key)
    return ",".join(map(str, value)) if isinstance(value, list) and value else "-"


def _state(row: Answer) -> str:
    state, reason = str(row.get("state")), str(row.get("reason"))
    if reason in _REFUSED:
        return phrase(_REFUSED[reason], name=row.get("name"))
    told = phrase(_STATES.get(state, state))
    return f"{told} ({printable(reason)})" if reason else told


def _tell_broker(options: argparse.Namespace, answer: Answer, *, by_hand: str, done: str) -> int:
    """Write the broker's lines, or show them. by_hand, done: what is left to do then, and after --into."""
    route = str(answer.get("route"))
    passwords, acl = _lines(answer, "passwords"), _lines(answer, "acl")
    failed = None
    if options.into is not None:
        try:
            _change(options.into, route, passwords, acl)
        except CommandFailed as error:
            failed = error  # the lines come but once: they are shown all the same
    if options.json:
        print(json.dumps(answer))
    elif options.into is not None and failed is None:
        print(done)
    else:
        _show(passwords, acl)
        print(by_hand)
    if failed is not None:
        raise failed
    return 0


def _show(passwords: list[str], acl: list[str]) -> None:
    if passwords:
        print(
            phrase(
                "# for the broker's {passwords} (mosquitto_passwd's form; the passwords stand nowhere in it)",
                passwords=PASSWORDS,
            )
        )
        print("\n".join(passwords))
        print(phrase("# for the broker's {acl}", acl=ACL))
        print("\n".join(acl))


def _lines(answer: Answer, key: str) -> list[str]:
    value = answer.get(key)
    return [str(line) for line in value] if isinstance(value, list) else []


def _change(folder: Path, route: str, passwords: list[str], acl: list[str]) -> None:
    """Put lines into a broker's files in the place of the same users' older ones; none: strike the route out.

    Raises:
        CommandFailed: a file can't be read or written.
    """
    prefix = f"hb1-{route}-"
    for name, lines, kept in ((PASSWORDS, passwords, _kept_passwords), (ACL, acl, _kept_acl)):
        path = folder / name
        try:
            old = path.read_text().splitlines() if path.exists() else []
            users = {line.partition(":")[0] for line in lines} if name == PASSWORDS and lines else None
            text = "".join(f"{line}\n" for line in (*kept(old, prefix, users), *lines))
            fresh = path.with_name(f".{name}.new")
            fresh.write_text(text)
            if path.exists():
                status = path.stat()
                fresh.chmod(status.st_mode & 0o777)
                os.chown(fresh, status.st_uid, status.st_gid)
            else:
                fresh.chmod(0o600)
            fresh.replace(path)
        except OSError as error:
            raise CommandFailed(
                phrase("{path}: {strerror}; change it by hand", path=path, strerror=system_words(error)),
                EXIT_CANT_WRITE,
            ) from error


def _kept_passwords(old: list[str], prefix: str, users: set[str] | None) -> list[str]:
    """Lines of other users; users: only these are replaced, None: all of the route."""
    return [
        line
        for line in old
        if not line.startswith(prefix) or (users is not None and line.partition(":")[0] not in users)
    ]


def _kept_acl(old: list[str], prefix: str, _: set[str] | None) -> list[str]:
    """Lines of other routes, and all that is no user's: patterns, comments."""
    kept, ours = [], False
    for line in old:
        if line.startswith("user "):
            ours = line.removeprefix("user ").startswith(prefix)
        if not (ours and line.startswith(("user ", "topic "))):
            kept.append(line)
    return kept
