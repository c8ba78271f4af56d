"""The OpenAPI 3.1 document, made from the routes, the operations and their types. Pure."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from hub.home.roles import Verb, roles_that
from hub.operations import Reach, messages
from hub.operations.stream_messages import Changes, Snapshot

from .problems import STATUS, Problem
from .reasons import Reasons
from .routes import EVENTS_PATH, OPENAPI_PATH, REASONS_PATH, WITH_BODY, Route

Schema = dict[str, Any]
_REF = "#/components/schemas/{name}"
_IN_PATH = re.compile(r"\{(\w+)\}")


def document(routes: Iterable[Route]) -> Schema:
    """The whole document as JSON-ready mappings."""
    routes = tuple(routes)
    answers = [route.operation.answer for route in routes if route.operation.answer is not None]
    requests = [route.operation.request for route in routes]
    kinds = [*answers, *requests, Problem, Reasons, messages.Channel, Snapshot, Changes]
    _, components = msgspec.json.schema_components(kinds, ref_template=_REF)
    paths: dict[str, Schema] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, components)
    paths[EVENTS_PATH] = {"get": _events()}
    paths[REASONS_PATH] = {"get": _reasons()}
    paths[OPENAPI_PATH] = {"get": _itself()}
    for route in routes:  # requests are shown in place, without the fields that stand in the path
        components.pop(route.operation.request.__name__, None)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Homebase",
            "version": "1",
            "description": "One home: devices, datapoints, rooms, history. Refusals are problems (RFC 9457).",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "responses": {"Problem": _problem()},
        },
    }


def _operation(route: Route, components: Mapping[str, Schema]) -> Schema:
    operation = route.operation
    properties: Schema = dict(components[operation.request.__name__].get("properties", {}))
    required = set(components[operation.request.__name__].get("required", ()))
    in_path = _IN_PATH.findall(route.path)
    parameters = [_parameter(name, "path", properties.pop(name), required=True) for name in in_path]
    described: Schema = {
        "operationId": operation.name,
        "summary": operation.summary,
        "responses": {str(route.status): _answer(operation.answer), "default": _to("responses", "Problem")},
        "security": [] if operation.verb is None else [{"bearer": []}],
    }
    if operation.verb is not None:
        described["x-verb"] = operation.verb.value
        described["x-roles"] = [role.value for role in roles_that(operation.verb)]
        described["x-reach"] = operation.reach.value
    if route.method in WITH_BODY:
        described["requestBody"] = _body(properties, required - set(in_path))
    else:
        parameters += [
            _parameter(name, "query", schema, required=name in required)
            for name, schema in properties.items()
        ]
    if parameters:
        described["parameters"] = parameters
    return described


def _parameter(name: str, place: str, schema: Schema, *, required: bool) -> Schema:
    return {"name": name, "in": place, "required": required, "schema": schema}


def _body(properties: Schema, required: set[str]) -> Schema:
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    if required:
        schema["required"] = sorted(required)
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _answer(kind: type | None) -> Schema:
    if kind is None:
        return {"description": "Done."}
    schema = _to("schemas", kind.__name__)
    words = (kind.__doc__ or "").partition("\n")[0]
    return {"description": words, "content": {"application/json": {"schema": schema}}}


def _problem() -> Schema:
    codes = ", ".join(sorted(STATUS))
    return {
        "description": f"A refusal; code is one of: {codes}.",
        "content": {"application/problem+json": {"schema": _to("schemas", "Problem")}},
    }


def _events() -> Schema:
    return {
        "operationId": "events",
        "summary": "Follow the home by WebSocket (protocol homebase.v1, token as homebase.bearer.<token>).",
        "description": "First a Snapshot, then Changes, at most one message per 10 ms; a client that is too"
        " slow gets the newest value per datapoint and after 5 s the close code 1013.",
        "responses": {
            "101": {"description": "Switching to WebSocket."},
            "default": _to("responses", "Problem"),
        },
        "security": [{"bearer": []}],
        "x-verb": Verb.SEE.value,
        "x-roles": [role.value for role in roles_that(Verb.SEE)],
        "x-reach": Reach.VIEW.value,
        "x-messages": [_to("schemas", "Snapshot"), _to("schemas", "Changes")],
    }


def _reasons() -> Schema:
    return {
        "operationId": "reasons",
        "summary": "Every code of a failed teach-in, configuration, device or driver in words.",
        "responses": {"200": _answer(Reasons)},
        "security": [],
    }


def _itself() -> Schema:
    return {
        "operationId": "openapi",
        "summary": "This document.",
        "responses": {
            "200": {
                "description": "OpenAPI 3.1.",
                "content": {"application/json": {"schema": {"type": "object"}}},
            }
        },
        "security": [],
    }


def _to(kind: str, name: str) -> Schema:
    return {"$ref": f"#/components/{kind}/{name}"}
