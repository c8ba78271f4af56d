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
    _route("GET", "/account", "account.read"),
    _route("PATCH", "/account", "account.change"),
    _route("POST", "/account/reviews", "account.review"),
    _route("PUT", "/account/license", "license.set"),
    _route("DELETE", "/account/license", "license.remove", 204),
    _route("GET", "/devices", "devices.list"),
    _route("GET", "/devices/{address}", "devices.read"),
    _route("PATCH", "/devices/{address}", "devices.change"),
    _route("DELETE", "/devices/{address}", "devices.remove", 204),
    _route("GET", "/datapoints", "datapoints.list"),
    _route("PUT", "/datapoints/{id}", "datapoints.set"),
    _route("GET", "/history/{id}", "history.read"),
    _route("GET", "/channels/{channel}/paramsets/{paramset}", "paramsets.read"),
    _route("PUT", "/channels/{channel}/paramsets/{paramset}", "paramsets.write"),
    _route("GET", "/devices/{address}/peerings", "peerings.list"),
    _route("GET", "/channels/{channel}/partners", "peerings.partners"),
    _route("GET", "/peerings/profiles", "peerings.profiles"),
    _route("POST", "/peerings", "peerings.add", 201),
    _route("DELETE", "/peerings", "peerings.remove"),
    _route("GET", "/channels/{channel}/weeks/{program}", "weeks.read"),
    _route("PUT", "/channels/{channel}/weeks/{program}", "weeks.write"),
    _route("POST", "/devices/{address}/replacement", "replacement.do"),
    _route("DELETE", "/devices/{address}/replacement", "replacement.undo"),
    _route("GET", "/drivers", "drivers.list"),
    _route("GET", "/radio/{interface}/frames", "radio.frames"),
    _route("POST", "/radio/{interface}/frames", "radio.send", 204),
    _route("GET", "/radio/{interface}/airtime", "radio.airtime"),
    _route("GET", "/radio/{interface}/signals", "radio.signals"),
    _route("GET", "/radio/{interface}/keys", "keys.list"),
    _route("PUT", "/radio/{interface}/keys", "keys.set"),
    _route("POST", "/radio/{interface}/keys/sheet", "keys.sheet"),
    _route("POST", "/radio/{interface}/keys/check", "keys.check"),
    _route("GET", "/pairing", "pairing.read"),
    _route("POST", "/pairing", "pairing.start", 202),
    _route("DELETE", "/pairing", "pairing.stop", 204),
    _route("GET", "/rights/holdings", "rights.holdings"),
    _route("GET", "/rights/holdings/{holding}", "rights.records"),
    _route("PATCH", "/rights/holdings/{holding}", "rights.correct", 204),
    _route("POST", "/rights/erasures", "rights.erase"),
    _route("PUT", "/rights/restrictions", "rights.restrict"),
    _route("POST", "/rights/deregistration", "rights.deregister"),
    _route("GET", "/phones", "phones.list"),
    _route("POST", "/phones/codes", "phones.code", 201),
    _route("GET", "/phones/waiting", "phones.waiting"),
    _route("PUT", "/phones/waiting/{pairing}", "phones.admit"),
    _route("DELETE", "/phones/waiting/{pairing}", "phones.refuse", 204),
    _route("PATCH", "/phones/{id}", "phones.change"),
    _route("DELETE", "/phones/{id}", "phones.remove"),
    _route("GET", "/notifications", "notifications.list"),
    _route("POST", "/notifications/{id}/acknowledgement", "notifications.acknowledge"),
    _route("GET", "/notifications/people", "notifications.people"),
    _route("POST", "/notifications/people", "notifications.set_person"),
    _route("DELETE", "/notifications/people/{id}", "notifications.drop_person", 204),
    _route("GET", "/rooms", "rooms.list"),
    _route("POST", "/rooms", "rooms.add", 201),
    _route("PATCH", "/rooms/{id}", "rooms.rename"),
    _route("DELETE", "/rooms/{id}", "rooms.remove", 204),
)
REASONS_PATH = "/api/v1/reasons"
OPENAPI_PATH = "/api/v1/openapi.json"
EVENTS_PATH = "/api/v1/events"
