"""What argparse says of wrong arguments, in the language of the command. Pure.

argparse has its sentences in English; each is found again by its form here, and said by ``phrase``.
"""

import re

from .speech import phrase

FORMS = (
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


def in_words(message: str) -> str:
    """The message; one that has none of the forms stays as it is, as what commands say themselves."""
    for form, pattern in _PATTERNS:
        if (found := pattern.fullmatch(message)) is not None:
            fields = found.groupdict()
            if "what" in fields:
                fields["what"] = in_words(fields["what"])
            return phrase(form, **fields)
    return message


def _pattern(form: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+?)", re.escape(form)), re.DOTALL)


_PATTERNS = [(form, _pattern(form)) for form in FORMS]
