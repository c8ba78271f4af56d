"""English sentences of others, found again by their form and said in the language of the command. Pure.

argparse has its own; the gate says some in English alone, as only the command line asks about them.
"""

import re

from .speech import phrase

OF_ARGPARSE = (
    "argument {name}: {what}",
    "the following arguments are required: {names}",
    "unrecognized arguments: {names}",
    "one of the arguments {names} is required",
    "not allowed with argument {name}",
    "invalid choice: {value} (choose from {choices})",
    "expected one argument",
    "expected at most one argument",
    "expected at least one argument",
    "expected {count} arguments",
    "ambiguous option: {option} could match {options}",
    "ignored explicit argument {value}",
    "invalid {kind} value: {value}",
)
OF_GATE = (
    "{path}: refused; run it as root (sudo), or as the user who runs homebase",
    "{path}: the home that was there was stopped; start it again with homebase run or homebase demo",
    "{path}: {what}; homebase doctor says more",
    "no place for backups; name a folder as [backup] folder in homebase.toml, or allow a far one",
    "{where} is no place for backups; places: {places}",
    "{name} is no name of a backup; see homebase backup list",
    "there is no recovery sheet; make one: homebase backup sheet",
    "these are not a sheet's words; compare them letter by letter",
    "this backup was not made by the home whose sheet this is",
    "people or devices are here already and would be replaced; add --replace if that is meant",
    "this could not be done; please report it",
    "it was stopped; nothing was changed",
    "nothing is known of run {number} any more: it was told, a later one began, or the gate did;"
    " homebase backup list says how the home is",
    "a backup or a restore is going on; wait for it",
    "the hub does not answer: {what}",
    "the hub does not give its data: {what}",
    "the disk of the Home Base does not take it ({what}); make room, then homebase backup now",
    "the hub is starting or was stopped; try again in a few seconds",
    "its key counts no more; the hub is away, so remove it once more when it runs:"
    " its sessions are the hub's",
    "{name} is no [[recipient]] of remote.access in homebase.toml; there: {named};"
    " docs/relay.md says how to enter one",
    "{mark} is not listed; see homebase phone confirm",
    "{name} is not in the register; see homebase notice",
    "there is no entry {number}; see homebase ledger list",
    "the gate shows no holding {name}",
)


def said(message: str) -> str:
    """The message; one that has none of the forms stays as it is, as what is in the language already."""
    for form, pattern in _PATTERNS:
        if (found := pattern.fullmatch(message)) is not None:
            fields = found.groupdict()
            if "what" in fields:
                fields["what"] = said(fields["what"])
            return phrase(form, **fields)
    return message


def _pattern(form: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+?)", re.escape(form)), re.DOTALL)


_PATTERNS = [(form, _pattern(form)) for form in (*OF_ARGPARSE, *OF_GATE)]
