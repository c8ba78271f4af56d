"""German words for what is kept and why, beside the English ones that the holdings carry. Data, no logic."""

_WORDS = {
    "title": ("Auskunft über Ihre Daten", "Access to your data"),
    "intro": ("Was dieses Haus über Sie speichert", "What this home keeps about you"),
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
    "rights": ("Ihre Rechte", "Your rights"),
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
GERMAN = {
    # purposes
    "run the home": "das Haus betreiben",
    "show the home's past to its people": "den Bewohnern die Vergangenheit zeigen",
    "know who may do what": "wissen, wer was darf",
    "stay logged in": "angemeldet bleiben",
    "keys and counters of paired devices": "Schlüssel und Zähler angelernter Geräte",
    "go back after an upgrade": "nach einer Aktualisierung zurückkönnen",
    "know how the tables are built": "wissen, wie die Tabellen gebaut sind",
    "lose no value when the program is killed": "keinen Wert verlieren, wenn das Programm abbricht",
    "find faults": "Fehler finden",
    "know whose account it is": "wissen, wessen Konto es ist",
    "know which Home Base it is": "wissen, welche Zentrale es ist",
    "know which phones may come in": "wissen, welche Handys hereindürfen",
    "accept no code twice": "keinen Code zweimal annehmen",
    "prove to phones that it is this home": "Handys beweisen, dass es dieses Zuhause ist",
    "the account's e-mail address": "die E-Mail-Adresse des Kontos",
    "whom a message may go to": "wohin eine Nachricht gehen darf",
    "log in to a service": "sich bei einem Dienst anmelden",
    "then given up": "dann aufgegeben",
    "as all copies": "wie alle Kopien",
    "opens a service of yours": "öffnet einen Dienst von Ihnen",
    "protects the confirmation": "schützt die Bestätigung",
    "runs the gate": "betreibt das Tor",
    "proof of what left": "Nachweis, was das Haus verließ",
    "proof of consent": "Nachweis der Einwilligung",
    "keys that may agree": "Schlüssel, die zustimmen dürfen",
    "own devices": "eigene Geräte",
    "shown before a yes": "gezeigt vor einem Ja",
    "retry of a delivery": "Wiederholung einer Lieferung",
    "exact copy of what left": "genaue Kopie dessen, was das Haus verließ",
    "ask recipients to delete": "Empfänger um Löschung bitten",
    "objections and restrictions": "Widersprüche und Einschränkungen",
    "objections and restrictions, obeyed": "Widersprüche und Einschränkungen, die gelten",
    "daily amounts": "Tagesmengen",
    "refused attempts": "abgelehnte Versuche",
    "security": "Sicherheit",
    "statistics": "Statistik",
    "retention of the log": "Frist des Protokolls",
    # terms
    "until the owner removes it": "bis der Eigentümer es entfernt",
    "paired phones could not come in without it": "gekoppelte Handys kämen ohne ihn nicht herein",
    "protects the phone's sessions": "schützt die Sitzungen des Handys",
    "proves to phones that it is this home": "beweist Handys, dass es dieses Zuhause ist",
    "erased when it expires": "gelöscht, wenn sie abläuft",
    "erased when older; the owner may set another time": (
        "danach gelöscht; der Eigentümer kann eine andere Frist setzen"
    ),
    "encrypted, in memory; written to the history each minute, then overwritten": (
        "verschlüsselt im Speicher; jede Minute in den Verlauf geschrieben, dann überschrieben"
    ),
    "no name, address or value stands in it; the machine's log keeps it": (
        "ohne Namen, Adressen und Werte; das Protokoll des Rechners bewahrt es auf"
    ),
    "keys, epoch and clock floor; no person": "Schlüssel, Epoche, Uhrstand; keine Person",
    "limitation period": "Verjährungsfrist",
    "goes with its entry": "geht mit seinem Eintrag",
    "goes with its proofs": "geht mit seinen Nachweisen",
    "hashes; tell nothing without salts": "Prüfsummen; sagen ohne Salz nichts",
    "sizes and hashes": "Größen und Prüfsummen",
    "until struck out": "bis gestrichen",
    "until its end is written": "bis ihr Ende geschrieben ist",
    "each transfer's end is written down": "das Ende jeder Übertragung wird geschrieben",
    "until taken back": "bis zurückgenommen",
    "until lifted": "bis aufgehoben",
    "then made anew": "dann neu gemacht",
    "clause 6.1": "Abschnitt 6.1",
    "clause 6.6": "Abschnitt 6.6",
    "counts only": "nur Anzahlen",
    "counts per day": "Anzahlen je Tag",
    "anonymous counts, clause 6.1": "anonyme Anzahlen, Abschnitt 6.1",
    "one time; no person": "ein Zeitpunkt; keine Person",
    "erased when older": "danach gelöscht",
    # why something stays
    "the devices are paired and could not be spoken with; remove a device to erase it": (
        "die Geräte sind angelernt und wären sonst nicht ansprechbar; ein Gerät entfernen löscht es"
    ),
    "the owner: nobody could use the home; deregister it to erase them": (
        "der Eigentümer: sonst könnte niemand das Haus nutzen; Abmelden löscht ihn"
    ),
    "the home can't run without its settings": "ohne Einstellungen kann das Haus nicht laufen",
    "goes with the values that it numbers": "geht mit den Werten, die es nummeriert",
    "proof of what you agreed to and what left, for claims (Art. 17 (3) e GDPR), until they lapse": (
        "Nachweis, wozu Sie zugestimmt haben und was das Haus verließ, für Ansprüche"
        " (Art. 17 Abs. 3 e DSGVO), bis sie verjähren"
    ),
    "the gate can't run without; no person is in it": "ohne das läuft das Tor nicht; keine Person ist darin",
    "an objection and a restriction have to be obeyed; lift them to erase them": (
        "Widerspruch und Einschränkung müssen befolgt werden; Aufheben löscht sie"
    ),
    "the devices could not be reached without; strike them out to erase them": (
        "ohne sie wären die Geräte nicht erreichbar; Streichen löscht sie"
    ),
    # what is hidden
    "protects the account": "schützt das Konto",
    "protects the session": "schützt die Sitzung",
    "keys and counters of the paired devices": "Schlüssel und Zähler der angelernten Geräte",
    "the gate's own keys": "die eigenen Schlüssel des Tors",
    "made from the entries; proofs give it out": "aus den Einträgen gemacht; Nachweise geben es aus",
}


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
