"""Figures as a collector reads them: the form of OTLP's JSON, and nothing but the declared figures in it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from google.protobuf.json_format import ParseError

from privacy import canonical, otlp
from privacy.closed_schema import FieldRefused
from privacy.delivered import check_body
from privacy.otlp import Report
from tests.otlp_library import decoded
from tests.privacy import house

ROW = house.register().activities["monitor.device"]
REPORT = Report(
    pseudonym="0123456789abcdef" * 2,
    version="0.1.0",
    machine="aarch64",
    hours=otlp.hours_of(datetime(2026, 3, 1, 12, 59, tzinfo=UTC)),
    values={metric.name: metric.limits[1] for metric in ROW.metrics},
)
BODY = otlp.encode(REPORT, ROW.metrics)


def test_it_has_the_form_that_a_collector_reads() -> None:
    (resource,) = json.loads(BODY)["resourceMetrics"]
    told = {one["key"]: one["value"]["stringValue"] for one in resource["resource"]["attributes"]}
    assert told == {
        "service.name": "homebase",
        "service.version": "0.1.0",
        "service.instance.id": REPORT.pseudonym,
        "host.arch": "aarch64",
    }
    (scope,) = resource["scopeMetrics"]
    assert [one["name"] for one in scope["metrics"]] == [f"homebase.{metric.name}" for metric in ROW.metrics]
    (point,) = scope["metrics"][0]["gauge"]["dataPoints"]
    # 64-bit whole numbers are texts; of time it says the hour
    assert point == {"asInt": "1", "timeUnixNano": "1772366400000000000"}
    assert datetime.fromtimestamp(int(point["timeUnixNano"]) / 1e9, UTC) == datetime(
        2026, 3, 1, 12, tzinfo=UTC
    )


def test_opentelemetrys_own_library_reads_it_and_a_field_that_it_does_not_know_is_noticed() -> None:
    read = decoded(BODY)
    assert {one.name.removeprefix(otlp.PREFIX): one.value for one in read.points} == REPORT.values
    assert read.resource["service.instance.id"] == REPORT.pseudonym
    # controls: another name, the name of the wire's binary form, a number that is no text
    for ours, wrong in ((b'"unit"', b'"unite"'), (b"asInt", b"as_int"), (b'"asInt":"1"', b'"asInt":1')):
        assert ours in BODY
        with pytest.raises((ParseError, ValueError)):
            decoded(BODY.replace(ours, wrong))


@pytest.mark.parametrize(
    ("answer", "count"),
    [
        (b"{}", 0),
        (b'{"partialSuccess":null}', 0),
        (b'{"partialSuccess":{}}', 0),
        (b'{"partialSuccess":{"rejectedDataPoints":"2","errorMessage":"no"}}', 2),
        (b'{"partialSuccess":{"rejectedDataPoints":2}}', 2),
        (b'{"partialSuccess":{"rejectedDataPoints":"-2"}}', 0),
        (b'{"partialSuccess":{"rejectedDataPoints":"many"}}', 0),
        (b'{"partialSuccess":[]}', 0),
        (b"\xff", 0),
        (b"", 0),
    ],
)
def test_what_a_collector_did_not_take_is_counted_and_its_words_are_not_kept(
    answer: bytes, count: int
) -> None:
    assert otlp.rejected(answer) == count


def test_what_the_gate_makes_passes_its_own_check() -> None:
    check_body(ROW, BODY)


def point(found: Any) -> Any:
    return found["resourceMetrics"][0]["scopeMetrics"][0]["metrics"][0]["gauge"]["dataPoints"][0]


def attributes(found: Any) -> Any:
    return found["resourceMetrics"][0]["resource"]["attributes"]


@pytest.mark.parametrize(
    "change",
    [
        lambda found: found.update(more=[]),
        lambda found: found["resourceMetrics"].append(found["resourceMetrics"][0]),
        lambda found: attributes(found).append({"key": "name", "value": {"stringValue": "Ada"}}),
        lambda found: attributes(found)[1]["value"].update(stringValue="Ada"),
        lambda found: attributes(found)[0]["value"].update(stringValue="Ada's house"),
        lambda found: point(found).update(asInt="2"),  # finer than declared
        lambda found: point(found).update(asInt=1),
        lambda found: point(found).update(timeUnixNano="1772366400000000001"),
        lambda found: point(found).update(exemplars=["Ada"]),
        lambda found: found["resourceMetrics"][0]["scopeMetrics"][0]["metrics"].pop(),
        lambda found: found["resourceMetrics"][0]["scopeMetrics"][0]["metrics"][0].update(description="Ada"),
        lambda found: found["resourceMetrics"][0]["scopeMetrics"][0]["scope"].update(name="Ada"),
        lambda found: found.clear(),
    ],
)
def test_anything_else_is_refused(change: Callable[[Any], object]) -> None:
    found = json.loads(BODY)
    change(found)
    with pytest.raises(FieldRefused) as refused:
        check_body(ROW, canonical.encode(found))
    assert "Ada" not in str(refused.value)


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", BODY + b" ", b"[" * 100_000])
def test_other_bytes_are_refused(body: bytes) -> None:
    with pytest.raises(FieldRefused):
        check_body(ROW, body)
