"""The readable page of an export: what is kept, for what, how long, who gets it, whom to complain to.

German and English on one page; needs no server and loads nothing.
"""

from collections.abc import Iterable, Mapping
from html import escape

from .gate_console import part_of, rows_of
from .rights_words import category, said, word

Answer = Mapping[str, object]
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;"
    "color-scheme:light dark}"
    "table{border-collapse:collapse;width:100%;margin:1rem 0}th,td{border:1px solid;padding:.4rem;"
    "text-align:left;vertical-align:top}caption{text-align:left;font-weight:bold}"
)


def index_page(manifest: Answer, notices: Mapping[str, Answer]) -> str:
    """The whole page. notices: what the gate said about itself, by language."""
    parts = [part for language in ("de", "en") for part in _section(manifest, notices, language)]
    title = f"{word('title', 'de')} · {word('title', 'en')}"
    return (
        '<!doctype html>\n<html lang="de"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n<body>\n<h1>{escape(title)}</h1>\n"
        '<p><a href="#de">Deutsch</a> · <a href="#en" lang="en">English</a></p>\n'
        + "\n".join(parts)
        + "\n</body></html>\n"
    )


def _section(manifest: Answer, notices: Mapping[str, Answer], language: str) -> Iterable[str]:
    notice = part_of(notices.get(language, {}), "notice")
    yield f'<section id="{language}" lang="{language}">'
    yield f"<h2>{word('intro', language)}</h2>"
    yield f"<p>{escape(str(manifest.get('at')))} · {word('format', language)}</p>"
    yield from _parties(notice, language)
    yield from _activities(notice, language)
    yield from _holdings(manifest, language)
    yield from _hidden(manifest, language)
    yield "</section>"


def _parties(notice: Answer, language: str) -> Iterable[str]:
    officer = part_of(notice, "officer")
    for key, rows in (
        ("controller", rows_of(notice, "controllers")),
        ("officer", [officer]),
        ("authority", rows_of(notice, "authorities")),
    ):
        for row in rows:
            told = [str(row[field]) for field in ("name", "address", "country") if row.get(field)]
            who = escape(", ".join(told))
            yield f"<p><b>{word(key, language)}</b>: {who}, {_link(row.get('contact'))}</p>"
    rights = "".join(f"<li>{escape(str(row.get('text')))}</li>" for row in rows_of(notice, "rights"))
    yield f"<p><b>{word('rights', language)}</b>:</p><ul>{rights}</ul>"


def _link(contact: object) -> str:
    text = escape(str(contact))
    return f'<a href="{text}" rel="noreferrer">{text}</a>' if str(contact).startswith("https://") else text


def _activities(notice: Answer, language: str) -> Iterable[str]:
    head = ("activity", "purpose", "basis", "data", "recipients", "term")
    rows = []
    for row in rows_of(notice, "activities"):
        who = [f"{one.get('name')} ({one.get('country')})" for one in rows_of(row, "recipients")]
        kinds = row.get("categories")
        names = [category(str(kind), language) for kind in kinds] if isinstance(kinds, list) else []
        rows.append(
            (
                f"{row.get('title')} ({row.get('clause')})",
                row.get("purpose"),
                row.get("basis"),
                ", ".join(names),
                ", ".join(who) or word("nobody", language),
                row.get("storage"),
            )
        )
    yield from _table("activities", head, rows, language)


def _holdings(manifest: Answer, language: str) -> Iterable[str]:
    head = ("holding", "data", "purpose", "term", "stays", "records", "files")
    rows = []
    for row in rows_of(manifest, "holdings"):
        kinds, stays = row.get("categories"), row.get("stays")
        names = [category(str(kind), language) for kind in kinds] if isinstance(kinds, list) else []
        whys = [said(str(why), language) for why in stays] if isinstance(stays, list) else []
        days = row.get("retention_days")
        term = word("days", language).format(days=f"{days:g}") if isinstance(days, (int, float)) else ""
        files = part_of(row, "files")
        rows.append(
            (
                row.get("name"),
                ", ".join(names),
                said(str(row.get("purpose")), language),
                ", ".join(filter(None, (term, said(str(row.get("reason")), language)))),
                "; ".join(whys),
                files.get("records", row.get("records")),
                (files.get("json"), files.get("csv")),
            )
        )
    yield from _table("holdings", head, rows, language)


def _hidden(manifest: Answer, language: str) -> Iterable[str]:
    rows = [
        (row.get("holding"), row.get("field"), said(str(row.get("why")), language))
        for row in rows_of(manifest, "hidden")
    ]
    yield from _table("hidden", ("holding", "field", "why"), rows, language)


def _table(
    caption: str, head: tuple[str, ...], rows: Iterable[tuple[object, ...]], language: str
) -> Iterable[str]:
    yield f"<table><caption>{word(caption, language)}</caption><thead><tr>"
    yield "".join(f'<th scope="col">{word(key, language)}</th>' for key in head) + "</tr></thead><tbody>"
    for row in rows:
        yield "<tr>" + "".join(f"<td>{_cell(cell)}</td>" for cell in row) + "</tr>"
    yield "</tbody></table>"


def _cell(cell: object) -> str:
    if isinstance(cell, tuple):
        return " ".join(
            f'<a href="{escape(str(path))}">{escape(str(path).rpartition(".")[2].upper())}</a>'
            for path in cell
            if path
        )
    return "" if cell is None else escape(str(cell))
