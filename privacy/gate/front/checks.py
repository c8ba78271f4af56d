"""What a request's head must be before anybody answers it. Pure: head in, refusal or nothing out.

Host names are an allow-list (DNS rebinding), a foreign Origin may not act (cross-site requests, WebSockets),
a body is JSON (another site's form can't send that unasked). The console's socket has no browser behind it.
"""

from dataclasses import dataclass

from privacy.gate.front.exchange import CONSOLE, Answer, Request, problem

READING = frozenset({"GET", "HEAD"})
WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
METHODS = READING | WITH_BODY | {"DELETE"}
PATH_LIMIT = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """How browsers call the front where they came in. hosts: as in the Host header, the best first.

    headers: that every answer has there, too.
    """

    scheme: str
    hosts: tuple[str, ...]
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"{self.scheme}://{self.hosts[0]}"

    @property
    def address(self) -> str:
        """What to open."""
        return f"{self.origin}/"


def loopback(port: int) -> Site:
    """The site on this machine itself."""
    return Site(scheme="http", hosts=(f"127.0.0.1:{port}", f"localhost:{port}", f"[::1]:{port}"))


def refuse(request: Request, site: Site, body_limit: int) -> Answer | None:
    """Say why this head is refused, or None."""
    for check in (_refuse_form, _refuse_method):
        if (refusal := check(request)) is not None:
            return refusal
    if request.peer != CONSOLE:
        if (refusal := _refuse_host(request, site)) is not None:
            return refusal
        if (refusal := _refuse_origin(request, site)) is not None:
            return refusal
    return _refuse_body(request, body_limit)


def is_websocket(request: Request) -> bool:
    """Whether the request asks for a WebSocket."""
    return "upgrade" in _tokens(request, "connection") and "websocket" in _tokens(request, "upgrade")


def _tokens(request: Request, name: str) -> set[str]:
    lists = (value for key, value in request.headers if key == name)
    return {token.strip().lower() for value in lists for token in value.split(",")}


def _refuse_form(request: Request) -> Answer | None:
    names = [name for name, _ in request.headers]
    if not request.path.startswith("/"):
        return problem(
            400,
            "absolute_target",
            "the target is not a path",
            way_out="ask this server itself: GET /path HTTP/1.1",
        )
    if len(request.path) + len(request.query) > PATH_LIMIT:
        return problem(
            414,
            "target_too_long",
            "the target is too long",
            way_out="shorten it",
            allowed=f"{PATH_LIMIT} characters",
        )
    if names.count("host") != 1:
        return problem(400, "host_missing", "not exactly one Host header", way_out="send one Host header")
    if "transfer-encoding" in names and "content-length" in names:
        return problem(400, "two_lengths", "Content-Length and Transfer-Encoding", way_out="send one of them")
    return None


def _refuse_method(request: Request) -> Answer | None:
    if request.method in METHODS:
        return None
    allowed = ", ".join(sorted(METHODS))
    return problem(
        405,
        "method_unknown",
        f"{request.method[:20]} is not answered here",
        way_out="use a method of the API's description",
        allowed=allowed,
        headers=(("Allow", allowed),),
    )


def _refuse_host(request: Request, site: Site) -> Answer | None:
    host = (request.header("host") or "").lower()
    if host in site.hosts:
        return None
    return problem(
        421,
        "foreign_host",
        "this name does not belong to this home",
        way_out=f"open {site.address}",
        field="Host",
        value=host,
        allowed=", ".join(site.hosts),
    )


def _refuse_origin(request: Request, site: Site) -> Answer | None:
    acts = request.method not in READING or is_websocket(request)
    own = f"{site.scheme}://{(request.header('host') or '').lower()}"
    origin = request.header("origin")
    # a browser always names the origin of what acts; who sends none is a program and has to bring a token
    foreign_page = origin is not None and origin.lower() != own
    foreign_site = request.header("sec-fetch-site") in {"cross-site", "same-site"}
    if not acts or not (foreign_page or foreign_site):
        return None
    return problem(
        403,
        "foreign_origin",
        "another site's page may not act here",
        way_out=f"open {own}/ itself",
        field="Origin",
        value=origin or "",
        allowed=own,
    )


def _refuse_body(request: Request, limit: int) -> Answer | None:
    length = request.header("content-length") or "0"
    if length == "0" and request.header("transfer-encoding") is None:
        return None
    if request.method not in WITH_BODY:
        return problem(
            400, "body_unexpected", f"{request.method} with a body", way_out="send it without a body"
        )
    if int(length) > limit:
        return too_large(limit)
    kind, _, parameters = (request.header("content-type") or "").lower().partition(";")
    if kind.strip() != "application/json" or parameters.strip() not in {
        "",
        "charset=utf-8",
        'charset="utf-8"',
    }:
        return problem(
            415,
            "not_json",
            "the body is not declared as JSON",
            way_out="send Content-Type: application/json",
            field="Content-Type",
            value=request.header("content-type") or "",
            allowed="application/json",
        )
    return None


def too_large(limit: int) -> Answer:
    """The refusal of a body beyond ``limit`` bytes."""
    return problem(
        413, "body_too_large", "the body is too large", way_out="send less", allowed=f"{limit} bytes"
    )
