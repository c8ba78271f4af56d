"""``homebase support``: the receiver for whoever helps owners with remote diagnosis; no part of a home.

The rules are in support/, which only this command loads; this file parses and prints. docs/support.md.
"""

import argparse
import asyncio
import json
import os
import pwd
import re
import signal
import sys
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from privacy.system import SystemClock, random_bytes
from support import certificates
from support.desk import Declined, Desk
from support.identity import FILE as KEY_FILE
from support.identity import BadIdentity, identity_in
from support.label import DIAGNOSIS, HOSTNAME, PATH, REPORT
from support.server import Server
from support.store import Store, StoreError
from support.words import words

from ..command_line import (
    EXIT_CANT_WRITE,
    EXIT_CONFIG,
    EXIT_IO,
    EXIT_PERMISSION,
    EXIT_USAGE,
    CommandFailed,
    printable,
)
from ..gate_console import print_table
from ..speech import phrase
from .start import between

FOLDER = Path.home() / ".homebase-support"
PORT = 8443
_NOBODY = 4_294_967_295  # /proc/self/loginuid of a process that no login began
_MAKING = {"serve", "open"}  # verbs that make a receiver where there is none
_COUNTRY = re.compile("[A-Z]{2}")


def configure(parser: argparse.ArgumentParser) -> None:
    """The verbs with their options."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar=phrase("VERB"))

    def add(name: str, summary: str, perform: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
        added: argparse.ArgumentParser = verbs.add_parser(
            name,
            help=phrase(summary),
            description=summary,
        )
        folder = phrase("of the receiver; default {folder}", folder=FOLDER)
        added.add_argument("--dir", type=Path, default=FOLDER, metavar="DIR", help=folder)
        added.add_argument("--json", action="store_true", help="for programs")
        added.set_defaults(perform=perform)
        return added

    serve = add("serve", "receive diagnoses until Ctrl-C; says what owners enter", _serve)
    serve.add_argument("--host", default="", help="full name by which homes reach this machine; kept")
    serve.add_argument("--country", type=_country, metavar="XX", help="where it stands; kept")
    serve.add_argument("--port", type=between(int, 0, 65_535), default=PORT, metavar="N", help="default 8443")
    serve.add_argument("--listen", default="0.0.0.0", metavar="ADDRESS", help="default: all of IPv4")  # noqa: S104 -- homes come from anywhere
    serve.add_argument(
        "--chain", type=Path, metavar="FILE", help="certificate in PEM that homes trust already"
    )
    serve.add_argument("--private-key", type=Path, metavar="FILE", help="of that certificate")
    add("entry", "what an owner enters for this receiver", _entry)
    opened = add("open", "open a ticket, whose number you read out to the owner", _open)
    opened.add_argument("ticket", nargs="?", default="", help="of your own; default: a new one")
    closed = add("close", "close a ticket: all that came for it is deleted", _close)
    show = add("show", "decrypt what came for a ticket; that you looked is written down", _show)
    for verb in (closed, show):
        verb.add_argument("ticket", help="homebase support list")
    add("list", "the open tickets", _list)
    add("log", "who opened, looked, closed, and what came, was refused and deleted", _log)


def run(options: argparse.Namespace) -> int:
    """Do one verb."""
    perform: Callable[[argparse.Namespace], int] = options.perform
    language: str = options.lang
    try:
        return perform(options)
    except Declined as declined:
        raise CommandFailed(words(declined.code, language, **declined.fields), EXIT_USAGE) from declined
    except BadIdentity as bad:
        raise CommandFailed(words(bad.why, language, path=bad.path, what=bad.what), EXIT_PERMISSION) from None
    except StoreError as error:
        key = "newer" if error.newer else "store"
        raise CommandFailed(
            words(key, language, path=error.path, what=error.what), EXIT_CANT_WRITE
        ) from error
    except certificates.BadCertificate as bad:
        raise CommandFailed(_why(bad, language), EXIT_CONFIG) from bad


def _why(bad: certificates.BadCertificate, language: str) -> str:
    return words(bad.code, language, path=bad.path, what=bad.what)


def _country(text: str) -> str:
    if not _COUNTRY.fullmatch(text):
        wrong = phrase("{text!r}: allowed are two capital letters, ISO 3166-1, such as DE", text=text)
        raise argparse.ArgumentTypeError(wrong)
    return text


def _desk(options: argparse.Namespace) -> Desk:
    """The receiver of that folder; its key is made with the first command that lets something in."""
    store, key = Store(options.dir), options.dir / KEY_FILE
    is_new = not key.exists()
    if is_new and options.verb not in _MAKING:
        raise CommandFailed(words("nothing_here", options.lang, path=options.dir), EXIT_USAGE)
    store.make()
    desk = Desk(store, identity_in(options.dir), SystemClock(), random_bytes)
    if is_new:
        print(words("key_made", options.lang, path=key), file=sys.stderr)
    return desk


def _who() -> str:
    """The person who logged in, also behind sudo; else the user of this process."""
    try:
        number = int(Path("/proc/self/loginuid").read_text("ascii"))
    except (OSError, ValueError):
        number = _NOBODY
    number = os.getuid() if number == _NOBODY else number
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


# the server


def _serve(options: argparse.Namespace) -> int:
    if bool(options.chain) != bool(options.private_key):
        raise CommandFailed(words("half_chain", options.lang), EXIT_USAGE)
    desk = _desk(options)
    before = desk.remembered()  # sweeps: what is over goes also where the server can't start
    host = (options.host or before.get("host", "")).lower()
    country = options.country or before.get("country", "")
    if not host or not country:
        raise CommandFailed(words("no_host", options.lang), EXIT_USAGE)
    if not HOSTNAME.fullmatch(host):
        raise CommandFailed(words("bad_host", options.lang, host=host), EXIT_USAGE)
    clock = SystemClock()
    chain = options.chain or _own_chain(options, host, clock.now())
    context = certificates.context_of(chain, options.private_key)

    def renewed() -> None:
        if options.chain is None:
            new = certificates.ready(options.dir, host, clock.now())
            certificates.context_of(
                new, None
            )  # first: what can't be used must not go into the one that serves
            context.load_cert_chain(new)

    def ready(port: int) -> None:
        desk.remember(
            host=host,
            port=str(port),
            country=country,
            own_ca="" if options.chain else "yes",
        )
        if not options.json:
            _print_entry(options, desk)
        print(words("ready", options.lang, host=host, port=port), flush=True)

    server = Server(desk=desk, context=context, clock=clock, renewed=renewed)
    try:
        asyncio.run(_until_ended(server.run(options.listen, options.port, ready)))
    except OSError as error:
        what = os.strerror(error.errno or 0)
        text = words("port", options.lang, address=options.listen, port=options.port, what=what)
        raise CommandFailed(text, EXIT_IO) from error
    return 0


def _own_chain(options: argparse.Namespace, host: str, at: datetime) -> Path:
    """Renewed where that is due; the one of before where that fails and it still holds."""
    try:
        return certificates.ready(options.dir, host, at)
    except certificates.BadCertificate as bad:
        if not certificates.still_valid(options.dir, host, at):
            raise
        print(_why(bad, options.lang), words("unrenewed", options.lang), sep="; ", file=sys.stderr)
        return Path(options.dir) / certificates.CHAIN


async def _until_ended(serving: Coroutine[object, object, None]) -> None:
    """SIGTERM and Ctrl-C end it; what is being received is tried again by its home."""
    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    with suppress(asyncio.CancelledError):
        await serving


def _entry(options: argparse.Namespace) -> int:
    desk = _desk(options)
    if not desk.remembered():
        raise CommandFailed(words("never_served", options.lang), EXIT_USAGE)
    _print_entry(options, desk)
    return 0


def _print_entry(options: argparse.Namespace, desk: Desk) -> None:
    kept = desk.remembered()
    own_ca = kept.get("own_ca") == "yes"
    fingerprint = certificates.fingerprint(options.dir) if own_ca else ""
    row = {"host": kept["host"], "port": int(kept["port"]), "country": kept["country"], "path": PATH}
    if options.json:
        print(json.dumps({**row, "key": desk.public_key, "ca_sha256": fingerprint}))
        return
    command = (
        f"homebase recipient add support --role processor --activity {DIAGNOSIS} --activity {REPORT}"
        f" --host {row['host']} --port {row['port']} --country {row['country']} --path {PATH}"
        f" --key {desk.public_key}"
    )
    print(words("enter", options.lang))
    print(f"  {command}{' --ca-file /etc/homebase/support-ca.pem' if own_ca else ''}")
    if own_ca:
        ca = options.dir / certificates.CA
        print(words("ca", options.lang, path=ca, fingerprint=fingerprint))
    print(words("key", options.lang, key=desk.public_key))


# tickets


def _open(options: argparse.Namespace) -> int:
    ticket = _desk(options).open_ticket(options.ticket, _who())
    return _say(options, {"ticket": ticket}, lambda lang: words("opened", lang, ticket=ticket))


def _close(options: argparse.Namespace) -> int:
    count = _desk(options).close_ticket(options.ticket, _who())
    told = {"ticket": options.ticket, "deleted": count}
    return _say(options, told, lambda lang: words("closed", lang, ticket=options.ticket, count=count))


def _show(options: argparse.Namespace) -> int:
    for one in _desk(options).show(options.ticket, _who()):
        moments = {"received": _moment(one.received), "delete_by": _moment(one.delete_by)}
        if options.json:
            print(json.dumps({"transfer": one.transfer, **moments, "bundle": json.loads(one.text)}))
        else:
            print(words("delivery", options.lang, transfer=one.transfer, **moments))
            print(printable(one.text))
    return 0


def _list(options: argparse.Namespace) -> int:
    tickets = _desk(options).tickets()
    rows = [
        (one.number, _moment(one.opened), one.deliveries, _moment(one.delete_by) if one.delete_by else "-")
        for one in tickets
    ]
    if options.json:
        print(
            json.dumps(
                [dict(zip(("ticket", "opened", "deliveries", "delete_by"), row, strict=True)) for row in rows]
            )
        )
    elif rows:
        print_table(("TICKET", "OPENED", "CAME", "DELETED BY"), rows)
    else:
        print(words("no_tickets", options.lang))
    return 0


def _log(options: argparse.Namespace) -> int:
    for line in _desk(options).log():
        if options.json:
            print(json.dumps({**asdict(line), "at": _moment(line.at)}))
            continue
        told = words(f"what.{line.what}", options.lang)
        why = words(f"note.{line.note}", options.lang)
        times = f"{line.times} x" if line.times > 1 else ""
        parts = (_moment(line.at), told, line.ticket, line.transfer, line.who, why, times)
        print(printable("  ".join(part for part in parts if part)))
    return 0


def _say(options: argparse.Namespace, told: object, line: Callable[[str], str]) -> int:
    print(json.dumps(told) if options.json else line(options.lang))
    return 0


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
