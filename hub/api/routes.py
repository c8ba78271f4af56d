"""Where each operation lies in HTTP: method, path, status. Names in braces are fields of the request."""

from dataclasses import dataclass
from typing import Any

from hub.operations import BY_NAME, Operation

WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One operation's place."""

    method: str
    path: str
    operation: Operation[Any]
    status: int


def _route(method: str, path: str, operation: str, status: int = 200) -> Route:
    return Route(method=method, path="/api/v1" + path, operation=BY_NAME[operation], status=status)


ROUTES = (
    _route("GET", "/health", "health"),
    _route("GET", "/setup", "setup.read"),
    _route("POST", "/setup", "setup.claim", 201),
    _route("POST", "/login", "login"),
    _route("GET", "/session", "session.read"),
    _route("DELETE", "/session", "session.end", 204),
    _route("GET", "/devices", "devices.list"),
    _route("GET", "/devices/{address}", "devices.read"),
    _route("PATCH", "/devices/{address}", "devices.change"),
    _route("DELETE", "/devices/{address}", "devices.remove", 204),
    _route("GET", "/datapoints", "datapoints.list"),
    _route("PUT", "/datapoints/{id}", "datapoints.set"),
    _route("GET", "/history/{id}", "history.read"),
    _route("GET", "/drivers", "drivers.list"),
    _route("POST", "/pairing", "pairing.start", 202),
    _route("DELETE", "/pairing", "pairing.stop", 204),
    _route("GET", "/rooms", "rooms.list"),
    _route("POST", "/rooms", "rooms.add", 201),
    _route("PATCH", "/rooms/{id}", "rooms.rename"),
    _route("DELETE", "/rooms/{id}", "rooms.remove", 204),
)
OPENAPI_PATH = "/api/v1/openapi.json"
EVENTS_PATH = "/api/v1/events"
