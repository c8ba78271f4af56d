"""What ``homebase doctor`` finds, in German. Pure: the doctor itself says it in English, once.

A sentence that is not in the table stays as it is.
"""

import re

NAMES = {
    "python": "Python",
    "kernel": "Kernel",
    "cipher": "Verschlüsselung",
    "configuration": "Einstellungen",
    "isolation": "Abschottung",
    "lock": "Zustand",
    "disk": "Speicher",
    "gate key": "Schlüssel des Tors",
    "hub key": "Schlüssel der Zentrale",
    "clock": "Uhr",
    "radio": "Funk",
    "certificate": "Zertifikat",
    "network": "Heimnetz",
    "firewall": "Firewall",
}
LEVELS = {"ok": "gut", "warn": "Achtung", "fail": "Fehler"}
SENTENCES = {
    # texts
    r"(.+) does not exist: defaults": r"\1 gibt es nicht: Es gilt, was vorgegeben ist",
    r"a program in the jail ended with (.+)": r"ein Programm in der Abschottung endete mit \1",
    r"a jail was built and left in (.+) ms, as user (.+)": (
        r"in \1 ms abgeschottet und zurück, als Benutzer \2"
    ),
    r"a jail was built and left in (.+) ms, with your user": (
        r"in \1 ms abgeschottet und zurück, mit deinem Benutzer"
    ),
    r"(.+): never started": r"\1: noch nie gestartet",
    r"(.+): not running": r"\1: läuft nicht",
    r"(.+): runs as process (.+)": r"\1: läuft als Prozess \2",
    r"(.+): (.+) MiB free": r"\1: \2 MiB frei",
    r"(.+) is not writable": r"\1 ist nicht beschreibbar",
    r"(.+) is made at the first start": r"\1 entsteht beim ersten Start",
    r"(.+) has mode (.+): others can read it": r"\1 hat den Modus \2: Andere können ihn lesen",
    r"(.+) lies on the card of its data: no protection against theft of the card": (
        r"\1 liegt auf der Karte seiner Daten: kein Schutz, wenn die Karte gestohlen wird"
    ),
    r"(.+) UTC, not synchronised: consents with an end wait until it is": (
        r"\1 UTC, nicht gestellt: Einwilligungen mit Ende warten, bis sie es ist"
    ),
    r"(.+) UTC, synchronised": r"\1 UTC, gestellt",
    r"no serial device": "kein serielles Gerät",
    r"(.+) holds a simulated stick": r"\1 enthält einen simulierten Stick",
    r"(.+) is in use, by this home as far as to be seen": (
        r"\1 ist in Gebrauch, soweit zu sehen von diesem Zuhause"
    ),
    r"(.+): a module with firmware for Homematic IP \((.+)\), which is not for us": (
        r"\1: ein Modul mit Firmware für Homematic IP (\2), die nichts für uns ist"
    ),
    r"(.+) does not answer as a module does": r"\1 antwortet nicht wie ein Modul",
    r"(.+) does not answer V as a CUL stick does, nor as an HM-MOD-RPI-PCB": (
        r"\1 antwortet weder auf V wie ein CUL noch wie ein HM-MOD-RPI-PCB"
    ),
    r"(.+) is no serial device": r"\1 ist kein serielles Gerät",
    r"(.+) is somebody's terminal": r"\1 ist das Terminal von jemandem",
    r"(.+) is used by another program": r"\1 wird von einem anderen Programm benutzt",
    r"(.+) is not there": r"\1 ist nicht da",
    r"(.+) with SHA-256 (.+), until (.+)": r"\1 mit SHA-256 \2, bis \3",
    r"(.+), your own, until (.+)": r"\1, dein eigenes, bis \2",
    r"the certificates for (.+) end on (.+)": r"die Zertifikate für \1 enden am \2",
    r"made at the first start with --lan": "entsteht beim ersten Start mit --lan",
    r"not open: \[lan\] on, or --lan, opens it": "nicht offen: [lan] on oder --lan öffnet es",
    r"\[lan\] is not on; whether it was started with --lan is not to be seen \(port (.+)\)": (
        r"[lan] ist nicht an; ob homebase mit --lan gestartet wurde, ist nicht zu sehen (Port \1)"
    ),
    r"no interface with a private address that is up": (
        "keine Schnittstelle mit privater Adresse, die verbunden ist"
    ),
    r"(.+) listens on port (.+)": r"\1 hört auf Port \2",
    r"nothing listens on port (.+) of (.+)": r"auf Port \1 von \2 hört niemand",
    r"(.+) is opened at the next start, on port (.+)": r"\1 wird beim nächsten Start geöffnet, auf Port \2",
    r"what is not named is dropped, and port (.+) is not named": (
        r"was nicht genannt ist, wird verworfen, und Port \1 ist nicht genannt"
    ),
    r"nothing in the way of port (.+) was found": r"Port \1 steht nichts im Weg, soweit zu sehen",
    # ways out
    r"compare it on each device at (.+)": r"auf jedem Gerät vergleichen: \1",
    r"remove gate/lan\.json for new ones, which devices have to trust anew": (
        "gate/lan.json entfernen: Es entstehen neue, denen die Geräte neu vertrauen müssen"
    ),
    r"renew it": "es erneuern",
    r"plug the network in, or name the interface: \[lan\] interfaces": (
        "das Netz anschließen, oder die Schnittstelle nennen: [lan] interfaces"
    ),
    r"start homebase with --lan, or look what it said: journalctl -u homebase-gate": (
        "homebase mit --lan starten, oder nachsehen, was es sagte: journalctl -u homebase-gate"
    ),
    r"let the home's network in: ports (.+)/tcp and 5353/udp": (
        r"das Heimnetz einlassen: Ports \1/tcp und 5353/udp"
    ),
    r"update to Linux 5\.14 or newer": "auf Linux 5.14 oder neuer aktualisieren",
    r"install homebase again": "homebase neu installieren",
    r"correct the file": "die Datei berichtigen",
    r"report this": "bitte melden",
    r"run as its user or root": "als dessen Benutzer oder als root starten",
    r"delete something": "etwas löschen",
    r"delete something soon": "bald etwas löschen",
    r"keep the card where you keep your keys": "die Karte dort verwahren, wo deine Schlüssel sind",
    r"plug the stick in": "den Stick einstecken",
    r"plug the stick in, or set \[radio\] port": "den Stick einstecken oder [radio] port setzen",
    r"plug it in again": "neu einstecken",
    r"install its BidCoS firmware": "seine BidCoS-Firmware einspielen",
    r"check the module's pins, turn the serial console off \(raspi-config\), or set \[radio\] port": (
        "Stifte des Moduls prüfen, serielle Konsole abschalten (raspi-config) oder [radio] port setzen"
    ),
    r"set \[radio\] port to the stick": "[radio] port auf den Stick setzen",
    r"set \[radio\] port": "[radio] port setzen",
    r"stop it": "es beenden",
    r"(.+); add this user to the group dialout": r"\1; diesen Benutzer in die Gruppe dialout aufnehmen",
}
_PATTERNS = [(re.compile(pattern), german) for pattern, german in SENTENCES.items()]


def german(sentence: str) -> str:
    """The sentence in German, with what it names."""
    for pattern, words in _PATTERNS:
        if (found := pattern.fullmatch(sentence)) is not None:
            return found.expand(words)
    return sentence
