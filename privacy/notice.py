"""The notice as people read it, from the same register that the gate decides by. Pure."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping

from privacy.recipients import Recipient
from privacy.register import Activity, Condition, Language, Party, Register

WIDTH = 100
_WORDS = {
    "notice": ("Datenschutzhinweis", "Privacy notice"),
    "version": ("Fassung", "Version"),
    "controller": ("Verantwortlich", "Controller"),
    "officer": ("Datenschutz", "Data protection officer"),
    "rights": ("Ihre Rechte", "Your rights"),
    "authorities": ("Aufsicht", "Authorities"),
    "clause": ("Abschnitt", "clause"),
    "purpose": ("Wozu", "Purpose"),
    "data": ("Was", "Data"),
    "storage": ("Wie lange", "Storage"),
    "recipients": ("An wen", "Recipients"),
    "nobody": ("niemand eingetragen", "nobody registered"),
    "stays": ("bleibt im Haus", "stays in the house"),
    "asked": ("nur mit Ihrer Einwilligung", "only with your consent"),
    "longest": ("höchstens {days} Tage", "{days} days at most"),
    "not_built": ("noch nicht gebaut, sendet nichts", "not built yet, sends nothing"),
    "off": (
        "Alles, was das Haus verlässt, ist aus, bis Sie es einschalten.",
        "Everything that leaves the house is off until you turn it on.",
    ),
}


def word(key: str, language: Language) -> str:
    """One word of the page."""
    german, english = _WORDS[key]
    return german if language is Language.DE else english


def as_text(register: Register, recipients: Iterable[Recipient], language: Language) -> str:
    """The whole notice, ready to print, at most 100 columns."""
    known = tuple(recipients)
    lines = [f"{word('notice', language)} · {word('version', language)} {register.version}", ""]
    for party in register.controllers:
        lines += _line(word("controller", language), _party(party, language))
    lines += _line(word("officer", language), _party(register.officer, language))
    lines += _line(word("rights", language), register.rights[language])
    for party in register.authorities:
        lines += _line(word("authorities", language), _party(party, language))
    lines += ["", word("off", language)]
    for activity in in_order(register):
        lines += ["", *_activity(activity, known, language)]
    return "\n".join(lines) + "\n"


def as_json(register: Register, recipients: Iterable[Recipient], language: Language) -> dict[str, object]:
    """The same, for programs."""
    known = tuple(recipients)
    return {
        "version": register.version,
        "language": language.value,
        "controllers": [_party_json(party, language) for party in register.controllers],
        "officer": _party_json(register.officer, language),
        "authorities": [_party_json(party, language) for party in register.authorities],
        "rights": register.rights[language],
        "activities": [activity_json(row, known, language) for row in in_order(register)],
    }


def activity_json(row: Activity, recipients: Iterable[Recipient], language: Language) -> dict[str, object]:
    """One activity for programs and for the app, without its state."""
    text = row.texts[language]
    return {
        "id": row.id,
        "clause": row.clause,
        "title": text.title,
        "purpose": text.purpose,
        "data": text.data,
        "storage": text.storage,
        "basis": row.basis,
        "condition": row.condition.value,
        "leaves_house": row.leaves_house,
        "categories": sorted(category.value for category in row.categories),
        "groups": [{"id": key, "title": group.text[language]} for key, group in row.groups.items()],
        "recipients": [
            {"name": who.name, "role": who.role.value, "country": who.country, "host": who.host}
            for who in recipients
            if row.id in who.activities
        ],
        "forms": sorted(form.value for form in row.forms),
        "longest_days": row.longest.days if row.longest else None,
        "needs_ticket": row.needs_ticket,
        "available": row.built,
        "text_hash": row.text_hash,
    }


def in_order(register: Register) -> list[Activity]:
    """All activities by clause."""

    def place(row: Activity) -> tuple[int, ...]:
        return tuple(int(part) for part in row.clause.lstrip("T").split("."))

    return sorted(register.activities.values(), key=lambda row: (row.clause[0] == "T", place(row), row.id))


def _activity(row: Activity, recipients: Iterable[Recipient], language: Language) -> Iterator[str]:
    text = row.texts[language]
    head = f"{text.title} ({row.id}, {word('clause', language)} {row.clause}): {_state(row, language)}"
    yield from textwrap.wrap(head, WIDTH, subsequent_indent="  ")
    yield from _line(word("purpose", language), text.purpose)
    yield from _line(word("data", language), text.data)
    for group in row.groups.values():
        yield from textwrap.wrap(f"    - {group.text[language]}", WIDTH, subsequent_indent="      ")
    yield from _line(word("storage", language), text.storage)
    if row.leaves_house and row.built:
        names = ", ".join(
            f"{who.name} ({who.role.value}, {who.host}, {who.country})"
            for who in recipients
            if row.id in who.activities
        )
        yield from _line(word("recipients", language), names or word("nobody", language))


def _state(row: Activity, language: Language) -> str:
    if not row.leaves_house:
        return word("stays", language)
    if not row.built:
        return word("not_built", language)
    asked = word("asked", language) if row.condition is Condition.CONSENT else row.condition.value
    return f"{asked}, {word('longest', language).format(days=row.longest.days)}" if row.longest else asked


def _party(party: Party, language: Language) -> str:
    return ", ".join(filter(None, (party.name[language], party.address, party.country, party.contact)))


def _party_json(party: Party, language: Language) -> Mapping[str, str]:
    parts = {"name": party.name[language], "address": party.address, "country": party.country}
    return {key: value for key, value in parts.items() if value} | {"contact": party.contact}


def _line(label: str, text: str) -> list[str]:
    return textwrap.wrap(f"  {label}: {text}", WIDTH, subsequent_indent="    ")
