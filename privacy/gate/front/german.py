"""The front's own refusals in German, for browsers that ask for it. No I/O.

English stands where a refusal is made (``problem``); this is the other catalogue, by code. The hub's
refusals come in the right language already, and those of the door have their sentence in reasons.py.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import replace

from privacy.gate.front.exchange import Answer, Request

PROBLEM = "application/problem+json"
_URL = re.compile(r"https?://\S+")
# code: title, detail, way out; {allowed} and {url} as in the English one, {count}: its number
TEXTS: Mapping[str, tuple[str, str, str]] = {
    "absolute_target": ("Keine Adresse von hier", "Das Ziel ist kein Pfad.", "GET /Pfad HTTP/1.1 senden."),
    "target_too_long": ("Adresse zu lang", "Erlaubt sind höchstens {count} Zeichen.", "Sie kürzen."),
    "host_missing": ("Host fehlt", "Es braucht genau eine Kopfzeile Host.", "Eine Kopfzeile Host senden."),
    "two_lengths": ("Zwei Längen", "Content-Length und Transfer-Encoding zugleich.", "Nur eines senden."),
    "method_unknown": (
        "Das geht hier nicht",
        "Diese Methode wird hier nicht beantwortet.",
        "Erlaubt: {allowed}.",
    ),
    "foreign_host": ("Falscher Name", "Dieser Name gehört nicht zu diesem Haus.", "{url} öffnen."),
    "foreign_origin": (
        "Fremde Seite",
        "Die Seite eines anderen darf hier nichts tun.",
        "{url} selbst öffnen.",
    ),
    "body_unexpected": ("Inhalt unerwartet", "Diese Methode hat keinen Inhalt.", "Ohne Inhalt senden."),
    "body_too_large": ("Die Anfrage ist zu groß", "Erlaubt sind höchstens {count} Bytes.", "Weniger senden."),
    "not_json": (
        "Falsche Art von Inhalt",
        "Der Inhalt muss JSON sein.",
        "Content-Type: application/json senden.",
    ),
    "unknown_consent": (
        "Diese Einwilligung gibt es nicht",
        "Unter dieser Nummer steht keine.",
        "Die Liste ansehen.",
    ),
    "session_unknown": ("Bitte anmelden", "Es gibt keine Sitzung, oder sie ist beendet.", "Neu anmelden."),
    "role": ("Mit dieser Rolle nicht erlaubt", "Erlaubt für: {allowed}.", "Den Eigentümer fragen."),
    "not_found": ("Hier gibt es nichts", "Diese Adresse gibt es nicht.", "/ öffnen."),
    "no_certificate": (
        "Kein Zertifikat",
        "Dieses Zuhause hat kein selbst gemachtes Zertifikat.",
        "Es ist das des Eigentümers, oder [lan] ist nicht offen; homebase doctor sagt mehr.",
    ),
    "app_not_built": ("Die App fehlt", "Die App ist hier nicht gebaut.", "Einmal script/run starten."),
    "hub_away": (
        "Das Zuhause startet",
        "Das Zuhause startet gerade oder wurde angehalten.",
        "In ein paar Sekunden noch einmal versuchen; homebase doctor sagt mehr.",
    ),
    "hub_late": (
        "Keine Antwort",
        "Es kam keine Antwort in der erlaubten Zeit.",
        "Nachsehen, was daraus wurde, dann noch einmal versuchen; antwortet nichts, Homebase neu starten.",
    ),
    "hub_answer_refused": (
        "Antwort nicht weitergegeben",
        "Die Antwort des Hauses wird so nicht weitergegeben.",
        "Homebase neu starten; bleibt es, bitte melden.",
    ),
    "unknown_holding": (
        "Diesen Bestand gibt es nicht",
        "Das Tor zeigt keinen Bestand dieses Namens.",
        "Deine Daten in der App ansehen.",
    ),
    "bad_body": ("Falscher Inhalt", "Ein Feld fehlt oder ist von falscher Art.", "Das Feld berichtigen."),
    "bad_query": ("Falsche Angabe", "after und limit sind ganze Zahlen.", "Die Angabe berichtigen."),
    "ledger_not_readable": (
        "Journal nicht lesbar",
        "Das Journal lässt sich nicht lesen.",
        "homebase doctor sagt mehr.",
    ),
    "ledger_not_writable": (
        "Journal nicht beschreibbar",
        "Das Journal lässt sich nicht schreiben; nichts verlässt das Haus.",
        "Platz auf dem Datenträger schaffen.",
    ),
}


def spoken(request: Request, answer: Answer) -> Answer:
    """Return ``answer`` in the language that ``request`` asks for first, German or English."""
    if answer.content_type != PROBLEM or answer.stream is not None or not wants_german(request):
        return answer
    content = json.loads(answer.body)
    texts = TEXTS.get(content["code"])
    if texts is None:
        return answer
    url = _URL.search(content["way_out"])
    allowed = str(content.get("allowed", ""))
    said = {"allowed": allowed, "count": allowed.partition(" ")[0], "url": url[0] if url else "/"}
    title, detail, way_out = (text.format_map(said) for text in texts)
    content |= {"title": title, "detail": detail, "way_out": way_out}
    return replace(answer, body=json.dumps(content, ensure_ascii=False).encode("utf-8", "backslashreplace"))


def wants_german(request: Request) -> bool:
    """Whether German comes before English in what the browser asks for."""
    for part in (request.header("accept-language") or "")[:200].split(","):
        tag = part.strip()[:2].lower()
        if tag in {"de", "en"}:
            return tag == "de"
    return False
