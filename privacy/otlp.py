"""Figures as OTLP/HTTP takes them, in its JSON encoding: any collector of OpenTelemetry reads them. Pure.

One resource, one scope, a gauge with one point for each figure of the register's closed list, and nothing
else: ``check`` makes the bytes again from what it finds in them. Source: OpenTelemetry protocol 1.x, "JSON
Protobuf Encoding": camelCase names, 64-bit whole numbers as texts.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from privacy import canonical
from privacy.activity import Metric
from privacy.closed_schema import FieldRefused

PREFIX = "homebase."
SCOPE = "homebase.monitor"
# the words of OpenTelemetry's semantic conventions for host.arch, and what the kernel calls them
MACHINES: Mapping[str, str] = {
    "x86_64": "amd64",
    "aarch64": "arm64",
    "armv6l": "arm32",
    "armv7l": "arm32",
    "armv8l": "arm32",
    "i386": "x86",
    "i686": "x86",
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HOUR = timedelta(hours=1)
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,31}")
_PSEUDONYM = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One message. hours: since 1970, when it was counted; values: the lowest of each answer, by name."""

    pseudonym: str
    version: str
    machine: str
    hours: int
    values: Mapping[str, int]


class _Partial(msgspec.Struct, frozen=True, rename="camel"):
    rejected_data_points: int = 0


class _Answer(msgspec.Struct, frozen=True, rename="camel"):
    partial_success: _Partial = _Partial()


def rejected(body: bytes) -> int:
    """How many figures a collector says that it did not take, by its ``ExportMetricsServiceResponse``."""
    try:
        said = msgspec.json.decode(body, type=_Answer, strict=False)  # 64-bit numbers are texts, or are not
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return 0
    return max(said.partial_success.rejected_data_points, 0)


def hours_of(at: datetime) -> int:
    """The hour that ``at`` is in: all that a message says of time."""
    return (at - _EPOCH) // _HOUR


def encode(report: Report, metrics: Sequence[Metric]) -> bytes:
    """The bytes that leave: an ``ExportMetricsServiceRequest``."""
    nanoseconds = str(report.hours * 3_600_000_000_000)
    attributes: Sequence[canonical.Json] = [
        {"key": key, "value": {"stringValue": value}}
        for key, value in (
            ("host.arch", report.machine),
            ("service.instance.id", report.pseudonym),
            ("service.name", "homebase"),
            ("service.version", report.version),
        )
    ]
    gauges: Sequence[canonical.Json] = [
        {
            "name": PREFIX + metric.name,
            "unit": metric.unit,
            "gauge": {
                "dataPoints": [{"asInt": str(report.values[metric.name]), "timeUnixNano": nanoseconds}]
            },
        }
        for metric in metrics
    ]
    return canonical.encode(
        {
            "resourceMetrics": [
                {
                    "resource": {"attributes": attributes},
                    "scopeMetrics": [{"scope": {"name": SCOPE}, "metrics": gauges}],
                }
            ]
        }
    )


def check(metrics: Sequence[Metric], body: bytes) -> None:
    """Do nothing for bytes that ``encode`` makes of figures that the register has answers for.

    Raises:
        FieldRefused: anything else.
    """
    try:
        report = _read(metrics, json.loads(body))
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise error if isinstance(error, FieldRefused) else FieldRefused("payload", "is no report") from error
    if encode(report, metrics) != body:
        raise FieldRefused("payload", "holds more than the declared figures, or in another form")


def _read(metrics: Sequence[Metric], found: Any) -> Report:
    (resource,) = found["resourceMetrics"]
    told = {one["key"]: one["value"]["stringValue"] for one in resource["resource"]["attributes"]}
    (scope,) = resource["scopeMetrics"]
    values: dict[str, int] = {}
    hours = 0
    for metric, gauge in zip(metrics, scope["metrics"], strict=True):
        (point,) = gauge["gauge"]["dataPoints"]
        hours, value = int(point["timeUnixNano"]) // 3_600_000_000_000, int(point["asInt"])
        if value not in metric.limits:
            raise FieldRefused(metric.name, "is none of the declared answers")
        values[metric.name] = value
    report = Report(
        pseudonym=told["service.instance.id"],
        version=told["service.version"],
        machine=told["host.arch"],
        hours=hours,
        values=values,
    )
    if not _PSEUDONYM.fullmatch(report.pseudonym):
        raise FieldRefused("service.instance.id", "is no pseudonym")
    if not (_WORD.fullmatch(report.version) and _WORD.fullmatch(report.machine)):
        raise FieldRefused("resource", "is no version, or no kind of machine")
    return report
