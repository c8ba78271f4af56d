"""What ``homebase support`` says, in both languages. Data, no logic."""

from privacy.received import REFUSALS

_WORDS = {  # English, German
    "ready": ("homebase support ready: {host}:{port}", "homebase support bereit: {host}:{port}"),
    "key_made": (
        "made a key; who has {path} reads what comes, so keep it here and nowhere else",
        "ein Schlüssel ist gemacht; wer {path} hat, liest alles, also bleibt er hier und nirgends sonst",
    ),
    "enter": (
        "What the owner of a home enters, and then restarts it:",
        "Was der Besitzer eines Zuhauses einträgt, und es dann neu startet:",
    ),
    "ca": (
        "{path} goes to the owner as a file. Compare by telephone: SHA-256 {fingerprint}",
        "{path} geht als Datei an den Besitzer. Am Telefon vergleichen: SHA-256 {fingerprint}",
    ),
    "key": ("Compare the key, too: {key}", "Auch den Schlüssel vergleichen: {key}"),
    "nothing_here": (
        "no receiver in {path}; start one: homebase support serve --host NAME --country XX",
        "kein Empfänger in {path}; starte einen: homebase support serve --host NAME --country XX",
    ),
    "never_served": (
        "nothing was served yet; start it: homebase support serve --host NAME --country XX",
        "noch lief nichts; starte: homebase support serve --host NAME --country XX",
    ),
    "no_host": (
        "--host and --country are needed once: the full name by which homes reach it, and where it stands",
        "--host und --country sind einmal nötig: der volle Name, unter dem man ihn erreicht, und wo er steht",
    ),
    "bad_host": (
        "--host: {host} is no full host name, such as help.example.org; no address, no port",
        "--host: {host} ist kein voller Rechnername wie help.example.org; keine Adresse, kein Port",
    ),
    "half_chain": (
        "--chain and --private-key go together; without both an authority of its own is made",
        "--chain und --private-key gehören zusammen; ohne beide entsteht eine eigene Zertifizierungsstelle",
    ),
    "opened": (
        "{ticket} is open. Read it out to the owner, who enters it in Settings, Home Base, Remote diagnosis.",
        "{ticket} ist offen. Lies es dem Besitzer vor; Eingabe unter Einstellungen, Zentrale, Ferndiagnose.",
    ),
    "closed": (
        "{ticket} is closed; deleted: {count}",
        "{ticket} ist geschlossen; gelöscht: {count}",
    ),
    "no_tickets": (
        "no ticket is open; homebase support open",
        "kein Ticket ist offen; homebase support open",
    ),
    "nothing_came": (
        "{ticket}: nothing came for it yet",
        "{ticket}: dafür kam noch nichts",
    ),
    "no_ticket": (
        "no ticket {ticket} is open; homebase support list shows those that are",
        "kein Ticket {ticket} ist offen; homebase support list zeigt die offenen",
    ),
    "known_ticket": (
        "{ticket} was opened before; take another number, or none for a new one",
        "{ticket} war schon offen; nimm eine andere Nummer, oder keine für eine neue",
    ),
    "bad_ticket": (
        "{ticket} is no ticket number; allowed are 1 to 40 of letters, digits, - and .",
        "{ticket} ist keine Ticketnummer; erlaubt sind 1 bis 40 Buchstaben, Ziffern, - und .",
    ),
    "too_many_tickets": (
        "{most} tickets are open already; close one: homebase support close TICKET",
        "{most} Tickets sind schon offen; schließe eines: homebase support close TICKET",
    ),
    "other_key": (
        "the key here is not the one that it is encrypted to; put the file of before back",
        "der Schlüssel hier ist nicht der, für den es verschlüsselt ist; lege die frühere Datei zurück",
    ),
    "lax": (
        "{path} can be read by others; chmod 600 {path}, and make a new key if somebody may have read it",
        "{path} ist für andere lesbar; chmod 600 {path}, und ein neuer Schlüssel, falls jemand ihn las",
    ),
    "damaged": (
        "{path} holds no key of age; put the one of before back, or remove it and a new one is made",
        "{path} enthält keinen age-Schlüssel; lege den früheren zurück, oder entferne sie für einen neuen",
    ),
    "unreadable": (
        "{path}: {what}; run this as the user who owns it, and make room",
        "{path}: {what}; starte dies als der Benutzer, dem sie gehört, und schaffe Platz",
    ),
    "certificate": (
        "{path}: {what}; name a certificate and its key in PEM, or neither",
        "{path}: {what}; nenne ein Zertifikat und seinen Schlüssel als PEM, oder keines von beiden",
    ),
    "half_authority": (
        "{path} is missing beside {what}; put it back, or move both away: then owners need the new ca.pem",
        "{path} fehlt neben {what}; lege sie zurück, oder beide weg: dann brauchen Besitzer die neue ca.pem",
    ),
    "other_authority": (
        "{path} is not the key of {what}; put the one of before back",
        "{path} ist nicht der Schlüssel zu {what}; lege den früheren zurück",
    ),
    "other_name": (
        "{path} is for {what} alone; serve that --host, or move both away: owners need the new ca.pem",
        "{path} gilt nur für {what}; nimm diesen --host, oder lege beide weg: Besitzer brauchen die neue",
    ),
    "unrenewed": (
        "the certificate is not renewed; it serves on until it ends, and is tried again each minute",
        "das Zertifikat ist nicht erneuert; es gilt, bis es abläuft, mit neuem Versuch jede Minute",
    ),
    "store": (
        "{path}: {what}; run this as the user who owns it, and make room",
        "{path}: {what}; starte dies als der Benutzer, dem sie gehört, und schaffe Platz",
    ),
    "newer": (
        "{path} was made by a newer version; update homebase",
        "{path} ist von einer neueren Version; bringe homebase auf den neuen Stand",
    ),
    "port": (
        "{address}:{port}: {what}; name another with --port or --listen",
        "{address}:{port}: {what}; nenne einen anderen mit --port oder --listen",
    ),
    "delivery": (
        "{transfer}, came {received}, deleted {delete_by} at the latest; that you looked is written down:",
        "{transfer}, gekommen {received}, gelöscht spätestens {delete_by}; dass du hier liest, ist vermerkt:",
    ),
    "what.opened": ("opened", "geöffnet"),
    "what.closed": ("closed", "geschlossen"),
    "what.received": ("received", "empfangen"),
    "what.refused": ("refused", "abgelehnt"),
    "what.shown": ("shown", "angesehen"),
    "what.deleted": ("deleted", "gelöscht"),
    "what.absent": ("deletion asked, never came", "Löschung verlangt, kam nie"),
    "note.asked": ("the home asked", "das Zuhause verlangte es"),
    "note.closed": ("the ticket closed", "Ticket geschlossen"),
    "note.term": ("its date came", "die Frist war um"),
    **{f"note.{code}": texts for code, texts in REFUSALS.items()},
}


def words(key: str, language: str, /, **fields: object) -> str:
    """One line in the language of ``--lang``; "" for a key that is none, as that of an empty note."""
    english, german = _WORDS.get(key, ("", ""))
    return (german if language == "de" else english).format_map(fields)
