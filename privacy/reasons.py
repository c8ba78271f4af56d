"""Why something may not leave the house: a closed list, each with a sentence in German and English. Pure."""

from enum import Enum

from privacy.register import Language


class Reason(Enum):
    """A refusal's reason; the value is its code in the ledger and in errors."""

    UNKNOWN_ACTIVITY = "unknown_activity"
    NOT_BUILT = "not_built"
    STAYS_HOME = "stays_home"
    CATEGORY_NOT_DECLARED = "category_not_declared"
    UNKNOWN_GROUP = "unknown_group"
    UNKNOWN_FIELD = "unknown_field"
    UNKNOWN_RECIPIENT = "unknown_recipient"
    RECIPIENT_NOT_DECLARED = "recipient_not_declared"
    WRONG_ROLE = "wrong_role"
    WRONG_MODE = "wrong_mode"
    ADDRESSEE_NOT_DECLARED = "addressee_not_declared"
    CONSOLE_ONLY = "console_only"
    OTHER_HOST = "other_host"
    COUNTRY_NEEDS_CONSENT = "country_needs_consent"
    COUNTRY_FORBIDDEN = "country_forbidden"
    NO_CONSENT = "no_consent"
    FORM_NOT_ALLOWED = "form_not_allowed"
    TERM_TOO_LONG = "term_too_long"
    USED_UP = "used_up"
    EXPIRED = "expired"
    CLOCK_UNSURE = "clock_unsure"
    CLOCKS_DIFFER = "clocks_differ"
    WITHDRAWN = "withdrawn"
    NOT_CONFIRMED = "not_confirmed"
    FILE_LOST = "file_lost"
    FILE_TOO_LARGE = "file_too_large"
    BAD_STATEMENT = "bad_statement"
    BAD_SIGNATURE = "bad_signature"
    UNKNOWN_KEY = "unknown_key"
    KEY_MAY_NOT = "key_may_not"
    LAST_KEY = "last_key"
    CHALLENGE_OVER = "challenge_over"
    CLAIM_WRONG = "claim_wrong"
    TOO_MANY_KEYS = "too_many_keys"
    NO_OFFER = "no_offer"
    TOO_MANY_OFFERS = "too_many_offers"
    NO_TRANSFER = "no_transfer"
    NOTICE_CHANGED = "notice_changed"
    OBJECTED = "objected"
    RESTRICTED = "restricted"
    DEREGISTERED = "deregistered"
    NOT_LEFT = "not_left"
    UNKNOWN_FILE = "unknown_file"
    NO_TICKET = "no_ticket"
    OTHER_TICKET = "other_ticket"
    OTHER_PAYLOAD = "other_payload"
    NO_PREVIEW = "no_preview"
    GROUP_NOT_CONSENTED = "group_not_consented"
    BUDGET_USED_UP = "budget_used_up"
    NOT_JAILED = "not_jailed"
    LEDGER_NOT_WRITABLE = "ledger_not_writable"
    ADDRESS_NOT_OUTSIDE = "address_not_outside"
    NO_STREAM_TICKET = "no_stream_ticket"
    NOT_TLS = "not_tls"
    OTHER_NAME = "other_name"
    HIDDEN_NAME = "hidden_name"
    GREETING_BROKEN = "greeting_broken"
    TOO_MANY_CONNECTIONS = "too_many_connections"
    NOT_ON_LINK = "not_on_link"
    SERVES_NETWORK = "serves_network"
    OTHER_DEVICE = "other_device"
    OTHER_CERTIFICATE = "other_certificate"

    def text(self, language: Language) -> str:
        """One sentence for people, with the way out where there is one."""
        german, english = _TEXTS[self]
        return german if language is Language.DE else english


_TEXTS = {
    Reason.UNKNOWN_ACTIVITY: (
        "Dieser Vorgang steht nicht im Verzeichnis; »homebase notice« zeigt alle.",
        "This activity is not in the register; `homebase notice` lists all.",
    ),
    Reason.NOT_BUILT: (
        "Dieser Vorgang ist noch nicht gebaut und sendet nichts.",
        "This activity is not built yet and sends nothing.",
    ),
    Reason.STAYS_HOME: (
        "Diese Daten verlassen das Haus nie.",
        "This data never leaves the house.",
    ),
    Reason.CATEGORY_NOT_DECLARED: (
        "Die Art der Daten steht bei diesem Vorgang nicht im Verzeichnis.",
        "The register does not name this kind of data for the activity.",
    ),
    Reason.UNKNOWN_GROUP: (
        "Diese Datengruppe gibt es bei dem Vorgang nicht; »homebase notice« zeigt sie.",
        "The activity has no such group of data; `homebase notice` lists them.",
    ),
    Reason.UNKNOWN_FIELD: (
        "Die Daten passen nicht zum festgelegten Aufbau.",
        "The data does not fit the closed schema.",
    ),
    Reason.UNKNOWN_RECIPIENT: (
        "Dieser Empfänger ist nicht eingetragen; homebase recipient add trägt ihn ein.",
        "This recipient is not registered; homebase recipient add registers it.",
    ),
    Reason.RECIPIENT_NOT_DECLARED: (
        "Der Empfänger ist für diesen Vorgang nicht eingetragen;"
        " homebase recipient change NAME activities=… ergänzt ihn.",
        "The recipient is not registered for this activity;"
        " homebase recipient change NAME activities=… adds it.",
    ),
    Reason.WRONG_ROLE: (
        "Die Rolle dieses Empfängers ist bei dem Vorgang nicht vorgesehen.",
        "The activity does not allow recipients of this role.",
    ),
    Reason.WRONG_MODE: (
        "Für diesen Vorgang ist der andere Weg vorgesehen: geprüfte Daten statt Verbindung, oder umgekehrt.",
        "This activity goes the other way: checked data instead of a connection, or the reverse.",
    ),
    Reason.ADDRESSEE_NOT_DECLARED: (
        "Die Einwilligung gilt für einen anderen Empfänger dahinter (Nummer, Postfach, Konto, Schlüssel).",
        "The consent is for somebody else behind this host (number, mailbox, account, key).",
    ),
    Reason.CONSOLE_ONLY: (
        "Das geht nur an der Konsole der Zentrale (»homebase consent give«).",
        "This is possible at the console of the Home Base only (`homebase consent give`).",
    ),
    Reason.OTHER_HOST: (
        "Der Empfänger hat jetzt eine andere Adresse als die, der du zugestimmt hast; stimme neu zu.",
        "The recipient has another address now than the one you agreed to; please agree again.",
    ),
    Reason.COUNTRY_NEEDS_CONSENT: (
        "Der Empfänger sitzt außerhalb des EWR; die Einwilligung muss sein Land nennen (--country).",
        "The recipient is outside the EEA; the consent has to name its country (--country).",
    ),
    Reason.COUNTRY_FORBIDDEN: (
        "Dieser Vorgang ist nur innerhalb des EWR erlaubt.",
        "This activity is allowed inside the EEA only.",
    ),
    Reason.NO_CONSENT: (
        "Es liegt keine Einwilligung vor.",
        "There is no consent.",
    ),
    Reason.FORM_NOT_ALLOWED: (
        "Diese Form der Einwilligung ist bei dem Vorgang nicht vorgesehen.",
        "The activity does not allow this form of consent.",
    ),
    Reason.TERM_TOO_LONG: (
        "Die Einwilligung darf nicht so lange gelten; wähle eine kürzere Zeit.",
        "The consent may not last that long; choose a shorter time.",
    ),
    Reason.USED_UP: (
        "Die einmalige Einwilligung ist verbraucht; bitte neu zustimmen.",
        "The one-time consent is used up; please agree again.",
    ),
    Reason.EXPIRED: (
        "Die Einwilligung ist abgelaufen; bitte neu zustimmen.",
        "The consent has expired; please agree again.",
    ),
    Reason.CLOCK_UNSURE: (
        "Die Uhr ist nicht bestätigt; befristete Einwilligungen ruhen (»homebase consent clock«).",
        "The clock is not confirmed; time-limited consents are suspended (`homebase consent clock`).",
    ),
    Reason.CLOCKS_DIFFER: (
        "Die Uhren von Telefon und Zentrale gehen verschieden; stelle sie und versuche es erneut.",
        "The clocks of phone and Home Base differ; set them and try again.",
    ),
    Reason.WITHDRAWN: (
        "Die Einwilligung ist widerrufen.",
        "The consent is withdrawn.",
    ),
    Reason.NOT_CONFIRMED: (
        "Nach der Wiederherstellung ruhen alle Einwilligungen, bis du sie auf deinem Telefon bestätigst.",
        "After the restore all consents rest until you confirm the list on your phone.",
    ),
    Reason.BAD_STATEMENT: (
        "Die unterschriebene Erklärung hat nicht die vereinbarte Form; aktualisiere die App.",
        "The signed statement does not have the agreed form; update the app.",
    ),
    Reason.BAD_SIGNATURE: (
        "Die Unterschrift passt nicht zur Erklärung.",
        "The signature does not fit the statement.",
    ),
    Reason.UNKNOWN_KEY: (
        "Dieses Telefon ist hier nicht eingetragen; kopple es neu.",
        "This phone is not enrolled here; pair it again.",
    ),
    Reason.KEY_MAY_NOT: (
        "Dieses Telefon darf nicht zustimmen; das können die Telefone der Besitzer.",
        "This phone may not agree; phones of the owners may.",
    ),
    Reason.LAST_KEY: (
        "Den letzten Schlüssel, der zustimmen darf, entfernt nur die Konsole (»homebase phone remove«).",
        "The last key that may agree is removed at the console only (`homebase phone remove`).",
    ),
    Reason.CHALLENGE_OVER: (
        "Die Frage, auf die das Telefon antwortet, ist unbekannt, verbraucht oder älter als zehn Minuten.",
        "The challenge that the phone answers is unknown, used up or older than ten minutes.",
    ),
    Reason.CLAIM_WRONG: (
        "Das Geheimnis des QR-Codes passt nicht oder ist abgelaufen; lass einen neuen zeigen.",
        "The secret of the QR code does not fit or has expired; have a new one shown.",
    ),
    Reason.TOO_MANY_KEYS: (
        "Es sind schon 64 Telefone eingetragen; entferne eines.",
        "There are 64 phones already; remove one.",
    ),
    Reason.NO_OFFER: (
        "Dieses Telefon bietet gerade keinen Schlüssel an, oder einen anderen; lass es ihn neu anbieten und"
        " vergleiche die Wörter.",
        "That phone offers no key at the moment, or another one; have it offer its key again and compare the"
        " words.",
    ),
    Reason.TOO_MANY_OFFERS: (
        "Es warten schon acht Schlüssel darauf, verglichen zu werden; warte zehn Minuten.",
        "Eight keys wait to be compared already; wait ten minutes.",
    ),
    Reason.NO_TRANSFER: (
        "Diesem Empfänger wurde so etwas nicht gesendet.",
        "Nothing of that kind was sent to this recipient.",
    ),
    Reason.NOTICE_CHANGED: (
        "Der Text, dem du zugestimmt hast, hat sich geändert; stimme neu zu.",
        "The text that you agreed to has changed; please agree again.",
    ),
    Reason.OBJECTED: (
        "Du hast widersprochen.",
        "You have objected.",
    ),
    Reason.RESTRICTED: (
        "Die Verarbeitung ist eingeschränkt.",
        "The processing is restricted.",
    ),
    Reason.DEREGISTERED: (
        "Die Zentrale ist abgemeldet.",
        "The Home Base is deregistered.",
    ),
    Reason.NOT_LEFT: (
        "Diese Mitteilung wartet, bis das Zuhause abgemeldet ist; vorher geht sie nicht hinaus.",
        "This message waits: it leaves once the home is deregistered.",
    ),
    Reason.UNKNOWN_FILE: (
        "Im Datenordner liegt etwas, das niemand beschrieben hat; `homebase rights status` nennt es."
        " Entferne es, dann geht die Tür wieder auf.",
        "The state folder holds something that nobody declared; `homebase rights status` names it. Remove it,"
        " and the door opens again.",
    ),
    Reason.NO_TICKET: (
        "Es fehlt eine Ticketnummer (1 bis 40 Zeichen: Buchstaben, Ziffern, - und .).",
        "A ticket number is missing (1 to 40 characters: letters, digits, - and .).",
    ),
    Reason.OTHER_TICKET: (
        "Die Einwilligung gilt für ein anderes Ticket.",
        "The consent is for another ticket.",
    ),
    Reason.OTHER_PAYLOAD: (
        "Die einmalige Einwilligung gilt für andere Daten als diese.",
        "The one-time consent is for other data than these.",
    ),
    Reason.NO_PREVIEW: (
        "Die Vorschau ist unbekannt oder abgelaufen; bitte neu ansehen.",
        "The preview is unknown or expired; please look again.",
    ),
    Reason.GROUP_NOT_CONSENTED: (
        "Für eine dieser Datengruppen liegt keine Einwilligung vor.",
        "There is no consent for one of these groups of data.",
    ),
    Reason.BUDGET_USED_UP: (
        "Die Tagesmenge dieses Vorgangs ist verbraucht; morgen geht es weiter.",
        "The activity's daily amount is used up; it goes on tomorrow.",
    ),
    Reason.NOT_JAILED: (
        "Die Zentrale läuft ungeschützt; solange bleibt die Tür zu.",
        "The hub runs without its jail; the door stays shut.",
    ),
    Reason.LEDGER_NOT_WRITABLE: (
        "Das Protokoll kann nicht geschrieben werden; solange verlässt nichts das Haus. Schaffe Platz.",
        "The ledger can't be written; until then nothing leaves. Free some disk space.",
    ),
    Reason.ADDRESS_NOT_OUTSIDE: (
        "Der Name des Empfängers führt zu keiner Adresse außerhalb des Hauses.",
        "The recipient's name leads to no address outside the house.",
    ),
    Reason.NO_STREAM_TICKET: (
        "Für diese Verbindung gibt es keine Erlaubnis, oder sie ist verbraucht oder älter als 30 Sekunden.",
        "There is no ticket for this connection, or it was used, or is older than 30 seconds.",
    ),
    Reason.NOT_TLS: (
        "Die Verbindung ist nicht verschlüsselt (TLS); unverschlüsselt verlässt nichts das Haus.",
        "The connection is not encrypted (TLS); nothing leaves the house in the clear.",
    ),
    Reason.OTHER_NAME: (
        "Die Verbindung nennt einen anderen Empfänger als den erlaubten.",
        "The connection names another recipient than the permitted one.",
    ),
    Reason.HIDDEN_NAME: (
        "Die Verbindung verbirgt, wen sie meint (Encrypted ClientHello).",
        "The connection hides whom it means (Encrypted ClientHello).",
    ),
    Reason.GREETING_BROKEN: (
        "Die Verbindung begann nicht binnen 5 Sekunden und 16 KiB mit einem gültigen TLS-Gruß.",
        "The connection did not begin with a valid TLS greeting within 5 seconds and 16 KiB.",
    ),
    Reason.TOO_MANY_CONNECTIONS: (
        "Zu viele Verbindungen in kurzer Zeit; bitte gleich noch einmal versuchen.",
        "Too many connections in a short time; try again in a moment.",
    ),
    Reason.NOT_ON_LINK: (
        "Dieser Rechner ist nicht im Netz dieser Adresse, oder ein Router steht dazwischen; prüfe Kabel,"
        " WLAN und [radio] port.",
        "This machine is not in the network of this address, or a router stands in between; check cable,"
        " Wi-Fi and [radio] port.",
    ),
    Reason.SERVES_NETWORK: (
        "Diese Adresse gehört dem Router oder dem Namensdienst; trage die Adresse des Geräts ein.",
        "This address belongs to the router or the name server; enter the device's own.",
    ),
    Reason.OTHER_DEVICE: (
        "An dieser Adresse antwortet ein anderes Gerät als das eingetragene (MAC-Adresse); gib dem"
        " Gerät im Router eine feste Adresse, oder berichtige [radio] mac.",
        "Another device than the entered one answers there (MAC address); give the device a fixed address"
        " in the router, or correct [radio] mac.",
    ),
    Reason.OTHER_CERTIFICATE: (
        "Das Gerät an dieser Adresse zeigt ein anderes Zertifikat als das eingetragene. Ist es noch dasselbe"
        " Gerät (nach einem Update oder Zurücksetzen)? Dann berichtige [[device]] certificate_sha256.",
        "The device at this address shows another certificate than the entered one. If it is still the same"
        " device (after an update or a reset), correct [[device]] certificate_sha256.",
    ),
    Reason.FILE_LOST: (
        "Die vorbereitete Datei ist nicht mehr da; sie wird neu gemacht.",
        "The prepared file is no longer there; it will be made anew.",
    ),
    Reason.FILE_TOO_LARGE: (
        "Die Datei ist größer, als an einem Tag gesendet werden darf.",
        "The file is larger than what may be sent in a day.",
    ),
}
