"""HTTP over the gate's streams: the table of operations as aiohttp routes, every refusal as a problem.

Read downwards: make_app → a middleware that turns errors into problems → _serve → _authenticate → _asked.
The gate sets ``Homebase-Peer`` on every request and strips what a client sent under that name.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from typing import Any

import msgspec
from aiohttp import web

from hub.contract import HubError
from hub.home.errors import Refused
from hub.home.permits import Permit
from hub.home.roles import Role, Verb
from hub.operations import Caller, House, Operation, check, check_verb, perform

from .events import EventStream, token_of
from .problems import language_of, problem, refusal_of, refusal_of_shape, unspoken
from .reasons import reasons
from .routes import EVENTS_PATH, OPENAPI_PATH, REASONS_PATH, ROUTES, WITH_BODY, Route

log = logging.getLogger(__name__)

MAX_BODY = 65_536  # bytes
BODY_TIME_S = 10.0
CONSOLE = "console"  # the peer behind home.sock: same user as the gate, checked there
PEER_HEADER = "Homebase-Peer"
OPERATION: web.RequestKey[Operation[Any]] = web.RequestKey("operation", Operation)  # that is asked for
_CONSOLE_PERMIT = Permit(role=Role.OWNER)
_ENCODER = msgspec.json.Encoder()

Respond = Callable[[web.Request], Awaitable[web.StreamResponse]]


def make_app(house: House, events: EventStream, *, language: str) -> web.Application:
    """The application; ``language`` is that of clients that name none."""
    app = web.Application(client_max_size=MAX_BODY, middlewares=[_problems(language)])
    for route in ROUTES:
        app.router.add_route(route.method, route.path, _serve(house, route))
    app.router.add_route("GET", OPENAPI_PATH, _openapi)
    app.router.add_route("GET", REASONS_PATH, _tell_reasons(language))
    app.router.add_route("GET", EVENTS_PATH, _follow(house, events))
    return app


# refusals


def _problems(language: str) -> Any:
    @web.middleware
    async def tell(request: web.Request, handler: Respond) -> web.StreamResponse:
        try:
            return await handler(request)
        except HubError as error:
            refused = refusal_of(error)
        except web.HTTPRequestEntityTooLarge:
            refused = Refused("too_large", allowed=f"at most {MAX_BODY} bytes")
        except web.HTTPMethodNotAllowed as error:
            refused = Refused(
                "wrong_method", value=error.method, allowed=", ".join(sorted(error.allowed_methods))
            )
        except web.HTTPNotFound:
            refused = Refused("unknown_path")
        except web.HTTPException:
            refused = Refused("refused")
        except (ConnectionError, asyncio.CancelledError):
            raise
        except Exception as error:  # the border of one request: the person gets a problem, the log the trace
            if _keeps_secret(request):  # an error's text may hold the key
                log.error("api.crashed", extra={"kind": type(error).__name__})
            else:
                log.exception("api.crashed")
            refused = Refused("internal")
        if _keeps_secret(request):
            refused = unspoken(refused, request[OPERATION])
        return _respond_problem(request, refused, language)

    return tell


def _keeps_secret(request: web.Request) -> bool:
    operation = request.get(OPERATION)
    return operation is not None and operation.secret


def _respond_problem(request: web.Request, refused: Refused, language: str) -> web.Response:
    words = problem(refused, language_of(request.headers.get("Accept-Language", ""), language))
    response = web.Response(
        status=words.status, body=_ENCODER.encode(words), content_type="application/problem+json"
    )
    if words.retry_after_s:
        response.headers["Retry-After"] = str(max(1, -int(-words.retry_after_s // 1)))
    if words.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if refused.code == "wrong_method":
        response.headers["Allow"] = refused.allowed
    return response


# one request


def _serve(house: House, route: Route) -> Respond:
    operation = route.operation

    async def serve(request: web.Request) -> web.StreamResponse:
        request[OPERATION] = operation
        caller = await authenticate(house, request, bearer_of(request))
        check(house, caller, operation)  # nobody sends a body for nothing
        answer = await perform(house, caller, operation, await _asked(request, route))
        if answer is None:
            return web.Response(status=route.status)
        response = web.Response(
            status=route.status, body=_ENCODER.encode(answer), content_type="application/json"
        )
        if operation.secret:
            response.headers["Cache-Control"] = "no-store"  # the gate says it to browsers of every answer
        return response

    return serve


def _follow(house: House, events: EventStream) -> Respond:
    async def follow(request: web.Request) -> web.StreamResponse:
        caller = await authenticate(house, request, token_of(request) or bearer_of(request))
        check_verb(house, caller, Verb.SEE)
        return await events.serve(request, caller)

    return follow


def bearer_of(request: web.Request) -> str | None:
    """The token of ``Authorization: Bearer``, or None."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


async def authenticate(house: House, request: web.Request, token: str | None) -> Caller:
    """Who asks: the console is owner; a wrong token is refused even where none is needed.

    Raises:
        Refused: no_session, when a token was sent that no live session has.
    """
    peer = request.headers.get(PEER_HEADER, "")[:64]
    if peer == CONSOLE:
        return Caller(peer=peer, permit=_CONSOLE_PERMIT)
    if token is None:
        return Caller(peer=peer)
    session = await house.access.sessions.find(token)
    if session is None:
        raise Refused("no_session")
    return Caller(peer=peer, permit=session.permit, session=session)


async def _asked(request: web.Request, route: Route) -> Any:
    kind = route.operation.request
    given: dict[str, object] = dict(request.query)
    strict = route.method in WITH_BODY
    if strict:
        if given:
            raise Refused("unknown_field", field=next(iter(given)))
        given = await _body(request)
    for name, value in request.match_info.items():
        if name in given:
            raise Refused("unknown_field", field=name)
        # what stands in the path is text; a number there is meant as one
        given[name] = int(value) if name in _numbers(route) and value.isdecimal() else value
    try:
        return msgspec.convert(given, kind, strict=strict)
    except msgspec.ValidationError as error:
        raise refusal_of_shape(error, given) from error


@cache
def _numbers(route: Route) -> frozenset[str]:
    """Fields of a request that hold whole numbers."""
    described = msgspec.inspect.type_info(route.operation.request)
    assert isinstance(described, msgspec.inspect.StructType)
    return frozenset(
        field.encode_name for field in described.fields if isinstance(field.type, msgspec.inspect.IntType)
    )


async def _body(request: web.Request) -> dict[str, object]:
    if request.content_type != "application/json":
        raise Refused(
            "not_json", field="Content-Type", value=request.content_type, allowed="application/json"
        )
    try:
        async with asyncio.timeout(BODY_TIME_S):
            data = await request.read()
    except TimeoutError as error:
        raise Refused("slow_body") from error
    try:
        body: object = msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise Refused("broken_json") from error
    if not isinstance(body, dict):
        raise Refused("wrong_type", allowed="object")
    return body


def _tell_reasons(default: str) -> Respond:
    async def tell(request: web.Request) -> web.StreamResponse:
        language = language_of(request.headers.get("Accept-Language", ""), default)
        return web.Response(body=_ENCODER.encode(reasons(language)), content_type="application/json")

    return tell


async def _openapi(_: web.Request) -> web.StreamResponse:
    return web.Response(body=_document(), content_type="application/json")


@cache
def _document() -> bytes:
    from .openapi import document  # noqa: PLC0415 - built when somebody asks for it

    described: Mapping[str, object] = document(ROUTES)
    return _ENCODER.encode(described)
