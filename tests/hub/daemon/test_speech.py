"""The command line in German: no sentence without it, no German without its sentence, and the same fields."""

import argparse
import ast
import contextlib
import errno
import io
import os
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from itertools import chain
from pathlib import Path
from string import Formatter
from typing import get_args, get_type_hints

import pytest

import hub.daemon
import privacy
from hub.contract.causes import Urgency
from hub.contract.datapoints import Origin
from hub.contract.radio import KeyState
from hub.daemon import speech
from hub.daemon.command_line import COMMANDS, EXIT_USAGE, Command, Parser, parse
from hub.daemon.commands.devices import _AGES
from hub.daemon.commands.ledger import TOLD
from hub.daemon.commands.phone_limits import DAYS as PHONE_DAYS
from hub.daemon.commands.week import DAYS as WEEK_DAYS
from hub.daemon.forms import OF_ARGPARSE, OF_GATE, said
from hub.daemon.speech import asked_language, language_of, phrase, speaking
from hub.home.account import REQUIRED
from hub.home.notifications.kinds import Class
from hub.home.permits import State as PermitState
from hub.home.roles import Role
from hub.operations.account_messages import LicenseInfo
from privacy.activity import Form
from privacy.activity import Role as RecipientRole
from privacy.gate.storage.messages import Fate
from privacy.ledger import Kind

ROOT = Path(hub.daemon.__file__).parent
SPEAKING = {"phrase", "as_word", "print_table"}
SAYING = {"print", "input", "getpass.getpass", "CommandFailed", "argparse.ArgumentTypeError"}
GATE_CODES = {  # that are no enum there
    *("active", "used", "expired", "suspended", "withdrawn", "replaced"),  # consents
    *("delivered", "failed", "refused", "cut", "running"),  # deliveries
    *("objected", "restricted", "deregistered"),
    *("email", "sms", "push"),
}
HUB_CODES = {
    *("heard", "configuring", "paired", "failed", "closed"),  # stages of pairing
    *("normal", "scarce", "exhausted"),  # levels of send time
    *(each.name.lower() for each in Urgency),
    "answers",  # the cause of send time that goes for them
}
CODES = {each.value for each in (*Origin, *KeyState, *Class, *PermitState, *Role, *Form, *RecipientRole)}
CODES |= {each.value for each in (*Fate, *Kind)} | GATE_CODES | HUB_CODES | set(REQUIRED)
TABLES = {*TOLD, *(unit for _, _, unit in _AGES), *WEEK_DAYS, *PHONE_DAYS}  # looked up one by one
SYSTEM = {
    os.strerror(number)
    for number in (
        *(errno.ENOENT, errno.EACCES, errno.EPERM, errno.EEXIST, errno.EISDIR, errno.ENOTDIR, errno.ENOSPC),
        *(errno.EROFS, errno.EIO, errno.ECONNREFUSED, errno.ECONNRESET, errno.EPIPE, errno.EDQUOT),
        *(errno.EADDRINUSE, errno.ENAMETOOLONG, errno.EMFILE, errno.ETIMEDOUT),
    )
}
LICENSES = get_args(get_type_hints(LicenseInfo)["state"])
CODES |= set(LICENSES)
DONE = "\0"
VERBS = [command for command in COMMANDS if not command.passes_arguments]


def test_each_sentence_has_german_and_no_german_is_left_of_one_that_nobody_says() -> None:
    said = {*_sentences(), *_help(), *CODES, *OF_ARGPARSE, *OF_GATE, *TABLES, *SYSTEM}
    assert sorted(said - set(speech.german())) == []
    assert sorted(set(speech.german()) - said) == []


def test_nothing_is_said_past_the_catalogue() -> None:
    """Words of our own that are printed, asked or refused with, without ``phrase`` around them."""
    found = []
    for path in sorted(ROOT.rglob("*.py")):
        if path.name == "hub.py":
            continue  # the jailed hub, whose lines are the log's
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(func=func, args=[said, *_]) if ast.unparse(func) in SAYING:
                    found += [f"{path.name}:{node.lineno} {text}" for text in _bare(said)]
    assert found == []


def test_german_names_what_its_sentence_names() -> None:
    for english, german in speech.german().items():
        assert _fields(german) == _fields(english), english
        assert german.strip(), english


def test_no_sentence_has_german_in_two_places() -> None:
    areas = [ast.literal_eval(path.read_text()) for path in sorted((ROOT / "german").glob("*.json"))]
    named = list(chain.from_iterable(areas))
    assert sorted(one for one in set(named) if named.count(one) > 1) == []


@pytest.mark.parametrize("command", VERBS, ids=lambda command: str(command.name))
def test_each_verb_takes_a_language_and_says_its_help_in_it(command: Command) -> None:
    with speaking("de"):
        helps = [verb.format_help() for verb in _verbs(_parser(command))]
    for text in helps:
        assert text.startswith("Aufruf: homebase ")
        assert "--lang" in text
        assert "Rückgabewerte:" in text
        assert not {"usage:", "options:", "show this help", "default:"} & set(text.split("  "))


@pytest.mark.parametrize(
    ("arguments", "spoken", "rest"),
    [
        (["--lang", "de", "backup", "list"], "de", ["backup", "list"]),
        (["backup", "--lang=de", "list", "--json"], "de", ["backup", "list", "--json"]),
        (["backup", "list", "--lang", "en", "--lang", "de"], "de", ["backup", "list"]),
        (["set", "--", "--lang", "de"], "en", ["set", "--", "--lang", "de"]),
        (["set", "--lang", "fr"], "en", ["set", "--lang", "fr"]),
        (["set", "--lang"], "en", ["set", "--lang"]),
        (["hub", "--language", "de"], "en", ["hub", "--language", "de"]),
    ],
)
def test_the_language_may_be_named_anywhere(arguments: list[str], spoken: str, rest: list[str]) -> None:
    assert asked_language(arguments, "en") == (spoken, rest)


@pytest.mark.parametrize(
    ("variables", "spoken"),
    [
        ({}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "de_AT.UTF-8"}, "de"),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": ""}, "de"),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "C", "LC_MESSAGES": "de_DE.UTF-8"}, "de"),
    ],
)
def test_without_a_name_the_locale_says_the_language(variables: dict[str, str], spoken: str) -> None:
    assert language_of(variables) == spoken


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["set", "--lang", "fr"], "homebase set: Angabe --lang: ungültige Auswahl: 'fr' (erlaubt ist "),
        (["set"], "homebase set: diese Angaben fehlen: Datenpunkt, Wert; siehe homebase set --help"),
        (["ledger", "list", "--after", "x"], "Angabe --after: 'x': erlaubt ist -1 bis "),
        (["rights", "erase"], "eine der Angaben --person --category --everything ist nötig"),
        (["rights", "erase", "--category", "x"], "Angabe --category: 'x': erlaubt ist system, "),
        (["week", "show"], "diese Angaben fehlen: Kanal"),
        (["notify", "ways", "x"], "unbekannte Angaben: x"),
        (["account", "set", "--name"], "Angabe --name: ein Wert wird erwartet"),
    ],
)
def test_what_is_wrong_is_said_in_german(
    arguments: list[str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with speaking("de"), pytest.raises(SystemExit) as end:
        parse(arguments)
    assert end.value.code == EXIT_USAGE
    assert line in capsys.readouterr().err


def test_what_the_gate_says_in_english_alone_is_found_again() -> None:
    sources = "".join(path.read_text() for path in Path(privacy.__file__).parent.rglob("*.py"))
    said_there = re.sub(r'"\s*f?"', "", sources)  # of a long sentence in pieces
    for form in OF_GATE:
        found = (piece.strip(":; ") for piece in re.split(r"\{\w+\}", form))
        pieces = [piece for piece in found if re.search("[a-z]{3}", piece)]
        known = said_there.replace("{ACTIVITY}", "remote.access")
        assert [piece for piece in pieces if piece not in known] == [], form
    with speaking("de"):
        assert said("'x' is not in the register; see homebase notice").startswith("'x' steht nicht im ")
        assert said("Es gibt sie nicht.") == "Es gibt sie nicht."


def test_a_language_lasts_as_long_as_its_command() -> None:
    with speaking("de"):
        assert phrase("{amount:g} d", amount=1.5) == "1,5 d"
        assert phrase("of words that have no German") == "of words that have no German"
    assert phrase("{amount:g} d", amount=1.5) == "1.5 d"


# what is said


def _fields(text: str) -> set[tuple[str, str, str | None]]:
    if "{" not in text:
        return set()
    return {(name, spec or "", kind) for _, name, spec, kind in Formatter().parse(text) if name is not None}


@cache
def _sentences() -> frozenset[str]:
    """What ``phrase`` and ``as_word`` are given in our code, and the heads of its tables."""
    modules = [ast.parse(path.read_text()) for path in ROOT.rglob("*.py") if path.name != "speech.py"]
    constants: dict[str, ast.expr] = {}
    for tree in modules:
        constants |= dict(_constants(tree))
    found: set[str] = set()
    for tree in modules:
        own = {**constants, **dict(_constants(tree))}
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Name(id=name), args=[said, *_]) if name in SPEAKING:
                    found |= set(_texts(said, own))
    return frozenset(text for text in found if any(letter.isalpha() for letter in text))


def _bare(said: ast.expr) -> Iterator[str]:
    match said:
        case ast.Constant(value=str(text)):
            parts = [text]
        case ast.JoinedStr(values=values):
            parts = [str(one.value) for one in values if isinstance(one, ast.Constant)]
        case ast.IfExp(body=first, orelse=second):
            parts = [*_bare(first), *_bare(second)]
        case _:
            parts = []
    yield from (part for part in parts if re.search("[a-z]{2}", part.replace("homebase: ", "")))


@cache
def _help() -> frozenset[str]:
    """What parsers are given in our code: names of arguments, help, defaults."""
    asked: set[str] = set()

    class Listening(dict[str, str]):
        def get(self, key: str, default: str | None = None) -> str:  # type: ignore[override]
            if not key.startswith(DONE):  # what was spoken with its fields comes by once more, as help
                asked.add(key)
            return f"{DONE}{key}"

    with pytest.MonkeyPatch.context() as patched, speaking("de"):
        patched.setattr(speech, "german", Listening)
        for command in VERBS:
            _parser(command)
        with contextlib.redirect_stdout(io.StringIO()), pytest.raises(SystemExit):
            parse(["--help"])
    return frozenset(text for text in asked if any(letter.isalpha() for letter in text))


def _parser(command: Command) -> Parser:
    parser = Parser(prog=f"homebase {command.name}", description=command.summary)
    import_module(command.module).configure(parser)
    parser.format_help()
    return parser


def _verbs(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    groups = [one for one in parser._actions if isinstance(one, argparse._SubParsersAction)]
    if not groups:
        yield parser
    for group in groups:
        for verb in group.choices.values():
            yield from _verbs(verb)


def _constants(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield name, value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                yield name, value


def _texts(node: ast.expr, constants: Mapping[str, ast.expr]) -> Iterator[str]:
    """The texts that an argument may be: itself, or what the table holds that it is looked up in."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.Name(id=name) if name in constants and name.isupper():
            yield from _texts(constants[name], constants)
        case ast.Subscript(value=table):
            yield from _texts(table, constants)
        case ast.Call(func=ast.Attribute(value=table, attr="get"), args=[_, *default]):
            for one in (table, *default):
                yield from _texts(one, constants)
        case ast.Dict(values=values):
            for one in values:
                yield from _texts(one, constants)
        case ast.Tuple(elts=values):
            for one in values:
                yield from _texts(one, constants)
        case ast.IfExp(body=first, orelse=second):
            for one in (first, second):
                yield from _texts(one, constants)
