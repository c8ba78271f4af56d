"""One request and its answer, as the gate's parts pass them to each other. No I/O."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus

CONSOLE = "console"  # the peer of a request that came by home.sock
PHONE = "phone"  # the peer of a request that a phone's session carried, at home
PHONE_AWAY = "phone away"  # the same, by a relay

API_HEADERS = (  # an answer that is no page: nothing in it may act, nobody may keep it
    ("Content-Security-Policy", "sandbox; default-src 'none'"),
    ("Cache-Control", "no-store"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request that h11 found whole and the head's checks let through.

    path: as sent, percent-encoded, starts with "/". query: without "?". headers: names in lower case.
    peer: the browser's address, CONSOLE, PHONE or PHONE_AWAY. body: at most front.BODY_LIMIT bytes.
    session_key: of the phone whose session carried it, by the hub's word; empty elsewhere.
    """

    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    peer: str
    body: bytes = b""
    session_key: bytes = b""

    def header(self, name: str) -> str | None:
        """The first header of that name (lower case)."""
        return next((value for key, value in self.headers if key == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What goes back. The front adds length, connection and nosniff.

    stream: the body in pieces when it is not at hand; then ``length`` bytes come from it.
    """

    status: int
    content_type: str | None = None
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    stream: AsyncIterator[bytes] | None = None
    length: int = field(default=0)


Endpoint = Callable[[Request], Awaitable[Answer]]
"""Answers one kind of request; refuses with an Answer of ``problem``."""


def json_answer(status: int, content: object) -> Answer:
    """Return an answer of JSON."""
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")
    return Answer(status=status, content_type="application/json", body=body, headers=API_HEADERS)


def problem(  # noqa: PLR0913 - the fields of a problem document
    status: int,
    code: str,
    detail: str,
    *,
    way_out: str,
    field: str = "",
    value: str = "",
    allowed: str = "",
    headers: tuple[tuple[str, str], ...] = (),
) -> Answer:
    """Return an RFC 9457 problem. code: for texts; detail: one line; way_out: what the caller can do."""
    content: dict[str, object] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "way_out": way_out,
    }
    content |= {
        key: text for key, text in (("field", field), ("value", value[:200]), ("allowed", allowed)) if text
    }
    return Answer(
        status=status,
        content_type="application/problem+json",
        body=json.dumps(content, ensure_ascii=False).encode("utf-8", "backslashreplace"),
        headers=(*API_HEADERS, *headers),
    )
