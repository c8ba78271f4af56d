"""What ``homebase consent`` says beside the gate's own texts, in both languages. Data, no logic."""

from ..command_line import in_language

_WORDS = {
    "to": ("  to {name} ({role}, {host}, {country})", "  an {name} ({role}, {host}, {country})"),
    "encrypted": ("  encrypted to {addressee}", "  verschlüsselt für {addressee}"),
    "behind": ("  there: {addressee}", "  dort: {addressee}"),
    "kept": (
        "  kept there until {until} at the latest; {storage}",
        "  dort längstens bis {until}; {storage}",
    ),
    "test_message": ("test message: {result}; {what}{again}", "Testnachricht: {result}; {what}{again}"),
    "no_way": (
        "{named}: no such way; homebase notify ways lists them",
        "{named}: diesen Weg gibt es nicht; homebase notify ways nennt alle",
    ),
    "no_timezone": (
        "no timezone came back: {what}; homebase account set --timezone NAME",
        "es kam keine Zeitzone zurück: {what}; homebase account set --timezone NAME",
    ),
    "later": ("; it is tried again", "; es wird noch einmal versucht"),
    "delivered_test": ("sent", "gesendet"),
    "failed_test": ("not sent", "nicht gesendet"),
    "refused_test": ("refused", "abgelehnt"),
    "cut_test": ("cut", "abgeschnitten"),
    "running_test": ("on its way", "unterwegs"),
    "push_contact": (
        "With each message {name} is told whom it may ask: {contact}",
        "Mit jeder Nachricht erfährt {name}, wen er fragen kann: {contact}",
    ),
    "bytes": ("These {bytes} bytes, SHA-256 {sha256}:", "Diese {bytes} Bytes, SHA-256 {sha256}:"),
    "to_allow": (
        "nothing was sent; to allow it: {command}",
        "nichts wurde gesendet; um es zu erlauben: {command}",
    ),
    "no_ticket": (
        "{said} Name the ticket that it is for: --ticket NUMBER",
        "{said} Nenne das Ticket, für das es ist: --ticket NUMMER",
    ),
    "nothing_sent": ("nothing was sent", "nichts wurde gesendet"),
    "allowed_once": ("allowed once", "einmal erlaubt"),
    "allowed_until": ("allowed until {until}", "erlaubt bis {until}"),
    "nothing_allowed": ("nothing was allowed", "nichts wurde erlaubt"),
    "allowed_standing": (
        "allowed until you take it back: homebase consent withdraw {activity}",
        "erlaubt, bis du es zurücknimmst: homebase consent withdraw {activity}",
    ),
    "ask_standing": (
        "Allow this until you take it back? Type yes: ",
        "Dies erlauben, bis du es zurücknimmst? Tippe ja: ",
    ),
    "allowed_again": (
        "allowed again, by the entry in homebase.toml; ledger entry {entry}",
        "wieder erlaubt, durch den Eintrag in homebase.toml; Eintrag {entry} im Protokoll",
    ),
    "nobody_to_ask": (
        "nobody to ask here; look at the preview and add --yes",
        "hier ist niemand zu fragen; sieh die Vorschau an und nimm --yes dazu",
    ),
    "ask_once": ("Send this once? Type yes: ", "Dies einmal senden? Tippe ja: "),
    "ask_leaving": (
        "Send this once everybody is logged out and all consents have ended? Type yes: ",
        "Dies senden, sobald alle abgemeldet und alle Einwilligungen beendet sind? Tippe ja: ",
    ),
    "leaving": (
        "Everybody is logged out, all consents end, then all data is erased.",
        "Alle werden abgemeldet, alle Einwilligungen enden, dann werden alle Daten gelöscht.",
    ),
    "left": (
        "the message that ends the service: {result}; {what}{again}",
        "die Mitteilung, die den Dienst beendet: {result}; {what}{again}",
    ),
    "ask_daily": (
        "Send this for {hours} hours, daily? Type yes: ",
        "Dies {hours} Stunden lang senden, täglich? Tippe ja: ",
    ),
    "delivered": ("delivered, receipt {receipt}", "zugestellt, Quittung {receipt}"),
    "running": (
        "still running; homebase consent withdraw stops it",
        "läuft noch; homebase consent withdraw hält es an",
    ),
    "mail_around": (
        "The mail around it (its code is made when it is sent): {subject}",
        "Die Nachricht dazu (ihr Code entsteht beim Senden): {subject}",
    ),
    "mail_sent": (
        "sent; open its link, or: homebase account confirm CODE",
        "gesendet; öffne den Link darin, oder: homebase account confirm CODE",
    ),
    "email_confirmed": ("{address} is confirmed", "{address} ist bestätigt"),
    "again": ("; it is tried again within 24 hours", "; es wird binnen 24 Stunden noch einmal versucht"),
    "withdrawn": (
        "withdrawn: {ended} consents ended, {cut} transfers cut,"
        " {after} bytes after the decision; ledger entry {entry}",
        "widerrufen: {ended} Einwilligungen beendet, {cut} Übertragungen abgeschnitten,"
        " {after} Bytes nach der Entscheidung; Eintrag {entry} im Protokoll",
    ),
    "messages_left": (
        "the messages that were sent are still here; to erase them: homebase notify forget {activity}",
        "die gesendeten Nachrichten liegen noch hier; um sie zu löschen: homebase notify forget {activity}",
    ),
    "not_recorded": (
        "withdrawn and closed, but not yet recorded: the disk can't be written; nothing leaves meanwhile",
        "widerrufen und geschlossen, aber noch nicht vermerkt: Der Datenträger ist nicht beschreibbar;"
        " bis dahin verlässt nichts das Haus",
    ),
    "none_sent": (
        "nothing was sent, or its copy is deleted already",
        "nichts wurde gesendet, oder die Kopie ist schon gelöscht",
    ),
    "last": (
        "{at} to {recipient}, ticket {ticket}: {result}, receipt {receipt}; copy kept until {until}",
        "{at} an {recipient}, Ticket {ticket}: {result}, Quittung {receipt}; Kopie bleibt bis {until}",
    ),
    "clock_rests": (
        "the clock is not confirmed: time-limited consents rest; see homebase consent clock",
        "die Uhr ist nicht bestätigt: befristete Einwilligungen ruhen; siehe homebase consent clock",
    ),
    "clock_sure": ("{now} (UTC), confirmed", "{now} (UTC), bestätigt"),
    "clock_unsure": (
        "{now} (UTC), not confirmed; add --confirm if this is right",
        "{now} (UTC), nicht bestätigt; mit --confirm, wenn das stimmt",
    ),
    "clock_held": (
        "it jumped ahead: what is kept for you is not erased by time until you add --confirm",
        "sie sprang vor: Was für dich bleibt, wird nicht durch Zeit gelöscht, bis du --confirm dazunimmst",
    ),
}


def words(key: str, language: str, /, **fields: object) -> str:
    """One line in the language of ``--lang``."""
    return in_language(_WORDS[key], language, **fields)
