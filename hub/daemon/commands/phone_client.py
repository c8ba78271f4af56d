"""``homebase phone pair | devices | set | watch``: a phone for the shell, by docs/protocols/remote.md.

Its keys stand in a file of mode 0600. The code comes by standard input: arguments are seen by everybody.
"""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from privacy.system import SystemClock, environment, random_bytes

from ..command_line import (
    EXIT_CANT_WRITE,
    EXIT_INTERRUPTED,
    EXIT_IO,
    EXIT_NOT_RUNNING,
    EXIT_USAGE,
    CommandFailed,
    printable,
)
from ..gate_console import rows_of
from ..home import problem_failure
from ..speech import as_word, language, phrase, system_words
from . import phone_consents, phone_naming
from .devices import print_devices

if TYPE_CHECKING:
    from ..phone.connection import Connection
    from ..phone.keys import PhoneKeys

KEYS = "$XDG_STATE_HOME/homebase/phone.json, else ~/.local/state/homebase/phone.json"
CODE_LIMIT = 4096  # characters that are read of standard input
Add = Callable[[str, str], argparse.ArgumentParser]
_SIGNED = {**phone_consents.VERBS, **phone_naming.VERBS}


def configure(add: Add) -> None:
    """The verbs with their options; ``add`` gives each what ``shared`` has."""
    pair = add("pair", "be a phone: read a code from standard input, show six words, wait for the home's yes")
    pair.add_argument("--name", default="shell", help="what this phone calls itself; default: shell")
    add("devices", "as a phone: list the home's devices")
    set_value = add("set", "as a phone: set a datapoint")
    set_value.add_argument("datapoint", help="for example bidcos:SIM0000001:1.STATE")
    set_value.add_argument("value", help="on, off, a number, or the name of a choice")
    add("watch", "as a phone: print changes as they happen")
    copy = add("copy", "as an owner's phone: save a copy of all that the hub keeps, as lines of JSON")
    copy.add_argument("file", type=Path, help="a new file; it is made with mode 0600")
    phone_consents.configure(add)
    phone_naming.configure(add)


def shared(parser: argparse.ArgumentParser) -> None:
    """What each verb has: the phone's keys. A phone may be elsewhere, so no folder of a home is taken."""
    parser.add_argument(
        "--keys",
        type=Path,
        metavar="FILE",
        help="of this phone; default: $XDG_STATE_HOME/homebase/phone.json,"
        " else ~/.local/state/homebase/phone.json",
    )
    parser.add_argument("--state", "--run", type=_no_home, default=argparse.SUPPRESS, help=argparse.SUPPRESS)


def _no_home(folder: str) -> NoReturn:
    raise argparse.ArgumentTypeError(
        phrase(
            "{folder!r}: a phone finds its home by its keys; name their file with --keys"
            " FILE, default {keys}",
            folder=folder,
            keys=phrase(KEYS),
        )
    )


def pair(options: argparse.Namespace) -> int:
    """Pair, and keep the keys."""
    return _run(_pair(options))


def devices(options: argparse.Namespace) -> int:
    """List devices."""
    return _run(_devices(options))


def set_value(options: argparse.Namespace) -> int:
    """Set a datapoint."""
    return _run(_set(options))


def watch(options: argparse.Namespace) -> int:
    """Print changes until SIGINT."""
    return _run(_watch(options))


def copy(options: argparse.Namespace) -> int:
    """Save a copy of the home's data."""
    return _run(_copy(options))


def _run(life: Coroutine[None, None, None]) -> int:
    try:
        asyncio.run(life)
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    return 0


async def _pair(options: argparse.Namespace) -> None:
    from hub.remote.initiator import Dial  # noqa: PLC0415 - see _session
    from hub.remote.keys import KEY_SIZE, Mode, fingerprint, pairing_psk  # noqa: PLC0415
    from hub.remote.messages import Hello, mark_told  # noqa: PLC0415
    from hub.remote.phone_session import Paired, Secret  # noqa: PLC0415
    from hub.remote.qr import BadCode, decode  # noqa: PLC0415
    from hub.remote.words import words  # noqa: PLC0415

    from ..phone import keys  # noqa: PLC0415
    from ..phone.agreeing import new_grant_key  # noqa: PLC0415
    from ..phone.connection import CLIENT, SessionLost, connected  # noqa: PLC0415

    path = _keys_file(options)
    keys.check_free(path)
    try:
        code = decode(sys.stdin.readline(CODE_LIMIT))
    except BadCode as error:
        raise CommandFailed(
            phrase("{error}; homebase phone code shows one", error=error), EXIT_USAGE
        ) from error
    private = random_bytes(KEY_SIZE)

    def dial(route: bytes) -> Dial:
        return Dial(
            mode=Mode.PAIR,
            hub_key=code.hub_key,
            private=private,
            psk=pairing_psk(code.secret, code.hub_key, route),
            route=route,
            pairing=code.pairing,
        )

    made = keys.PhoneKeys(
        hub_key=code.hub_key,
        gate_key=code.gate_key,
        private=private,
        psk=b"",  # until the home says it
        ways=code.ways,
        grant=new_grant_key(),
    )
    kept, role = False, ""
    try:
        async with connected(
            dial, code.ways, Hello(client=CLIENT, name=options.name), SystemClock(), random_bytes
        ) as home:
            while True:
                match await home.next():
                    case Secret(psk=psk) if not kept:
                        keys.write(path, replace(made, psk=psk))
                        kept = True
                        await home.kept()
                        print(
                            phrase(
                                "Compare with what the home shows:   {words}",
                                words=" ".join(words(home.hash)),
                            ),
                            flush=True,
                        )
                    case Paired(facts=facts):
                        keys.learn(path, keys.read(path), mark_told(facts))
                        role = facts.role
                        print(
                            phrase(
                                "Paired as {role}. Keys: {path}", role=as_word(printable(role)), path=path
                            ),
                            flush=True,
                        )
                        print(phrase("The home's keys, as homebase phone code shows them at home:"))
                        print(phrase("  hub  key  {fingerprint}", fingerprint=fingerprint(code.hub_key)))
                        print(
                            phrase("  gate key  {fingerprint}", fingerprint=fingerprint(code.gate_key)),
                            flush=True,
                        )
                        break
                    case _:
                        pass
    except CommandFailed as failed:
        if kept and isinstance(failed, SessionLost) and failed.closed_by is None:
            text = phrase(
                "the connection with the home was lost; once somebody there says yes, {path} opens it",
                path=path,
            )
            raise CommandFailed(text, EXIT_IO) from failed
        if kept:
            path.unlink(missing_ok=True)  # these keys open nothing
        raise
    if role == "owner" and code.claim:
        await _session(options, partial(_enrol, keys.read(path), code.claim))
        print(phrase("It may agree for this home: homebase phone grant."))
    elif role == "owner":
        print(phrase("It may agree for this home once an owner's phone named it: homebase phone offer."))


async def _enrol(kept: "PhoneKeys", claim: bytes, home: "Connection") -> None:
    from ..phone.agreeing import Agreeing  # noqa: PLC0415

    await Agreeing(home=home, keys=kept, clock=SystemClock(), random_bytes=random_bytes).enrol(claim)


async def _consent(verb: str, options: argparse.Namespace) -> None:
    from ..phone import keys  # noqa: PLC0415

    kept = keys.read(_keys_file(options))
    if not kept.grant:
        raise CommandFailed(
            phrase("this phone was paired before it had a key to agree with; pair it anew"), EXIT_IO
        )
    await _session(options, phone_consents.as_phone(_SIGNED[verb], options, kept))


def _consented(verb: str, options: argparse.Namespace) -> int:
    return _run(_consent(verb, options))


async def _devices(options: argparse.Namespace) -> None:
    if options.json:
        (answer,) = await _asked(options, ("devices.list", {}))
        print(json.dumps(answer))
        return
    devices, datapoints = await _asked(options, ("devices.list", {}), ("datapoints.list", {}))
    print_devices(rows_of(devices, "devices"), rows_of(datapoints, "datapoints"))


async def _set(options: argparse.Namespace) -> None:
    from .set import value_of  # noqa: PLC0415

    body = {"id": options.datapoint, "value": value_of(options.value)}
    (answer,) = await _asked(options, ("datapoints.set", body))
    value = json.dumps(answer.get("value"))
    print(printable(f"{answer.get('id')} = {value} ({as_word(answer.get('origin'))})"))


async def _watch(options: argparse.Namespace) -> None:
    from hub.remote.pace import pause_s  # noqa: PLC0415

    from ..phone.connection import Connection, SessionLost  # noqa: PLC0415

    lost: int | None = None  # sessions since the home told something; None: it told nothing yet

    async def follow(home: Connection) -> None:
        nonlocal lost
        async for event in home.follow(random_bytes):
            lost = 0
            told = json.loads(event)
            for change in told.get("changes", told.get("snapshot", [])):
                if options.json:
                    print(json.dumps(change, ensure_ascii=False), flush=True)
                else:
                    value = json.dumps(change.get("value"))
                    print(printable(f"{change.get('at')}  {change.get('id')} = {value}"), flush=True)

    while True:
        try:
            await _session(options, follow)
        except CommandFailed as failed:
            comes_again = isinstance(failed, SessionLost) or failed.code == EXIT_NOT_RUNNING
            if lost is None or not comes_again:
                raise
            if not lost:
                print(
                    phrase("homebase: the connection with the home was lost; trying again"), file=sys.stderr
                )
            await SystemClock().sleep(pause_s(lost, random_bytes))
            lost += 1


async def _copy(options: argparse.Namespace) -> None:
    from ..phone.connection import Connection  # noqa: PLC0415

    try:
        descriptor = os.open(options.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise CommandFailed(
            phrase("{file}: {what}; name a new file", file=options.file, what=system_words(error)),
            EXIT_CANT_WRITE,
        ) from error

    async def save(home: Connection) -> None:
        async for data in home.pour("rights.copy", random_bytes):
            file.write(data)

    with os.fdopen(descriptor, "wb") as file:
        try:
            await _session(options, save)
            file.flush()
            size = file.tell()
        except BaseException:
            options.file.unlink()  # half a copy looks like a whole one
            raise
    print(
        phrase("{file}: {size} bytes. It holds your whole home: keep it well.", file=options.file, size=size)
    )


async def _asked(options: argparse.Namespace, *questions: tuple[str, object]) -> list[Mapping[str, object]]:
    """The answers to operations with their bodies, in one session."""
    from ..phone.connection import Connection  # noqa: PLC0415

    answers: list[Mapping[str, object]] = []

    async def ask(home: Connection) -> None:
        for name, body in questions:
            answer = await home.ask(name, body, random_bytes)
            if not answer.ok:
                problem = json.loads(bytes(answer.problem))
                raise problem_failure(int(problem.get("status", 500)), problem)
            told = json.loads(bytes(answer.body))
            assert isinstance(told, dict)
            answers.append(told)

    await _session(options, ask)
    return answers


async def _session(options: argparse.Namespace, use: Callable[..., Coroutine[None, None, None]]) -> None:
    """A session with the home that paired us. Its imports cost a third of a second, and only here."""
    from hub.remote.initiator import Dial  # noqa: PLC0415
    from hub.remote.keys import Mode  # noqa: PLC0415
    from hub.remote.messages import Hello, mark_told  # noqa: PLC0415
    from hub.remote.phone_session import Welcomed  # noqa: PLC0415

    from ..phone import keys  # noqa: PLC0415
    from ..phone.connection import CLIENT, connected  # noqa: PLC0415

    path = _keys_file(options)
    kept = keys.read(path)

    def dial(route: bytes) -> Dial:
        return Dial(mode=Mode.SESSION, hub_key=kept.hub_key, private=kept.private, psk=kept.psk, route=route)

    hello = Hello(client=CLIENT, language=language())
    async with connected(dial, kept.ways, hello, SystemClock(), random_bytes, kept.account) as home:
        match await home.next():
            case Welcomed(welcome=welcome):
                if welcome.phone is None:
                    raise CommandFailed(phrase("nobody at home confirmed this phone yet"), EXIT_IO)
                mark = mark_told(welcome.phone)
                if mark or home.at_home:
                    keys.learn(path, kept, mark)
            case _:
                raise CommandFailed(phrase("the home speaks another version; update both"), EXIT_IO)
        await use(home)


def _keys_file(options: argparse.Namespace) -> Path:
    if options.keys is not None:
        return Path(options.keys)
    known = environment()
    base = known.get("XDG_STATE_HOME") or str(Path(known.get("HOME", "/")) / ".local/state")
    return Path(base) / "homebase" / "phone.json"


VERBS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "pair": pair,
    "devices": devices,
    "set": set_value,
    "watch": watch,
    "copy": copy,
    **{verb: partial(_consented, verb) for verb in _SIGNED},
}
