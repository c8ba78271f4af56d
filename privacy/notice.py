"""The notice as people read it, from the same register that the gate decides by. Pure.

Here as text and for programs; notice_page.py makes the page, notice_linked.py the terms of the vocabulary.
"""

import textwrap
from collections.abc import Iterable, Iterator, Mapping

from privacy.recipients import Recipient
from privacy.register import Activity, Condition, Language, Metric, Party, Register

WIDTH = 100
_WORDS = {
    "notice": ("Datenschutzhinweis", "Privacy notice"),
    "version": ("Fassung", "Version"),
    "controller": ("Verantwortlich", "Controller"),
    "officer": ("Datenschutz", "Data protection officer"),
    "right": ("Ihr Recht", "Your right"),
    "rights": ("Ihre Rechte", "Your rights"),
    "authority": ("Aufsicht", "Authority"),
    "authorities": ("Aufsichtsbehörden", "Authorities"),
    "clause": ("Abschnitt", "clause"),
    "purpose": ("Wozu", "Purpose"),
    "basis": ("Grundlage", "Legal basis"),
    "interest": ("berechtigtes Interesse", "legitimate interest"),
    "data": ("Was", "Data"),
    "fields": ("Im Einzelnen", "In detail"),
    "storage": ("Wie lange", "Storage"),
    "recipients": ("An wen", "Recipients"),
    "nobody": ("niemand eingetragen", "nobody registered"),
    "optional": ("freiwillig", "optional"),
    "longest": ("höchstens {days} Tage", "{days} days at most"),
    "not_built": ("noch nicht gebaut, sendet nichts", "not built yet, sends nothing"),
    "activities": ("Was verarbeitet wird", "What is processed"),
    "not_done": ("Was diese Zentrale nicht tut", "What this Home Base does not do"),
    "off": (
        "Alles, was das Haus verlässt, ist aus, bis Sie es einschalten.",
        "Everything that leaves the house is off until you turn it on.",
    ),
    "condition.consent": ("nur mit Ihrer Einwilligung", "only with your consent"),
    "condition.transfer": (
        "nur an den Empfänger einer früheren Übertragung",
        "only to the recipient of an earlier transfer",
    ),
    "condition.owner_entry": ("nur zu Geräten, die Sie eintragen", "only to devices that you enter"),
    "condition.stays_home": ("bleibt im Haus", "stays in the house"),
    "condition.console_act": (
        "nur durch Sie selbst an der Konsole",
        "only by your own act at the console",
    ),
    "encrypted": ("verschlüsselt für {addressee}", "encrypted to {addressee}"),
    "role.processor": ("Auftragsverarbeiter", "processor"),
    "role.partner": ("Partner", "partner"),
    "role.own": ("Ihr eigener Dienst", "your own service"),
    "role.authority": ("Behörde", "authority"),
    "basis.eu-gdpr:A6-1-a": (
        "Ihre Einwilligung (Art. 6 Abs. 1 a DSGVO)",
        "your consent (Art. 6 (1) a GDPR)",
    ),
    "basis.eu-gdpr:A6-1-a-explicit-consent": (
        "Ihre ausdrückliche Einwilligung (Art. 6 Abs. 1 a DSGVO)",
        "your explicit consent (Art. 6 (1) a GDPR)",
    ),
    "basis.eu-gdpr:A6-1-b": ("Vertrag (Art. 6 Abs. 1 b DSGVO)", "contract (Art. 6 (1) b GDPR)"),
    "basis.eu-gdpr:A6-1-c": (
        "rechtliche Verpflichtung (Art. 6 Abs. 1 c DSGVO)",
        "legal obligation (Art. 6 (1) c GDPR)",
    ),
    "basis.eu-gdpr:A6-1-f": (
        "berechtigtes Interesse (Art. 6 Abs. 1 f DSGVO)",
        "legitimate interest (Art. 6 (1) f GDPR)",
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
        lines += _line(word("controller", language), party_line(party, language))
    lines += _line(word("officer", language), party_line(register.officer, language))
    for right in register.rights:
        lines += _line(word("right", language), right.text[language])
    for party in register.authorities:
        lines += _line(word("authority", language), party_line(party, language))
    lines += ["", word("off", language)]
    for activity in in_order(register):
        lines += ["", *_activity(activity, known, language)]
    lines += ["", f"{word('not_done', language)}:"]
    for row in register.not_done:
        lines += textwrap.wrap(f"  - {row.text[language]} ({row.clause})", WIDTH, subsequent_indent="    ")
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
        "rights": [{"term": right.term, "text": right.text[language]} for right in register.rights],
        "not_done": [{"clause": row.clause, "text": row.text[language]} for row in register.not_done],
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
        "interest": None if row.interest is None else row.interest[language],
        "condition": row.condition.value,
        "leaves_house": _leaves(row),
        "categories": sorted(category.value for category in row.categories),
        "groups": [
            {
                "id": key,
                "title": group.text[language],
                "categories": sorted(category.value for category in group.categories),
            }
            for key, group in row.groups.items()
        ],
        "fields": [
            {"name": field.name, "text": field.text[language], "optional": field.optional}
            for field in row.fields
        ]
        + [
            {"name": metric.name, "text": _metric(metric, language), "optional": False}
            for metric in row.metrics
        ],
        "recipients": [
            {
                "name": who.name,
                "role": who.role.value,
                "country": who.country,
                "host": who.host,
                "addressee": who.addressee_of(row) or "",
            }
            for who in recipients
            if row.id in who.activities
        ],
        "forms": sorted(form.value for form in row.forms),
        "delete_on": sorted(event.value for event in row.delete_on),
        "longest_days": row.longest.days if row.longest else None,
        "needs_ticket": row.needs_ticket,
        "available": row.built,
        "unbuilt": None if row.unbuilt is None else row.unbuilt[language],
        "text_hash": row.text_hash,
    }


def in_order(register: Register) -> list[Activity]:
    """All activities by clause."""

    def place(row: Activity) -> tuple[int, ...]:
        return tuple(int(part) for part in row.clause.lstrip("T").split("."))

    return sorted(register.activities.values(), key=lambda row: (row.clause[0] == "T", place(row), row.id))


def facts(row: Activity, recipients: Iterable[Recipient], language: Language) -> list[tuple[str, list[str]]]:
    """What is said of an activity: each with its label, in the notice's order."""
    text = row.texts[language]
    basis = word(f"basis.{row.basis}", language)
    if row.interest is not None:
        basis = f"{basis}: {row.interest[language]}"
    told = [
        (word("purpose", language), [text.purpose]),
        (word("basis", language), [basis]),
        (word("data", language), [text.data]),
        (word("fields", language), _details(row, language)),
        (word("storage", language), [text.storage]),
    ]
    if _leaves(row) and row.built:
        names = [_recipient(who, row, language) for who in recipients if row.id in who.activities]
        told.append((word("recipients", language), names or [word("nobody", language)]))
    return [(label, said) for label, said in told if said]


def _leaves(row: Activity) -> bool:
    """Whether it is for anybody outside; devices that the owner entered are inside."""
    return row.leaves_house and row.condition is not Condition.OWNER_ENTRY


def _recipient(who: Recipient, row: Activity, language: Language) -> str:
    told = [word(f"role.{who.role.value}", language), who.host, who.country]
    if addressee := who.addressee_of(row):
        told.append(word("encrypted", language).format(addressee=addressee))
    return f"{who.name} ({', '.join(told)})"


def state(row: Activity, language: Language) -> str:
    """What has to be before anything passes, in a few words."""
    if row.unbuilt is not None:
        return f"{word('not_built', language)}: {row.unbuilt[language]}"
    asked = word(f"condition.{row.condition.value}", language)
    return f"{asked}, {word('longest', language).format(days=row.longest.days)}" if row.longest else asked


def party_line(party: Party, language: Language) -> str:
    """Somebody with address and contact, in one line."""
    return ", ".join(filter(None, (party.name[language], party.address, party.country, party.contact)))


def _details(row: Activity, language: Language) -> list[str]:
    fields = [
        f"{field.text[language]} ({word('optional', language)})" if field.optional else field.text[language]
        for field in row.fields
    ]
    figures = [_metric(metric, language) for metric in row.metrics]
    return [group.text[language] for group in row.groups.values()] or fields + figures


def _metric(metric: Metric, language: Language) -> str:
    """A figure with its answers, and why it is asked for."""
    return f"{metric.text[language]}: {answers(metric)} ({metric.reason[language]})"


def answers(metric: Metric) -> str:
    """All answers that a figure may have, such as 0-4, 5-14, 15+."""
    ends = [*(limit - 1 for limit in metric.limits[1:]), None]
    return ", ".join(
        f"{low}+" if end is None else str(low) if end == low else f"{low}-{end}"
        for low, end in zip(metric.limits, ends, strict=True)
    )


def _activity(row: Activity, recipients: Iterable[Recipient], language: Language) -> Iterator[str]:
    head = f"{row.texts[language].title} ({row.id}, {word('clause', language)} {row.clause})"
    yield from textwrap.wrap(f"{head}: {state(row, language)}", WIDTH, subsequent_indent="  ")
    for label, said in facts(row, recipients, language):
        yield from _line(label, "; ".join(said))


def _party_json(party: Party, language: Language) -> Mapping[str, str]:
    parts = {"name": party.name[language], "address": party.address, "country": party.country}
    return {key: value for key, value in parts.items() if value} | {"contact": party.contact}


def _line(label: str, text: str) -> list[str]:
    return textwrap.wrap(f"  {label}: {text}", WIDTH, subsequent_indent="    ")
