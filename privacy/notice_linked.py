"""The notice as linked data: parties, rights and every activity in the vocabulary's terms. Pure."""

from collections.abc import Iterable

from privacy.activity import Activity
from privacy.linked import Linker, Node, words
from privacy.notice import in_order
from privacy.recipients import Recipient
from privacy.register import Language, Register

RIGHTS_AT = "Settings, Privacy; homebase rights"


def as_linked(register: Register, recipients: Iterable[Recipient]) -> Node:
    """The whole notice, JSON-LD with DPV 2.3."""
    known, link = tuple(recipients), Linker(register)
    authorities = [
        link.party(party, "dpv:DataProtectionAuthority", f"urn:homebase:authority:{number}")
        for number, party in enumerate(register.authorities, start=1)
    ]
    members = {
        "@id": f"urn:homebase:notice:{register.version}",
        "dct:identifier": register.version,
        "dct:language": [language.value for language in Language],
        "dpv:hasDataController": link.controllers(),
        "dpv:hasDataProtectionOfficer": link.party(
            register.officer, "dpv:DataProtectionOfficer", "urn:homebase:officer"
        ),
        "dpv:hasAuthority": authorities,
        "dpv:hasJurisdiction": link.ref("loc:EU"),
        "dpv:hasApplicableLaw": link.ref("legal-eu:law-GDPR"),
        "dpv:hasRight": link.rights(RIGHTS_AT),
        "dpv:hasProcess": [_process(link, row, known) for row in in_order(register)],
    }
    return {"@context": link.context, **link.node("dpv:PrivacyNotice", members)}


def _process(link: Linker, row: Activity, recipients: Iterable[Recipient]) -> Node:
    who = [one for one in recipients if row.id in one.activities]
    members = {
        "@id": f"urn:homebase:activity:{row.id}",
        "dct:identifier": row.id,
        "dct:source": f"{row.source}, clause {row.clause}",
        "dct:title": words({language: row.texts[language].title for language in Language}),
        "dpv:hasPurpose": link.ref(row.purpose),
        "dpv:hasLegalBasis": link.ref(row.basis),
        "dpv:hasProcessing": link.ref("dpv:Transfer") if row.leaves_house else None,
        **link.data(row, (category.dpv for category in row.categories)),
        "dpv:hasStorageCondition": link.storage(row, (one.country for one in who)),
        "dpv:hasRecipient": [link.recipient(one) for one in who],
    }
    return link.node("dpv:Process", members)
