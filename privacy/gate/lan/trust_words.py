"""The words of the page that explains how to trust this home, in both languages."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """steps: a kind of device, and what to do there; names of menus as their makers write them."""

    title: str
    other: str
    why: str
    compare: str
    compare_how: str
    differs: str
    load: str
    load_do: str
    steps: tuple[tuple[str, tuple[str, ...]], ...]
    then: str
    what: str
    what_long: str
    undo: str


ENGLISH = Words(
    title="Trust this Home Base",
    other="Deutsch",
    why="Your device does not know this Home Base yet, so your browser warns you. Three steps change that.",
    compare="1. Compare",
    compare_how="On the Home Base itself, “homebase doctor” shows the fingerprint of its certificate. It has"
    " to be the same as this one:",
    differs="If it differs, stop: somebody stands between your device and your Home Base. Your device shows"
    " the fingerprint once more when you install the certificate; compare it there, too.",
    load="2. Install",
    load_do="Get the certificate",
    steps=(
        (
            "iPhone, iPad",
            (
                "Use Safari for the button above and allow the profile.",
                "Settings → Profile Downloaded → Install.",
                "Settings → General → About → Certificate Trust Settings: switch it on.",
            ),
        ),
        (
            "Android",
            (
                "Settings → Security & privacy → More security settings → Encryption & credentials → Install"
                " a certificate → CA certificate → Install anyway. (Or search the settings for “CA"
                " certificate”.)",
                "Choose the file homebase-ca.crt.",
            ),
        ),
        (
            "Windows",
            (
                "Open the file → Install Certificate → Current User.",
                "Place it in: Trusted Root Certification Authorities.",
            ),
        ),
        ("Mac", ("Open the file: it gets into the keychain.", "Open it there → Trust → Always Trust.")),
        (
            "Linux, and Firefox everywhere",
            (
                "Chromium: Settings → Privacy and security → Security → Manage certificates → Custom →"
                " import.",
                "Firefox: Settings → Certificates → View Certificates → Authorities → Import, for websites.",
            ),
        ),
    ),
    then="3. Open",
    what="What you allow by that",
    what_long="The certificate can vouch for {names} and for no other name: it can't pretend to be your bank."
    " The key that signed it is gone since it was made.",
    undo="You can remove it at the same place at any time.",
)

GERMAN = Words(
    title="Dieser Zentrale vertrauen",
    other="English",
    why="Dein Gerät kennt diese Zentrale noch nicht, darum warnt dich der Browser. Drei Schritte ändern das.",
    compare="1. Vergleichen",
    compare_how="Auf der Zentrale selbst zeigt dir „homebase doctor“ den Fingerabdruck ihres Zertifikats. Er"
    " muss derselbe sein wie dieser:",
    differs="Ist er anders, hör auf: Dann steht jemand zwischen deinem Gerät und deiner Zentrale. Beim"
    " Installieren zeigt dein Gerät den Fingerabdruck noch einmal; vergleiche ihn auch dort.",
    load="2. Installieren",
    load_do="Zertifikat laden",
    steps=(
        (
            "iPhone, iPad",
            (
                "Tippe oben in Safari auf den Knopf und erlaube das Profil.",
                "Einstellungen → Profil geladen → Installieren.",
                "Einstellungen → Allgemein → Info → Zertifikatsvertrauenseinstellungen: einschalten.",
            ),
        ),
        (
            "Android",
            (
                "Einstellungen → Sicherheit und Datenschutz → Weitere Sicherheitseinstellungen →"
                " Verschlüsselung und Anmeldedaten → Zertifikat installieren → CA-Zertifikat → Trotzdem"
                " installieren. (Oder such in den Einstellungen nach „CA-Zertifikat“.)",
                "Wähle die Datei homebase-ca.crt.",
            ),
        ),
        (
            "Windows",
            (
                "Datei öffnen → Zertifikat installieren → Aktueller Benutzer.",
                "Speicher: Vertrauenswürdige Stammzertifizierungsstellen.",
            ),
        ),
        (
            "Mac",
            ("Datei öffnen: Sie kommt in den Schlüsselbund.", "Dort öffnen → Vertrauen → Immer vertrauen."),
        ),
        (
            "Linux, und Firefox überall",
            (
                "Chromium: Einstellungen → Datenschutz und Sicherheit → Sicherheit → Zertifikate verwalten →"
                " Benutzerdefiniert → importieren.",
                "Firefox: Einstellungen → Zertifikate → Zertifikate anzeigen → Zertifizierungsstellen →"
                " Importieren, für Websites.",
            ),
        ),
    ),
    then="3. Öffnen",
    what="Was du damit erlaubst",
    what_long="Das Zertifikat kann für {names} bürgen und für keinen anderen Namen: Es kann sich nicht als"
    " deine Bank ausgeben. Den Schlüssel, der es unterschrieben hat, gibt es nicht mehr.",
    undo="Am selben Ort kannst du es jederzeit wieder entfernen.",
)
