"""Why a modem did not send, in both languages, with the way out. No I/O."""

from collections.abc import Mapping

from privacy.register import Language

DE, EN = Language.DE, Language.EN
MODEM_WORDS: Mapping[str, Mapping[Language, str]] = {
    "modem_no_gammu": {
        DE: "das Debian-Paket python3-gammu fehlt; sudo apt-get install python3-gammu",
        EN: "Debian's package python3-gammu is missing; sudo apt-get install python3-gammu",
    },
    "modem_gone": {
        DE: "an dieser Stelle ist kein Modem; es einstecken, homebase doctor",
        EN: "there is no modem at that place; plug it in, homebase doctor",
    },
    "modem_permission": {
        DE: "der Benutzer homebase-gate darf das Modem nicht öffnen; es gehört der Gruppe dialout",
        EN: "the user homebase-gate may not open the modem; it belongs to the group dialout",
    },
    "modem_busy": {
        DE: "ein anderes Programm hat das Modem; ModemManager beenden",
        EN: "another program has the modem; stop ModemManager",
    },
    "modem_silent": {
        DE: "das Modem antwortet nicht; es aus- und wieder einstecken",
        EN: "the modem does not answer; unplug it and plug it in again",
    },
    "modem_no_sim": {
        DE: "im Modem steckt keine SIM-Karte, oder es liest sie nicht",
        EN: "there is no SIM card in the modem, or it does not read it",
    },
    "modem_pin_needed": {
        DE: "die SIM-Karte verlangt ihre PIN; homebase notify service NAME fragt danach",
        EN: "the SIM card wants its PIN; homebase notify service NAME asks for it",
    },
    "modem_pin_wrong": {
        DE: "die PIN war falsch und ist vergessen, denn dreimal sperrt die SIM; homebase notify service NAME",
        EN: "the PIN was wrong and is forgotten, as three times lock the SIM; homebase notify service NAME",
    },
    "modem_locked": {
        DE: "die SIM-Karte ist gesperrt (PUK); sie in einem Telefon entsperren",
        EN: "the SIM card is locked (PUK); unlock it in a phone",
    },
    "modem_no_network": {
        DE: "das Modem findet kein Mobilfunknetz; es anders hinstellen, eine Antenne",
        EN: "the modem finds no mobile network; put it elsewhere, use an antenna",
    },
    "modem_no_center": {
        DE: "auf der SIM-Karte fehlt die Nummer der SMS-Zentrale; in einem Telefon eintragen",
        EN: "the SIM card lacks the number of the SMS centre; enter it in a phone",
    },
    "modem_refused": {
        DE: "das Mobilfunknetz hat die SMS abgelehnt; meist fehlt Guthaben, oder die Nummer gibt es nicht",
        EN: "the mobile network refused the SMS; mostly there is no credit left, or no such number",
    },
}
