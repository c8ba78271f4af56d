"""The receipt of a consent: ISO/IEC TS 27560 in the Data Privacy Vocabulary 2.3, profile ``receipt-eu-gdpr``.

Pure. The gate makes it anew from its own book each time it is asked: it says what stands, and what ended.
Source: Consent Records and Receipts as per ISO/IEC TS 27560:2023 using DPV, DPVCG report of 15 February 2026.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from privacy.activity import Activity
from privacy.consent import Grant, Via
from privacy.linked import Linker, Node, duration, words
from privacy.payload import timestamp
from privacy.reasons import Reason
from privacy.recipients import Recipient
from privacy.register import Form, Language, Register

PROFILE = "https://w3id.org/dpv/schema/dpv-27560#"
SUBJECT = "urn:homebase:household"  # the people of this home; a receipt names none of them
_VIA = {
    Via.CONSOLE: "at the console of the Home Base: homebase consent give",
    Via.PHONE: "signed with the key of an owner's phone",
}
_EXPLICIT = "eu-gdpr:A6-1-a-explicit-consent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """When and why a consent came to its end."""

    at: datetime
    reason: Reason


def receipt(
    grant: Grant,
    register: Register,
    recipients: Mapping[str, Recipient],
    origin: str,
    at: datetime,
    ended: Ended | None,
) -> Node:
    """Return the receipt as JSON-LD. origin: the ledger's name; at: now.

    Raises:
        KeyError: the register has no such activity any more.
    """
    link = Linker(register)
    number = f"{origin}/consent/{grant.id}"
    members = {
        "@id": f"urn:{number.replace('/', ':')}:receipt",
        "dct:conformsTo": {"@id": PROFILE + "receipt-eu-gdpr"},
        "dct:identifier": number,
        "dpv:hasIdentifier": number,
        "dct:created": _time(at),
        "dct:publisher": origin,
        "dpv:hasRecordOfActivity": _record(
            link, grant, register, recipients.get(grant.recipient), number, ended
        ),
    }
    return {"@context": link.context, **link.node("dpv:ConsentReceipt", members)}


def _record(
    link: Linker, grant: Grant, register: Register, who: Recipient | None, number: str, ended: Ended | None
) -> Node:
    row = register.activities[grant.activity]
    notice = {
        "@id": f"urn:homebase:notice:{register.version}:{row.id}",
        "dct:identifier": f"sha256:{grant.text_hash}",
        "dct:language": grant.language,
        "dct:isVersionOf": f"urn:homebase:notice:{register.version}",
    }
    control = {"dpv:isExercisedAt": f"homebase consent withdraw {row.id}"}
    members = {
        "@id": f"urn:{number.replace('/', ':')}",
        "dct:conformsTo": {"@id": PROFILE + "record-eu-gdpr"},
        "dct:identifier": number,
        "dpv:hasDataSubject": link.node("dpv:DataSubject", {"@id": SUBJECT, "dpv:hasIdentifier": SUBJECT}),
        "dpv:hasNotice": link.node("dpv:ConsentNotice", notice),
        "dpv:hasDataController": link.controllers(),
        "dpv:hasJurisdiction": link.ref("loc:EU"),
        "dpv:hasApplicableLaw": link.ref("legal-eu:law-GDPR"),
        "dpv:hasProcess": _process(link, grant, row, who),
        "dpv:hasConsentControl": link.node("dpv:WithdrawConsent", control),
        "dpv:hasRight": link.rights("homebase rights"),
        "dpv:hasConsentStatus": _states(link, grant, row, ended),
    }
    return link.node("dpv:ConsentRecord", members)


def _process(link: Linker, grant: Grant, row: Activity, who: Recipient | None) -> Node:
    """What was agreed to: the grant's own categories, host and country, not what the register says today."""
    agreed = {"@id": f"urn:homebase:recipient:{grant.recipient}", "dpv:hasIdentifier": grant.recipient}
    told = link.recipient(who) if who is not None else link.node("dpv:Recipient", {})
    told |= agreed | {
        "dpv:hasName": grant.recipient,
        "dpv:hasContact": {"@type": "schema:ContactPoint", "schema:url": f"https://{grant.host}/"},
        "dpv:hasCountry": link.ref(f"loc:{grant.country}"),
    }
    if grant.addressee:
        told["dct:description"] = f"addressee: {grant.addressee}"
    members = {
        "@id": f"urn:homebase:activity:{row.id}",
        "dct:title": words({language: row.texts[language].title for language in Language}),
        "dct:relation": f"ticket {grant.ticket}" if grant.ticket else None,
        "dpv:hasPurpose": link.ref(row.purpose),
        "dpv:hasLegalBasis": link.ref(row.basis),
        "dpv:hasProcessing": link.ref("dpv:Transfer"),
        **link.data(row, (category.dpv for category in grant.categories)),
        "dpv:hasStorageCondition": link.storage(row, [grant.country]),
        "dpv:hasRecipient": told,
    }
    return link.node("dpv:Process", members)


def _states(link: Linker, grant: Grant, row: Activity, ended: Ended | None) -> list[Node]:
    """First the yes, then its end: withdrawn, expired, or void because something else changed."""
    kind = "dpv:ExplicitlyExpressedConsent" if row.basis == _EXPLICIT else "dpv:ExpressedConsent"
    given = {
        "dpv:isIndicatedBy": {"@id": SUBJECT},
        "dpv:hasIndicationMethod": _VIA[grant.via],
        "dpv:isIndicatedAtTime": _time(grant.given),
        "dpv:hasDuration": _term(grant),
        "dct:description": f"form: {grant.form.value}",
    }
    states = [link.node(["dpv:ConsentGiven", kind], given)]
    if ended is not None:
        word = {
            Reason.WITHDRAWN: "dpv:ConsentWithdrawn",
            Reason.EXPIRED: "dpv:ConsentExpired",
            Reason.USED_UP: "dpv:ConsentExpired",
        }.get(ended.reason, "dpv:ConsentInvalidated")
        members = {"dpv:isIndicatedAtTime": _time(ended.at), "dct:description": ended.reason.value}
        if ended.reason is Reason.WITHDRAWN:
            members["dpv:isIndicatedBy"] = {"@id": SUBJECT}
        states.append(link.node(word, members))
    return states


def _term(grant: Grant) -> Node | None:
    if grant.form is not Form.UNTIL or grant.until is None:
        return None
    return duration(grant.until - grant.given)


def _time(at: datetime) -> Node:
    return {"@type": "xsd:dateTime", "@value": timestamp(at)}
