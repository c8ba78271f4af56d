"""The notice in the vocabulary's terms: every activity, and no term that DPV 2.3 does not have."""

import pytest

from privacy.linked import Linker
from privacy.notice_linked import as_linked
from tests.privacy import house
from tests.privacy.linked_rules import listed, strangers


@pytest.mark.obligation("Q2")
@pytest.mark.obligation("T2-h")
def test_parties_rights_and_every_activity_stand_there_in_known_terms() -> None:
    node = as_linked(house.register(), house.known().values())
    assert strangers(node, house.register().terms) == set()
    assert {
        one["dct:identifier"] for one in _nodes(node["dpv:hasProcess"])
    } == house.register().activities.keys()
    assert len(listed(node["dpv:hasDataController"])) == 2
    assert len(listed(node["dpv:hasAuthority"])) == 2
    assert len(listed(node["dpv:hasRight"])) == 8


@pytest.mark.obligation("Q5-a")
def test_every_recipient_has_its_country() -> None:
    node = as_linked(house.register(), house.known().values())
    (diagnosis,) = (
        one for one in _nodes(node["dpv:hasProcess"]) if one["dct:identifier"] == "diagnosis.remote"
    )
    who = {one["dpv:hasName"]: one["dpv:hasCountry"] for one in _nodes(diagnosis["dpv:hasRecipient"])}
    assert who == {"support": {"@id": "loc:DE"}, "abroad": {"@id": "loc:US"}}


def test_what_stays_in_the_house_is_said_to_stay_there() -> None:
    node = as_linked(house.register(), [])
    (log,) = (one for one in _nodes(node["dpv:hasProcess"]) if one["dct:identifier"] == "portal.access_log")
    places = [one.get("dpv:hasLocation") for one in _nodes(log["dpv:hasStorageCondition"])]
    assert [{"@id": "dpv:WithinDevice"}] in places
    assert "dpv:hasProcessing" not in log


def test_a_term_that_is_not_listed_can_not_be_spelled() -> None:
    link = Linker(house.register())
    with pytest.raises(ValueError, match="dpv:Helping"):
        link.ref("dpv:Helping")
    with pytest.raises(ValueError, match="dpv:hasHelp"):
        link.node("dpv:Process", {"dpv:hasHelp": "x"})


def _nodes(value: object) -> list[dict[str, object]]:
    return [one for one in listed(value) if isinstance(one, dict)]
