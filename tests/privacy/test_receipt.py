"""Every consent has a receipt that strangers' programs can read: ISO/IEC TS 27560 in DPV 2.3."""

import copy
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from privacy.consent import Via
from privacy.reasons import Reason
from privacy.receipt import Ended, receipt
from privacy.register import Form
from tests.privacy import house
from tests.privacy.linked_rules import receipt_faults, strangers, walk

LATER = house.START + timedelta(days=1)


def made(form: Form = Form.UNTIL, ended: Ended | None = None, **changes: object) -> dict[str, Any]:
    grant = house.grant(form, house.moment(), 7, **changes)
    return receipt(grant, house.register(), house.known(), "homebase/abc", LATER, ended)


def inside(node: Mapping[str, Any]) -> dict[str, Any]:
    record = node["dpv:hasRecordOfActivity"]
    assert isinstance(record, dict)
    return record


@pytest.mark.obligation("T1-b")
@pytest.mark.parametrize("form", [Form.ONCE, Form.UNTIL])
def test_a_receipt_has_every_field_that_the_profile_asks_for(form: Form) -> None:
    node = made(form)
    assert receipt_faults(node) == []
    assert strangers(node, house.register().terms) == set()
    assert json.loads(json.dumps(node)) == node


def test_a_receipt_says_what_was_agreed_to_and_names_nobody_of_the_house() -> None:
    record = inside(made(groups=frozenset({"system", "devices"}), term=timedelta(days=14)))
    process, (given,) = record["dpv:hasProcess"], record["dpv:hasConsentStatus"]
    assert process["dpv:hasPurpose"] == {"@id": "dpv:CustomerCare"}
    assert process["dpv:hasLegalBasis"] == {"@id": "eu-gdpr:A6-1-a-explicit-consent"}
    assert process["dpv:hasPersonalData"] == [{"@id": "pd:DeviceSoftware"}]
    assert process["dpv:hasData"] == [{"@id": "dpv:NonPersonalData"}]
    assert process["dct:relation"] == "ticket T-123"
    assert process["dpv:hasRecipient"]["@type"] == ["dpv:Recipient", "dpv:DataProcessor"]
    assert process["dpv:hasRecipient"]["dpv:hasCountry"] == {"@id": "loc:DE"}
    assert {"@type": "xsd:duration", "@value": "P28D"} in [
        one.get("dpv:hasDuration") for one in process["dpv:hasStorageCondition"]
    ]
    assert given["@type"] == ["dpv:ConsentGiven", "dpv:ExplicitlyExpressedConsent"]
    assert given["dpv:hasDuration"]["@value"] == "P14D"
    assert given["dpv:isIndicatedAtTime"]["@value"] == "2026-03-01T12:00:00.000Z"
    assert record["dpv:hasNotice"]["dct:language"] == "en"
    assert record["dpv:hasDataSubject"]["@id"] == "urn:homebase:household"


@pytest.mark.obligation("Q5-b")
def test_a_third_country_stands_with_its_safeguard() -> None:
    node = made(Form.ONCE, recipient="abroad", country="US")
    who = inside(node)["dpv:hasProcess"]["dpv:hasRecipient"]
    assert who["dpv:hasCountry"] == {"@id": "loc:US"}
    assert who["dpv:hasOrganisationalMeasure"]["dct:title"] == "SCC 2021/914"
    assert strangers(node, house.register().terms) == set()


@pytest.mark.parametrize(
    ("reason", "word", "by_the_household"),
    [
        (Reason.WITHDRAWN, "dpv:ConsentWithdrawn", True),
        (Reason.EXPIRED, "dpv:ConsentExpired", False),
        (Reason.USED_UP, "dpv:ConsentExpired", False),
        (Reason.NOTICE_CHANGED, "dpv:ConsentInvalidated", False),
    ],
)
def test_what_ended_a_consent_stands_after_the_yes(reason: Reason, word: str, by_the_household: bool) -> None:
    node = made(ended=Ended(at=LATER, reason=reason))
    given, end = inside(node)["dpv:hasConsentStatus"]
    assert "dpv:ConsentGiven" in given["@type"]
    assert end["@type"] == word
    assert ("dpv:isIndicatedBy" in end) is by_the_household
    assert receipt_faults(node) == []
    assert strangers(node, house.register().terms) == set()


def test_a_receipt_lasts_longer_than_the_recipient_it_names() -> None:
    grant = house.grant(Form.ONCE, number=7)
    node = receipt(grant, house.register(), {}, "homebase/abc", LATER, None)
    assert receipt_faults(node) == []
    assert inside(node)["dpv:hasProcess"]["dpv:hasRecipient"]["dpv:hasName"] == "support"


def test_it_says_where_the_yes_was_given_and_for_whom() -> None:
    (given,) = inside(made())["dpv:hasConsentStatus"]
    assert "console" in given["dpv:hasIndicationMethod"]
    grant = replace(house.grant(), via=Via.PHONE, addressee="+4915112345678")
    record = inside(receipt(grant, house.register(), house.known(), "homebase/abc", LATER, None))
    assert "phone" in record["dpv:hasConsentStatus"][0]["dpv:hasIndicationMethod"]
    assert "+4915112345678" in record["dpv:hasProcess"]["dpv:hasRecipient"]["dct:description"]


def test_the_rules_find_each_field_that_is_missing() -> None:
    # the control: a receipt without any one of its fields has a fault, or the field is not mandatory
    optional = {
        *(
            "@id",
            "@context",
            "dct:publisher",
            "dct:title",
            "dct:description",
            "dct:relation",
            "dct:isVersionOf",
        ),
        *("dpv:hasApplicableLaw", "dpv:hasProcessing", "dpv:hasCountry", "dpv:hasOrganisationalMeasure"),
        *("schema:url", "schema:email", "dpv:hasDuration", "@value", "@language", "dpv:hasPersonalData"),
        *("dpv:hasData", "dpv:hasLocation", "dpv:hasIdentifier", "dct:identifier", "dpv:hasName"),
        *("dpv:hasContact", "@type", "dpv:isExercisedAt", "dpv:hasAddress"),
    }
    whole = made()
    paths = [(number, key) for number, inner in enumerate(walk(whole)) for key in inner]
    unnoticed = set()
    for number, key in paths:
        broken = copy.deepcopy(whole)
        target = list(walk(broken))[number]
        assert isinstance(target, dict)
        del target[key]
        if not _faulty(broken):
            unnoticed.add(key)
    assert unnoticed <= optional
    for mandatory in ("dpv:hasPurpose", "dpv:hasRight", "dpv:hasNotice", "dct:conformsTo", "dct:created"):
        assert mandatory not in unnoticed


def _faulty(node: dict[str, Any]) -> bool:
    try:
        return bool(receipt_faults(node))
    except KeyError:
        return True


def test_a_term_that_the_vocabulary_does_not_have_is_found() -> None:
    node = made()
    inside(node)["dpv:hasProcess"]["dpv:hasPurpose"] = {"@id": "dpv:HelpingTheCustomer"}
    inside(node)["pd:Behavioral"] = "x"
    assert strangers(node, house.register().terms) == {"dpv:HelpingTheCustomer", "pd:Behavioral"}
