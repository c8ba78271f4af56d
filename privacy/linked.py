"""Linked data (JSON-LD) in the terms of the Data Privacy Vocabulary 2.3: what notice and receipts share.

Pure. A term that terms.toml does not list can't be spelled here: ``Linker`` raises.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from privacy.activity import Activity, Deletion, Party, Role, Text
from privacy.recipients import Recipient
from privacy.register import Language, Register
from privacy.terms import Terms

Node = dict[str, object]
DCT, SCHEMA, XSD = "http://purl.org/dc/terms/", "https://schema.org/", "http://www.w3.org/2001/XMLSchema#"
_ROLES = {
    Role.PROCESSOR: "dpv:DataProcessor",
    Role.PARTNER: "dpv:ThirdParty",
    Role.OWN: "dpv:Recipient",
    Role.AUTHORITY: "dpv:ThirdParty",
}
_EVENTS = {
    Deletion.TICKET_CLOSED: "the last open ticket is closed",
    Deletion.WITHDRAWAL: "the consent is withdrawn",
    Deletion.DEREGISTRATION: "the Home Base is deregistered",
    Deletion.OWNER: "the owner deletes it",
}


class Linker:
    """Spells nodes of one register."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._terms: Terms = register.terms

    @property
    def context(self) -> Node:
        """What the prefixes mean."""
        return {**self._terms.prefixes, "dct": DCT, "schema": SCHEMA, "xsd": XSD}

    def ref(self, term: str) -> Node:
        """A reference to a term.

        Raises:
            ValueError: the list of terms has no such one.
        """
        self._terms.iri(term)
        return {"@id": term}

    def node(self, kind: str | Iterable[str], members: Mapping[str, object]) -> Node:
        """A node of that type, or types; every term in its keys is checked, empty members are left out.

        Raises:
            ValueError: the list of terms has no such type or property.
        """
        kinds = [kind] if isinstance(kind, str) else list(kind)
        for term in [*kinds, *(key for key in members if key.partition(":")[0] in self._terms.prefixes)]:
            self._terms.iri(term)
        kept = {key: value for key, value in members.items() if value not in (None, [], ())}
        return {"@type": kinds[0] if len(kinds) == 1 else kinds, **kept}

    def party(self, party: Party, kind: str, name: str) -> Node:
        """Controller, officer or authority."""
        contact = "schema:url" if party.contact.startswith("https://") else "schema:email"
        members = {
            "@id": name,
            "dpv:hasIdentifier": name,
            "dpv:hasName": words(party.name),
            "dpv:hasAddress": party.address or None,
            "dpv:hasCountry": self.ref(f"loc:{party.country}") if party.country else None,
            "dpv:hasContact": {"@type": "schema:ContactPoint", contact: party.contact},
        }
        return self.node(kind, members)

    def controllers(self) -> list[Node]:
        """Whoever answers for the processing."""
        return [
            self.party(party, "dpv:DataController", f"urn:homebase:controller:{number}")
            for number, party in enumerate(self._register.controllers, start=1)
        ]

    def rights(self, exercised_at: str) -> list[Node]:
        """All rights, each with its article."""
        return [
            self.node(
                ["dpv:DataSubjectRight", right.term],
                {"dct:title": words(right.text), "dpv:isExercisedAt": exercised_at},
            )
            for right in self._register.rights
        ]

    def data(self, row: Activity, categories: Iterable[str]) -> Node:
        """What is moved: personal data under its own property, anything else under the general one."""
        terms = sorted(set(categories))
        personal = [self.ref(term) for term in terms if term != "dpv:NonPersonalData"]
        other = [self.ref(term) for term in terms if term == "dpv:NonPersonalData"]
        members: Node = {"dpv:hasPersonalData": personal, "dpv:hasData": other}
        return {key: value for key, value in members.items() if value} | {
            "dct:description": words(_data(row))
        }

    def recipient(self, who: Recipient) -> Node:
        """A recipient by name, host and country. Its safeguard where that is outside the EEA."""
        safeguard = None
        if who.safeguard is not None:
            safeguard = self.node("dpv:SafeguardForDataTransfer", {"dct:title": who.safeguard})
        members = {
            "@id": f"urn:homebase:recipient:{who.name}",
            "dpv:hasIdentifier": who.name,
            "dpv:hasName": who.name,
            "dpv:hasContact": {"@type": "schema:ContactPoint", "schema:url": f"https://{who.host}/"},
            "dpv:hasCountry": self.ref(f"loc:{who.country}"),
            "dpv:hasOrganisationalMeasure": safeguard,
        }
        kinds = dict.fromkeys(["dpv:Recipient", _ROLES[who.role]])
        return self.node(kinds, members)

    def storage(self, row: Activity, countries: Iterable[str]) -> list[Node]:
        """Where, how long, and until what. countries: empty where it stays in the home."""
        places = [self.ref(f"loc:{country}") for country in sorted(set(countries))]
        if not row.leaves_house:
            places = [self.ref("dpv:WithinDevice")]
        conditions = [self.node("dpv:StorageLocation", {"dpv:hasLocation": places})] if places else []
        if row.storage is not None:
            conditions.append(self.node("dpv:StorageDuration", {"dpv:hasDuration": duration(row.storage)}))
        for event in sorted(row.delete_on & _EVENTS.keys(), key=lambda event: event.value):
            until = self.node("dpv:UntilEventDuration", {"dct:description": _EVENTS[event]})
            conditions.append(self.node("dpv:StorageDeletion", {"dpv:hasDuration": until}))
        if row.delete_on == {Deletion.AT_ONCE}:
            conditions.append(self.node("dpv:StorageDeletion", {"dpv:hasDuration": duration(timedelta(0))}))
        return conditions


def words(text: Text) -> list[Node]:
    """The same in both languages."""
    return [{"@value": text[language], "@language": language.value} for language in Language]


def duration(term: timedelta) -> Node:
    """Whole days and seconds as XML Schema (ISO 8601) spells them."""
    seconds = term.seconds
    spelled = f"P{term.days}D" + (f"T{seconds}S" if seconds else "")
    return {"@type": "xsd:duration", "@value": spelled}


def _data(row: Activity) -> Text:
    return {language: row.texts[language].data for language in Language}
