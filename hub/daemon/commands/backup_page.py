"""The recovery sheet as a page to print: words, code and keys, nothing from outside."""

import os
from collections.abc import Sequence
from html import escape
from pathlib import Path

from ..command_line import EXIT_CANT_WRITE, CommandFailed
from ..speech import phrase, system_words

_QUIET, _DOT = 4, 4  # modules of white around a code; points of a module
_TEXT = (
    (
        "Notfallblatt",
        "Wer dieses Blatt hat, kann die Sicherungen dieses Zuhauses lesen. Es liegt sonst nirgends.",
    ),
    ("Recovery sheet", "Whoever has this sheet can read the backups of this home. It is kept nowhere else."),
)


def write(path: Path, words: Sequence[str], rows: Sequence[str], identity: str, signer: str) -> None:
    """Write the page, readable by its owner alone. rows: the code's, "1" is dark.

    Raises:
        CommandFailed: it can't be written, or is there already.
    """
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123 - made for its owner alone
            file.write(page(words, rows, identity, signer))
    except OSError as error:
        text = phrase("{file}: {what}; name a new file", file=path, what=system_words(error))
        raise CommandFailed(text, EXIT_CANT_WRITE) from error


def page(words: Sequence[str], rows: Sequence[str], identity: str, signer: str) -> str:
    """The page, in both languages."""
    told = "".join(f"<h1>{escape(title)}</h1><p>{escape(text)}</p>" for title, text in _TEXT)
    listed = "".join(f"<li>{escape(word)}</li>" for word in words)
    size = (len(rows) + 2 * _QUIET) * _DOT
    dots = "".join(
        f'<rect x="{(x + _QUIET) * _DOT}" y="{(y + _QUIET) * _DOT}" width="{_DOT}" height="{_DOT}"/>'
        for y, row in enumerate(rows)
        for x, dot in enumerate(row)
        if dot == "1"
    )
    return (
        '<!doctype html><meta charset="utf-8"><title>homebase</title>'
        "<style>ol{columns:3;font:16pt monospace}code{word-break:break-all}</style>"
        f'{told}<ol>{listed}</ol><svg width="{size}" height="{size}">{dots}</svg>'
        f"<p>age: <code>{escape(identity)}</code></p><p>Ed25519: <code>{escape(signer)}</code></p>\n"
    )
