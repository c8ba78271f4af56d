"""The frame of the command line: one table of commands, each in a module of its own that loads when used.

A command's module has ``configure(parser)`` and ``run(options) -> int``; a process that parses its own
arguments has ``run(arguments) -> int`` and is listed with ``passes_arguments``. Each command speaks the
language that ``--lang`` names, else that of the locale (speech.py); parsers and help, too.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any, NoReturn, TypeVar

from .forms import said
from .speech import LANGUAGES, OPTION, asked_language, language, phrase, speaking

EXIT_USAGE, EXIT_CONFIG, EXIT_NOT_RUNNING, EXIT_INTERNAL = 2, 65, 69, 70
EXIT_CANT_WRITE, EXIT_IO, EXIT_PERMISSION, EXIT_INTERRUPTED = 73, 74, 77, 130

EPILOG = """exit codes:
  0 done · 2 usage · 65 bad configuration · 69 not running or not installed · 70 internal error
  73 can't write · 74 input or output failed · 77 isolation or permission · 130 interrupted"""


class CommandFailed(Exception):
    """Ends the command with one line. code: of the table; the text ends with the way out.

    reason: the gate's own code of a refusal, empty otherwise.
    """

    def __init__(self, text: str, code: int, reason: str = "") -> None:
        super().__init__(text)
        self.code = code
        self.reason = reason


def printable(value: object) -> str:
    """Text that can't control a terminal: names, values and errors may be a hostile hub's."""
    text = "-" if value is None else str(value)
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One word of the command line. passes_arguments: the module parses everything after the word itself."""

    name: str
    module: str
    summary: str
    passes_arguments: bool = False


COMMANDS = (
    Command(name="run", module="hub.daemon.commands.run", summary="run this home: gate and hub"),
    Command(name="demo", module="hub.daemon.commands.demo", summary="run a simulated home to try everything"),
    Command(name="gate", module="hub.daemon.commands.gate", summary="run the gate alone (systemd)"),
    Command(
        name="hub",
        module="hub.daemon.hub",
        summary="run the jailed hub (started by the gate)",
        passes_arguments=True,
    ),
    Command(
        name="simulator",
        module="hub.daemon.commands.simulator",
        summary="run a simulated radio stick and its devices",
        passes_arguments=True,
    ),
    Command(name="devices", module="hub.daemon.commands.devices", summary="list the home's devices"),
    Command(
        name="set", module="hub.daemon.commands.set", summary="set a datapoint: switch a light, close a blind"
    ),
    Command(name="watch", module="hub.daemon.commands.watch", summary="print changes as they happen"),
    Command(name="pair", module="hub.daemon.commands.pair", summary="teach a device in"),
    Command(
        name="replace",
        module="hub.daemon.commands.replace",
        summary="let a new device take a broken one's place",
    ),
    Command(
        name="paramset",
        module="hub.daemon.commands.paramset",
        summary="read and change a device's parameters",
    ),
    Command(name="link", module="hub.daemon.commands.link", summary="direct links between devices"),
    Command(name="week", module="hub.daemon.commands.week", summary="week programs of thermostats"),
    Command(
        name="notify", module="hub.daemon.commands.notify", summary="what you have to know about the home"
    ),
    Command(
        name="radio",
        module="hub.daemon.commands.radio",
        summary="frames on the air, send time, signals and keys",
    ),
    Command(
        name="decode",
        module="hub.daemon.commands.decode",
        summary="decode radio frames from standard input",
        passes_arguments=True,
    ),
    Command(name="notice", module="hub.daemon.commands.notice", summary="what may leave this home, and why"),
    Command(name="consent", module="hub.daemon.commands.consent", summary="give, withdraw and list consents"),
    Command(
        name="rights",
        module="hub.daemon.commands.rights",
        summary="your data here: a copy of it, put right, erased, restricted",
    ),
    Command(
        name="account",
        module="hub.daemon.commands.account",
        summary="the account's data, and how its e-mail address is confirmed",
    ),
    Command(
        name="ticket",
        module="hub.daemon.commands.ticket",
        summary="report a problem to customer service, and follow its ticket",
    ),
    Command(
        name="disclosure",
        module="hub.daemon.commands.disclosure",
        summary="what an authority may demand by law: written out, and recorded",
    ),
    Command(
        name="monitor",
        module="hub.daemon.commands.monitor",
        summary="device monitoring: what is asked for, what leaves next, what left",
    ),
    Command(
        name="telemetry",
        module="hub.daemon.commands.telemetry",
        summary="anonymous statistics: what is asked for, what it costs, what left",
    ),
    Command(
        name="history",
        module="hub.daemon.commands.history",
        summary="usage history on servers, by purpose: which series, what leaves next, what left",
    ),
    Command(name="phone", module="hub.daemon.commands.phone", summary="phones that may agree for this home"),
    Command(
        name="recipient",
        module="hub.daemon.commands.recipient",
        summary="who may get something once you consented: in homebase.toml",
    ),
    Command(
        name="relay", module="hub.daemon.commands.relay", summary="relays by which phones get in from outside"
    ),
    Command(
        name="backup",
        module="hub.daemon.commands.backup",
        summary="backups of this home: the recovery sheet, make, check, restore",
    ),
    Command(
        name="update",
        module="hub.daemon.commands.update",
        summary="news of new versions: signed, checked here, only if you agreed",
    ),
    Command(name="app", module="hub.daemon.commands.app", summary="the app as files for another web server"),
    Command(name="ledger", module="hub.daemon.commands.ledger", summary="the record of all that left"),
    Command(
        name="support",
        module="hub.daemon.commands.support",
        summary="for whoever helps owners: receive remote diagnoses, ticket by ticket",
    ),
    Command(
        name="doctor", module="hub.daemon.commands.doctor", summary="check machine, isolation, keys and radio"
    ),
)


_Action = TypeVar("_Action", bound=argparse.Action)


class Help(argparse.RawDescriptionHelpFormatter):
    """Help in the language of the command."""

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        """With our own word for it."""
        super().add_usage(usage, actions, groups, phrase("usage: ") if prefix is None else prefix)


class Parser(argparse.ArgumentParser):
    """Says its help, and in one line what is wrong, in the language of the command; so do its verbs."""

    def __init__(self, *, description: str, **settings: Any) -> None:
        """description: in English, as all help of arguments."""
        settings = {"formatter_class": Help, "epilog": phrase(EPILOG), **settings}
        super().__init__(description=phrase(description), **settings)
        for action in self._actions:  # of parents, and its own help
            _speak(action)
        self._positionals.title = phrase("positional arguments")
        self._optionals.title = phrase("options")
        # for its help alone: parse() has taken it out before, wherever it stood
        self.add_argument(
            OPTION,
            choices=LANGUAGES,
            default=argparse.SUPPRESS,
            help="German or English, also before the command; default: as your locale",
        )

    def _add_action(self, action: _Action) -> _Action:
        _speak(action)
        return super()._add_action(action)

    def error(self, message: str) -> NoReturn:
        """One line instead of the whole usage."""
        wrong = phrase("{prog}: {what}; see {prog} --help", prog=self.prog, what=said(message))
        self.exit(EXIT_USAGE, f"{wrong}\n")


def _speak(action: argparse.Action) -> None:
    if action.help and action.help != argparse.SUPPRESS:
        action.help = phrase(action.help)
    if isinstance(action.metavar, str):
        action.metavar = phrase(action.metavar)
    elif isinstance(action.metavar, tuple):
        action.metavar = tuple(map(phrase, action.metavar))
    elif not action.option_strings and action.choices is None:
        action.metavar = phrase(action.dest)


def parse(arguments: Sequence[str]) -> int:
    """Find the command and its language, let it parse the rest, run it; return its exit code."""
    wanted, rest = asked_language(arguments, language())
    with speaking(wanted):
        return _run(rest)


def _run(arguments: list[str]) -> int:
    word = arguments[0] if arguments else "--help"
    command = next((command for command in COMMANDS if command.name == word), None)
    if command is None:
        return _outside_a_command(arguments or ["--help"])
    module = _load(command)
    if command.passes_arguments:
        return int(module.run(arguments[1:]))
    parser = Parser(prog=f"homebase {command.name}", description=command.summary)
    module.configure(parser)
    options = parser.parse_args(arguments[1:])
    options.lang = language()
    return int(module.run(options))


def _outside_a_command(arguments: Sequence[str]) -> int:
    width = max(len(command.name) for command in COMMANDS)
    listing = "\n".join(f"  {command.name:{width}}  {phrase(command.summary)}" for command in COMMANDS)
    more = phrase("homebase COMMAND --help says more.")
    parser = Parser(
        prog="homebase",
        usage=phrase("homebase COMMAND [OPTIONS]"),
        description="A smart-home hub for Homematic devices: local, private by construction.",
        epilog=f"{phrase('commands:')}\n{listing}\n\n{more}\n\n{phrase(EPILOG)}",
    )
    parser.add_argument(
        "--version", action="version", version="homebase 0.1.0", help="say which version it is"
    )
    names = [command.name for command in COMMANDS]
    parser.add_argument("command", metavar="COMMAND", choices=names, help=argparse.SUPPRESS)
    parser.parse_args(arguments)
    return EXIT_USAGE


def _load(command: Command) -> ModuleType:
    try:
        return import_module(command.module)
    except ModuleNotFoundError as error:
        if error.name != command.module:
            raise
        text = phrase("the command {name} is not part of this installation; update it", name=command.name)
        raise CommandFailed(text, EXIT_NOT_RUNNING) from error
