"""What is said about updates, in both languages: one line each, with the way out. Data, no logic."""

from collections.abc import Mapping
from dataclasses import dataclass

from privacy.register import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A line in both languages, with {fields}."""

    de: str
    en: str

    def text(self, language: Language, /, **fields: object) -> str:
        """In that language."""
        return (self.de if language is Language.DE else self.en).format_map(fields)


_NOTHING = "; nichts davon wurde übernommen"
_TRUSTED_NO_MORE = "; nothing of it was taken over"


def _refused(de: str, en: str) -> Words:
    return Words(de=f"{{role}}.json {de}{_NOTHING}.", en=f"{{role}}.json {en}{_TRUSTED_NO_MORE}.")


# why nothing was asked, or nothing is done
REFUSALS: Mapping[str, Words] = {
    "off": Words(
        de="Es ist keine Quelle für Updates eingerichtet; [updates] root in homebase.toml,"
        " siehe docs/updates.md.",
        en="No source of updates is set up; [updates] root in homebase.toml, see docs/updates.md.",
    ),
    "no_source": Words(
        de="Niemand steht in homebase.toml, den ich fragen darf: homebase recipient add NAME --role processor"
        " --host HOST --country DE --activity update.check --path PATH",
        en="Nobody stands in homebase.toml whom I may ask: homebase recipient add NAME --role processor"
        " --host HOST --country DE --activity update.check --path PATH",
    ),
    "no_consent": Words(
        de="Du hast der Suche nicht zugestimmt; homebase consent give update.check --standing",
        en="You have not agreed to the check; homebase consent give update.check --standing",
    ),
    "root_file": Words(
        de="[updates] root ist nicht zu lesen: {detail}; der Benutzer homebase-gate muss das dürfen.",
        en="[updates] root can't be read: {detail}; the user homebase-gate has to be able to read it.",
    ),
    "clock_unsure": Words(
        de="Die Uhr ist nicht bestätigt, und ohne sie weiß niemand, ob eine Liste von heute ist;"
        " homebase consent clock --confirm",
        en="The clock is not confirmed, and without it nobody can tell whether a list is of today;"
        " homebase consent clock --confirm",
    ),
    "no_update": Words(
        de="Es gibt nichts Neueres zu installieren; homebase update check fragt nach.",
        en="There is nothing newer to install; homebase update check asks.",
    ),
    "no_hook": Words(
        de="Hier installiert niemand von selbst: Nimm die Paketverwaltung, oder richte den Haken ein"
        " ([updates] install = true, docs/updates.md).",
        en="Nobody installs by itself here: use the package manager, or set its hook up"
        " ([updates] install = true, docs/updates.md).",
    ),
    "request_unwritten": Words(
        de="Der Auftrag ließ sich nicht hinterlegen: {detail}; nichts wird installiert.",
        en="The request could not be left: {detail}; nothing will be installed.",
    ),
}
# what came of the latest check, where it was not good
FINDINGS: Mapping[str, Words] = {
    "bad_root": Words(
        de="[updates] root ist keine gültige root.json; hole sie neu von dem, der deine Pakete macht.",
        en="[updates] root is no valid root.json; get it anew from whoever makes your packages.",
    ),
    "unsigned": _refused(
        "ist nicht von genug der Schlüssel unterschrieben, denen diese Zentrale vertraut",
        "is not signed by enough of the keys that this Home Base trusts",
    ),
    "rolled_back": _refused(
        "ist älter als das, was diese Zentrale schon gesehen hat",
        "is older than what this Home Base has seen already",
    ),
    "expired": _refused(
        "ist abgelaufen: Ob es Neueres gibt, wird dir vielleicht verschwiegen",
        "has expired: whether there is something newer may be kept from you",
    ),
    "mixed": _refused("passt nicht zu den anderen Listen", "does not go with the other lists"),
    "unreadable": _refused("ist keine Liste in der vereinbarten Form", "is no list of the agreed form"),
    "too_many_roots": _refused(
        "wurde öfter erneuert, als eine Suche mitgeht; die nächste geht weiter",
        "was renewed more often than one check follows; the next one goes on",
    ),
    "too_long": Words(
        de="Der Server schickte mehr, als eine Liste haben darf: {detail}; abgebrochen.",
        en="The server sent more than a list may have: {detail}; broken off.",
    ),
    "too_slow": Words(
        de="Der Server ließ sich zu viel Zeit: {detail}; abgebrochen, morgen wieder.",
        en="The server took too long: {detail}; broken off, again tomorrow.",
    ),
    "no_answer": Words(
        de="Der Server gab keine brauchbare Antwort: {detail}; morgen wieder.",
        en="The server gave no useful answer: {detail}; again tomorrow.",
    ),
    "no_verdict": Words(
        de="Die Prüfung brach ab: {detail}; homebase doctor sagt mehr.",
        en="The verification broke off: {detail}; homebase doctor says more.",
    ),
}
# the line that stands first
LINES: Mapping[str, Words] = {
    "never": Words(
        de="Noch nicht geprüft; homebase update check fragt jetzt.",
        en="Not checked yet; homebase update check asks now.",
    ),
    "current": Words(
        de="{installed} ist die neueste Version, Stand {verified}.",
        en="{installed} is the newest version, as of {verified}.",
    ),
    "found": Words(
        de="Version {version} vom {date} ist da, hier läuft {installed}.",
        en="Version {version} of {date} is there, {installed} runs here.",
    ),
    "security": Words(
        de="Version {version} vom {date} schließt eine Sicherheitslücke, hier läuft {installed}.",
        en="Version {version} of {date} closes a security hole, {installed} runs here.",
    ),
}
