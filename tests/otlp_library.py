"""A report of monitoring as OpenTelemetry's own library reads it; what it does not know is refused."""

import json
from dataclasses import dataclass

from google.protobuf import json_format
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One metric: a gauge of one data point. time_ns: nanoseconds since 1970."""

    name: str
    unit: str
    value: int
    time_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """One request."""

    resource: dict[str, str]
    scope: str
    points: tuple[Point, ...]


def decoded(body: bytes) -> Decoded:
    """Read ``body``.

    Raises:
        json_format.ParseError: a field that is not OTLP's, or a value of another kind.
        ValueError: one that is, but is spelled otherwise than OTLP wants, or is none of what we say we send.
    """
    request = json_format.Parse(body.decode(), ExportMetricsServiceRequest(), ignore_unknown_fields=False)
    # what the library spells by OTLP's rules (lowerCamelCase, 64-bit numbers as texts) is what was sent
    if json_format.MessageToDict(request) != json.loads(body):
        raise ValueError("another spelling of the same")
    (resource,) = request.resource_metrics
    (scope,) = resource.scope_metrics
    points = []
    for metric in scope.metrics:
        (point,) = metric.gauge.data_points
        if point.WhichOneof("value") != "as_int":
            raise ValueError(f"{metric.name} is no whole number")
        points.append(
            Point(name=metric.name, unit=metric.unit, value=point.as_int, time_ns=point.time_unix_nano)
        )
    return Decoded(
        resource={one.key: one.value.string_value for one in resource.resource.attributes},
        scope=scope.scope.name,
        points=tuple(points),
    )
