"""The notice as one page for a browser or a printer: both languages, nothing fetched, no script. Pure."""

from collections.abc import Iterable, Iterator
from html import escape

from privacy.activity import Party
from privacy.notice import facts, in_order, state, word
from privacy.recipients import Recipient
from privacy.register import Activity, Language, Register

_NAMES = {Language.DE: "Deutsch", Language.EN: "English"}
# colours of text and ground differ by 7 to 1 or more in both schemes (WCAG 2.2, 1.4.6)
_STYLE = """
:root { color-scheme: light dark; --ink: #1b1b1b; --ground: #fff; --soft: #f2f2f0; --link: #0b3d91; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #ececec; --ground: #161616; --soft: #242424; --link: #a9c7ff; }
}
body { margin: 0 auto; padding: 1rem; max-width: 46rem; font: 1.05rem/1.5 system-ui, sans-serif;
  color: var(--ink); background: var(--ground); overflow-wrap: anywhere; }
a { color: var(--link); }
nav a { display: inline-block; padding: .6rem 1rem .6rem 0; }
article { margin: 1rem 0; padding: .5rem 1rem; background: var(--soft); border-radius: .5rem;
  break-inside: avoid; }
h3 { margin: .5rem 0 0; }
dt { font-weight: 600; margin-top: .5rem; }
dd { margin: 0; }
dd ul, .plain { margin: 0; padding-left: 1.2rem; }
@media print { nav { display: none; } article { background: none; border: 1px solid #888; } }
"""


def as_html(register: Register, recipients: Iterable[Recipient], first: Language) -> str:
    """The whole page. first: the language that stands above the other."""
    known = tuple(recipients)
    order = sorted(Language, key=lambda language: language is not first)
    title = " · ".join(word("notice", language) for language in order)
    links = " ".join(
        f'<a href="#{language.value}" lang="{language.value}">{_NAMES[language]}</a>' for language in order
    )
    parts = "".join("".join(_part(register, known, language)) for language in order)
    return (
        f'<!doctype html>\n<html lang="{first.value}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f'<header><h1>{escape(title)}</h1>\n<nav aria-label="Language">{links}</nav></header>\n'
        f"<main>\n{parts}</main>\n</body>\n</html>\n"
    )


def _part(register: Register, recipients: tuple[Recipient, ...], language: Language) -> Iterator[str]:
    key = language.value
    version = f"{_word('version', language)} {escape(register.version)}"
    yield f'<section id="{key}" lang="{key}" aria-labelledby="{key}-title">\n'
    yield f'<h2 id="{key}-title">{_word("notice", language)}, {version}</h2>\n'
    yield f"<p>{_word('off', language)}</p>\n<dl>\n"
    yield from _parties("controller", register.controllers, language)
    yield from _parties("officer", [register.officer], language)
    yield from _parties("authorities", register.authorities, language)
    yield "</dl>\n"
    yield from _list("rights", [right.text[language] for right in register.rights], language)
    yield from _list("not_done", [row.text[language] for row in register.not_done], language)
    yield f"<h2>{_word('activities', language)}</h2>\n"
    for row in in_order(register):
        yield from _article(row, recipients, language)
    yield "</section>\n"


def _parties(label: str, parties: Iterable[Party], language: Language) -> Iterator[str]:
    yield f"<dt>{_word(label, language)}</dt>\n"
    for party in parties:
        where = ", ".join(filter(None, (party.name[language], party.address, party.country)))
        target = party.contact if party.contact.startswith("https://") else f"mailto:{party.contact}"
        yield f'<dd>{escape(where)}, <a href="{escape(target)}">{escape(party.contact)}</a></dd>\n'


def _list(label: str, lines: Iterable[str], language: Language) -> Iterator[str]:
    yield f'<h3>{_word(label, language)}</h3>\n<ul class="plain">\n'
    yield from (f"<li>{escape(line)}</li>\n" for line in lines)
    yield "</ul>\n"


def _article(row: Activity, recipients: tuple[Recipient, ...], language: Language) -> Iterator[str]:
    place = f"{row.id}, {word('clause', language)} {row.clause}"
    yield f"<article>\n<h3>{escape(row.texts[language].title)}</h3>\n"
    yield f"<p>{escape(place)}: <strong>{escape(state(row, language))}</strong></p>\n<dl>\n"
    for label, said in facts(row, recipients, language):
        lines = "".join(f"<li>{escape(line)}</li>" for line in said)
        body = f"<ul>{lines}</ul>" if len(said) > 1 else escape(said[0])
        yield f"<dt>{escape(label)}</dt><dd>{body}</dd>\n"
    yield "</dl>\n</article>\n"


def _word(key: str, language: Language) -> str:
    return escape(word(key, language))
