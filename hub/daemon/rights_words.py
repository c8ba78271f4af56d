"""German words for what is kept and why, beside the English ones that the holdings carry. Data, no logic.

What holdings say of themselves stands in holdings_de.json, which the app's build reads as well.
"""

import json
from importlib.resources import files

_WORDS = {
    "title": ("Auskunft über deine Daten", "Access to your data"),
    "intro": ("Was dieses Haus über dich speichert", "What this home keeps about you"),
    "format": (
        "Je Bestand eine JSON-Datei (Liste von Objekten) und eine CSV-Datei (RFC 4180, UTF-8, erste Zeile:"
        " Spalten) im Ordner data; manifest.json beschreibt alles für Programme. Zeiten sind UTC; in Spalten"
        " mit _ms Millisekunden seit 1970.",
        "One JSON file (a list of objects) and one CSV file (RFC 4180, UTF-8, first line: columns) per"
        " holding in the folder data; manifest.json describes all for programs. Times are UTC; in columns"
        " with _ms, milliseconds since 1970.",
    ),
    "controller": ("Verantwortlich", "Controller"),
    "officer": ("Datenschutzbeauftragte", "Data protection officer"),
    "authority": ("Beschwerde bei", "Complaint to"),
    "rights": ("Deine Rechte", "Your rights"),
    "activities": ("Wofür Daten verwendet werden dürfen", "What data may be used for"),
    "activity": ("Vorgang", "Activity"),
    "purpose": ("Zweck", "Purpose"),
    "basis": ("Rechtsgrundlage", "Legal basis"),
    "data": ("Datenarten", "Kinds of data"),
    "recipients": ("Empfänger", "Recipients"),
    "nobody": ("niemand eingetragen", "nobody registered"),
    "term": ("Speicherdauer", "Kept for"),
    "holdings": ("Was wo liegt", "What lies where"),
    "holding": ("Bestand", "Holding"),
    "stays": ("Bleibt beim Löschen, weil", "Stays on erasure, because"),
    "records": ("Einträge", "Records"),
    "files": ("Dateien", "Files"),
    "days": ("{days} Tage", "{days} days"),
    "hidden": ("Was es gibt und nie gezeigt wird", "What exists and is never shown"),
    "field": ("Feld", "Field"),
    "why": ("Warum", "Why"),
}
_CATEGORIES = {
    "system": ("System", "system"),
    "radio": ("Funk", "radio"),
    "device": ("Gerätetyp", "device type"),
    "device_identity": ("Seriennummern und Adressen", "serial numbers and addresses"),
    "device_name": ("Namen von Geräten", "names of devices"),
    "error": ("Fehler", "errors"),
    "actuator_state": ("Schaltzustände", "states of switches"),
    "climate": ("Klima", "climate"),
    "presence": ("Anwesenheit", "presence"),
    "safety": ("Sicherheit", "safety"),
    "energy": ("Energie", "energy"),
    "household": ("Räume", "rooms"),
    "account": ("Konto", "account"),
    "access_log": ("Zugriffsprotokoll", "access log"),
    "consent_record": ("Einwilligungen", "consents"),
    "installation": ("Installation", "installation"),
    "network_address": ("Netzadresse", "network address"),
    "phone_number": ("Telefonnummer", "phone number"),
    "message": ("Nachrichten", "messages"),
    "image": ("Bilder", "images"),
    "audio": ("Ton", "audio"),
    "backup": ("Sicherung", "backup"),
    "usage": ("Nutzung", "usage"),
    "summary": ("Zusammenfassungen eines Programms", "summaries made by a program"),
}
GERMAN: dict[str, str] = json.loads(files("hub.daemon").joinpath("holdings_de.json").read_text("utf-8"))


def word(key: str, language: str) -> str:
    """One word of the page."""
    german, english = _WORDS[key]
    return german if language == "de" else english


def category(name: str, language: str) -> str:
    """A data category, as people say it; one that is not known here by its key."""
    german, english = _CATEGORIES.get(name, (name, name))
    return german if language == "de" else english


def said(text: str, language: str) -> str:
    """A holding's own words; English ones where there are no German ones."""
    return GERMAN.get(text, text) if language == "de" else text
