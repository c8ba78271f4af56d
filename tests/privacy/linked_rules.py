"""What linked data of ours has to keep to, written from the specification alone.

``strangers``: terms that DPV 2.3 does not have. ``receipt_faults``: fields of ISO/IEC TS 27560 that a receipt
of the profile receipt-eu-gdpr must have and has not, by the report of 15 February 2026 (DPVCG), 8 and 9.
"""

import re
from collections.abc import Iterator, Mapping

from privacy.terms import Terms

OTHER = {  # vocabularies beside DPV, with the terms of theirs that the report uses
    "dct": {
        *(
            "conformsTo",
            "identifier",
            "created",
            "publisher",
            "language",
            "title",
            "description",
            "isVersionOf",
        ),
        *("source", "relation"),
    },
    "schema": {"ContactPoint", "url", "email"},
    "xsd": {"duration", "dateTime"},
}
KEYWORDS = {"@id", "@type", "@value", "@language", "@context"}
PROFILE = "https://w3id.org/dpv/schema/dpv-27560#"


def walk(value: object) -> Iterator[Mapping[str, object]]:
    """Every object inside."""
    if isinstance(value, Mapping):
        yield value
        for key, inner in value.items():
            if key != "@context":
                yield from walk(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from walk(inner)


def listed(value: object) -> list[object]:
    """One or many, as many."""
    return value if isinstance(value, list) else [] if value is None else [value]


def strangers(node: Mapping[str, object], terms: Terms) -> set[str]:
    """Terms whose prefix the context does not explain, or that their vocabulary does not have."""
    context = node["@context"]
    assert isinstance(context, dict)
    used: set[str] = set()
    for inner in walk(node):
        used |= {key for key in inner if key not in KEYWORDS}
        used |= {str(kind) for kind in listed(inner.get("@type"))}
        name = inner.get("@id")
        if isinstance(name, str) and not name.startswith(("urn:", "https:")):
            used.add(name)
    known = terms.all | {f"{prefix}:{name}" for prefix, names in OTHER.items() for name in names}
    return {term for term in used if term not in known or term.partition(":")[0] not in context}


def receipt_faults(node: Mapping[str, object]) -> list[str]:
    """Mandatory fields that are missing or wrong, by the section that asks for them."""
    records = [one for one in listed(node.get("dpv:hasRecordOfActivity")) if isinstance(one, Mapping)]
    faults = _lacking("9.1", node, "dpv:ConsentReceipt", "receipt-eu-gdpr")
    faults += [] if records else ["9.1.3 record"]
    for name in ("dct:identifier", "dpv:hasIdentifier", "dct:created"):
        faults += [] if node.get(name) else [f"9.1 {name}"]
    for record in records:
        faults += _record_faults(record)
    return faults


def _lacking(section: str, node: Mapping[str, object], kind: str, profile: str) -> list[str]:
    faults = [] if kind in listed(node.get("@type")) else [f"{section} type"]
    return faults + (
        [] if node.get("dct:conformsTo") == {"@id": PROFILE + profile} else [f"{section} schema"]
    )


def _record_faults(record: Mapping[str, object]) -> list[str]:
    faults = _lacking("8.1.1", record, "dpv:ConsentRecord", "record-eu-gdpr")
    for section, name in (
        ("8.1.2", "dct:identifier"),
        ("8.1.3", "dpv:hasDataSubject"),
        ("8.2.1", "dpv:hasNotice"),
        ("8.3.1", "dpv:hasProcess"),
        ("8.3.5", "dpv:hasDataController"),
        ("8.3.8", "dpv:hasConsentControl"),
        ("8.3.9", "dpv:hasJurisdiction"),
        ("8.3.10", "dpv:hasRight"),
        ("8.5.2", "dpv:hasConsentStatus"),
    ):
        faults += [] if record.get(name) else [f"{section} {name}"]
    for notice in _nodes(record, "dpv:hasNotice"):
        faults += [] if notice.get("dct:language") in {"de", "en"} else ["8.2.2 language"]
        faults += [] if "dpv:ConsentNotice" in listed(notice.get("@type")) else ["8.2.1 type"]
    for process in _nodes(record, "dpv:hasProcess"):
        faults += _process_faults(process)
    for control in [*_nodes(record, "dpv:hasConsentControl"), *_nodes(record, "dpv:hasRight")]:
        faults += [] if control.get("dpv:isExercisedAt") else ["8.3.8 or 8.3.10 where"]
    for party in _nodes(record, "dpv:hasDataController"):
        for name in ("dpv:hasName", "dpv:hasIdentifier", "dpv:hasContact", "dpv:hasAddress"):
            faults += [] if party.get(name) else [f"8.4 {name}"]
    return faults + _state_faults(_nodes(record, "dpv:hasConsentStatus"))


def _process_faults(process: Mapping[str, object]) -> list[str]:
    faults = []
    for section, name in (
        ("8.3.2", "dpv:hasPurpose"),
        ("8.3.4.2", "dpv:hasStorageCondition"),
        ("8.3.6", "dpv:hasLegalBasis"),
        ("8.3.7", "dpv:hasRecipient"),
    ):
        faults += [] if process.get(name) else [f"{section} {name}"]
    if not (process.get("dpv:hasPersonalData") or process.get("dpv:hasData")):
        faults.append("8.3.3 data")
    conditions = {
        str(kind) for one in _nodes(process, "dpv:hasStorageCondition") for kind in listed(one["@type"])
    }
    return faults + [f"8.3.4.2 {one}" for one in {"dpv:StorageLocation", "dpv:StorageDuration"} - conditions]


def _state_faults(states: list[Mapping[str, object]]) -> list[str]:
    faults = [] if states and "dpv:ConsentGiven" in listed(states[0].get("@type")) else ["8.5.2 given first"]
    for state in states:
        at = state.get("dpv:isIndicatedAtTime")
        spelled = at.get("@value") if isinstance(at, Mapping) else None
        if not isinstance(spelled, str) or not re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", spelled):
            faults.append("8.5.3 time")
    for name in ("dpv:isIndicatedBy", "dpv:hasIndicationMethod"):
        faults += [] if states and states[0].get(name) else [f"8.5.5 or 8.5.6 {name}"]
    return faults


def _nodes(node: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    return [one for one in listed(node.get(name)) if isinstance(one, Mapping)]
