"""The front on real sockets: what it serves, what it refuses, what of a hub's answer it passes on."""

import asyncio
import json
import statistics
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from privacy.gate.answers.api import Sessions
from privacy.gate.front import checks, connection, front, streams
from privacy.gate.front.connection import Access
from privacy.gate.front.exchange import CONSOLE, Answer, Request

from .bench import FrontBench, Got, front_bench


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[FrontBench]:
    async with front_bench(tmp_path, lambda _: True) as made:
        yield made


def problem(got: Got) -> dict[str, object]:
    content = json.loads(got.body)
    assert got.headers["content-type"] == "application/problem+json"
    assert content["status"] == got.status
    assert content["way_out"]
    assert isinstance(content, dict)
    return content


# what it serves


async def test_the_page_comes_with_a_policy_that_lets_only_the_app_act(bench: FrontBench) -> None:
    got = await bench.get("/")
    assert (got.status, got.body) == (200, b"<!doctype html><title>home</title>")
    policy = got.headers["content-security-policy"].split("; ")
    assert {"default-src 'none'", "script-src 'self'", "require-trusted-types-for 'script'"} <= set(policy)
    permissions = got.headers["permissions-policy"].split(", ")
    assert permissions[0] == "camera=(self)"
    assert all(rule.endswith("=()") for rule in permissions[1:])
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["cache-control"] == "no-cache"
    assert "set-cookie" not in got.headers
    assert not any(name.startswith("access-control-") for name in got.headers)


async def test_files_with_a_hash_in_their_name_are_kept_by_the_browser(bench: FrontBench) -> None:
    got = await bench.get("/assets/index-BX3dk2_a.js")
    assert got.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert got.headers["content-type"] == "text/javascript; charset=utf-8"
    again = await bench.get("/assets/index-BX3dk2_a.js", f"If-None-Match: {got.headers['etag']}")
    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize(
    "path", ["/secret.html", "/../secret.html", "/%2e%2e/secret.html", "/assets/../../secret.html"]
)
async def test_only_the_apps_own_files_are_served(bench: FrontBench, path: str) -> None:
    got = await bench.get(path)
    assert got.status == 404
    assert b"secret" not in got.body


async def test_several_requests_share_a_connection(bench: FrontBench) -> None:
    one = f"GET /gate/v1/thing HTTP/1.1\r\nHost: localhost:{bench.port}\r\n"
    answer = await bench.send(f"{one}\r\n{one}Connection: close\r\n\r\n".encode())
    assert answer.count(b"HTTP/1.1 200") == 2


async def test_answers_do_not_wait_for_acknowledgements(bench: FrontBench) -> None:
    # with Nagle's algorithm each takes the 40 ms of a delayed acknowledgement
    reader, writer = await asyncio.open_connection("127.0.0.1", bench.port)
    took_s = []
    for path in ("/gate/v1/thing", "/api/v1/x") * 15:
        started_s = time.perf_counter()
        writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost:{bench.port}\r\n\r\n".encode())
        await reader.readuntil(b"}")
        took_s.append(time.perf_counter() - started_s)
    writer.close()
    await writer.wait_closed()
    assert statistics.median(took_s) < 0.02


async def test_a_head_has_no_body(bench: FrontBench) -> None:
    got = await bench.get("/", method="HEAD")
    assert (got.status, got.body, got.headers["content-length"]) == (200, b"", "34")


# towards the hub


async def test_the_hub_learns_the_peer_and_only_a_closed_list_of_headers(bench: FrontBench) -> None:
    headers = ("Homebase-Peer: console", "homebase-peer: console", "Cookie: a=b", "X-Forwarded-For: 8.8.8.8")
    got = await bench.get("/api/v1/devices?x=1", *headers, "Authorization: Bearer T")
    assert (got.status, got.body) == (200, b"{}")
    head = bench.asked[0].decode().lower()
    assert "get /api/v1/devices?x=1 http/1.1" in head
    assert head.count("homebase-peer:") == 1
    assert "homebase-peer: 127.0.0.1" in head
    assert "authorization: bearer t" in head
    assert "cookie" not in head
    assert "forwarded" not in head


async def test_the_consoles_socket_says_so_and_needs_no_host_of_the_list(bench: FrontBench) -> None:
    got = Got.of(
        await bench.send_home(b"GET /api/v1/devices HTTP/1.1\r\nHost: homebase\r\nConnection: close\r\n\r\n")
    )
    assert got.status == 200
    assert b"homebase-peer: console" in bench.asked[0]


async def test_a_body_reaches_the_hub_whole_and_with_one_length(bench: FrontBench) -> None:
    chunked = (
        f"PUT /api/v1/x HTTP/1.1\r\nHost: 127.0.0.1:{bench.port}\r\nContent-Type: application/json\r\n"
        "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\n[1,2,\r\n2\r\n3]\r\n0\r\n\r\n"
    )
    assert Got.of(await bench.send(chunked.encode())).status == 200
    assert bench.asked[0].endswith(b"content-length: 7\r\n\r\n[1,2,3]")
    assert b"chunked" not in bench.asked[0]


async def test_a_hub_that_is_away_is_said_to_be(bench: FrontBench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "WAIT_S", 0.05)
    bench.says, bench.closes = b"", True
    got = await bench.get("/api/v1/devices")
    assert (got.status, problem(got)["code"]) == (503, "hub_away")
    assert got.headers["retry-after"] == "2"


async def test_whoever_is_not_jailed_gets_no_stream(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from privacy.gate.machine.peer import why_not_jailed

    monkeypatch.setattr(streams, "WAIT_S", 0.3)
    async with front_bench(tmp_path, lambda accepted: why_not_jailed(accepted) is None) as bench:
        got = await bench.get("/api/v1/devices")  # the bench's hub is a part of this very process
        assert got.status == 503
        assert bench.asked == []


# what of a hub's answer is passed on

JSON_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json"
HTML = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 8\r\n\r\n<script>"
REDIRECT = b"HTTP/1.1 302 Found\r\nLocation: https://9.9.9.9/\r\nContent-Length: 0\r\n\r\n"
SCRIPT = b"HTTP/1.1 200 OK\r\nContent-Type: text/javascript\r\nContent-Length: 2\r\n\r\n{}"
SVG = b"HTTP/1.1 200 OK\r\nContent-Type: image/svg+xml\r\nContent-Length: 2\r\n\r\n{}"
ENDLESS = JSON_HEAD + b"\r\n\r\n{}"
CHUNKED = JSON_HEAD + b"\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
HUGE_HEAD = b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000 + b"\r\nContent-Length: 0\r\n\r\n"
HUGE = JSON_HEAD + b"\r\nContent-Length: 99999999999\r\n\r\n{"
TWO_LENGTHS = JSON_HEAD + b"\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"
SWITCH = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n<script>"


@pytest.mark.parametrize(
    "says",
    [
        HTML,
        REDIRECT,
        SCRIPT,
        SVG,
        ENDLESS,
        CHUNKED,
        HUGE_HEAD,
        HUGE,
        TWO_LENGTHS,
        SWITCH,
        b"<script>\r\n\r\n",
    ],
    ids=[
        "html",
        "redirect",
        "script",
        "svg",
        "endless",
        "chunked",
        "head",
        "huge",
        "lengths",
        "101",
        "no http",
    ],
)
async def test_a_hub_in_foreign_hands_gives_the_browser_nothing(bench: FrontBench, says: bytes) -> None:
    bench.says, bench.closes = says, True
    got = await bench.get("/api/v1/devices")
    assert (got.status, problem(got)["code"]) == (502, "hub_answer_refused")
    assert b"script>" not in got.body
    assert "location" not in got.headers


async def test_of_the_hubs_headers_none_is_passed_on(bench: FrontBench) -> None:
    bench.says = (
        b"HTTP/1.1 429 <script>\r\nContent-Length: 2\r\nContent-Type: application/problem+json\r\n"
        b"Set-Cookie: a=b\r\nAccess-Control-Allow-Origin: *\r\nContent-Security-Policy: script-src *\r\n"
        b"Service-Worker-Allowed: /\r\nRetry-After: 7\r\nClear-Site-Data: *\r\nRefresh: 0; url=/\r\n\r\n{}"
    )
    got = await bench.get("/api/v1/devices")
    assert got.status == 429
    assert got.headers == {
        "content-security-policy": "sandbox; default-src 'none'",
        "cache-control": "no-store",
        "retry-after": "7",
        "x-content-type-options": "nosniff",
        "content-type": "application/problem+json",
        "content-length": "2",
        "connection": "close",
    }


async def test_an_answer_that_breaks_off_breaks_the_browsers_connection(bench: FrontBench) -> None:
    bench.says = JSON_HEAD + b"\r\nContent-Length: 9\r\n\r\n[1,"
    bench.closes = True
    got = await bench.get("/api/v1/devices")
    assert (got.headers["content-length"], got.body) == ("9", b"[1,")


# who may ask what


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "homebase.local:{port}", "10.0.0.1:{port}"]
)
async def test_a_foreign_host_is_refused(bench: FrontBench, host: str) -> None:
    for path in ("/", "/api/v1/health", "/gate/v1/thing"):
        head = f"GET {path} HTTP/1.1\r\nHost: {host.format(port=bench.port)}\r\nConnection: close\r\n\r\n"
        got = Got.of(await bench.send(head.encode()))
        assert (got.status, problem(got)["code"]) == (421, "foreign_host")
    assert bench.asked == []


@pytest.mark.parametrize(
    ("guard", "said"),
    [("_refuse_host", "Host: evil.example"), ("_refuse_origin", "Origin: https://evil.example")],
)
async def test_control_without_the_look_a_foreign_page_acts(
    bench: FrontBench, monkeypatch: pytest.MonkeyPatch, guard: str, said: str
) -> None:
    monkeypatch.setattr(checks, guard, lambda request, site: None)
    host = said if guard == "_refuse_host" else f"Host: 127.0.0.1:{bench.port}"
    more = "" if guard == "_refuse_host" else f"{said}\r\n"
    head = f"DELETE /api/v1/x HTTP/1.1\r\n{host}\r\n{more}Connection: close\r\n\r\n"
    assert Got.of(await bench.send(head.encode())).status == 200
    assert len(bench.asked) == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"])
async def test_the_homes_own_names_are_let_in(bench: FrontBench, host: str) -> None:
    head = f"GET / HTTP/1.1\r\nHost: {host}:{bench.port}\r\nConnection: close\r\n\r\n"
    assert Got.of(await bench.send(head.encode())).status == 200


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1", "http://localhost:{port}"]
)
async def test_another_sites_page_may_not_act(bench: FrontBench, origin: str) -> None:
    own = f"Origin: {origin.format(port=bench.port)}"
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        got = await bench.get("/api/v1/x", own, method=method)
        assert (got.status, problem(got)["code"]) == (403, "foreign_origin")
    upgrade = ("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
    assert (await bench.get("/api/v1/events", own, *upgrade, "Sec-WebSocket-Version: 13")).status == 403
    assert bench.asked == []


async def test_a_page_of_another_site_on_this_machine_may_not_act_without_an_origin(
    bench: FrontBench,
) -> None:
    assert (await bench.get("/api/v1/x", "Sec-Fetch-Site: cross-site", method="POST")).status == 403


async def test_the_homes_own_page_and_programs_may_act(bench: FrontBench) -> None:
    own = f"Origin: http://127.0.0.1:{bench.port}"
    declared = "Content-Type: application/json"
    assert (await bench.get("/api/v1/x", own, declared, method="POST", body=b"{}")).status == 200
    assert (await bench.get("/api/v1/x", method="DELETE")).status == 200


async def test_there_is_no_cors(bench: FrontBench) -> None:
    got = await bench.get("/api/v1/x", "Origin: https://evil.example", method="OPTIONS")
    assert got.status == 405
    assert not any(name.startswith("access-control-") for name in got.headers)


# bad input

POST = b"POST /api/v1/x HTTP/1.1\r\nHost: {host}\r\n"


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (POST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
        (POST + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde", 400),
        (POST + b"Content-Length: -1\r\n\r\n", 400),
        (POST + b"Content-Length: +4\r\n\r\nabcd", 400),
        (b"GET / HTTP/1.1\r\nHost: {host}\r\nHost: evil.example\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET http://evil.example/api/v1/x HTTP/1.1\r\nHost: {host}\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: {host}\r\nX : y\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: {host}\r\nX: a\x00b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: {host}\r\n folded: y\r\n\r\n", 421),
        (b"GET /a b HTTP/1.1\r\nHost: {host}\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\r\n\r\n", 400),
        (b"GET / HTTP/9.9\r\nHost: {host}\r\n\r\n", 505),
        (b"GET /" + b"a" * 5000 + b" HTTP/1.1\r\nHost: {host}\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nHost: {host}\r\nX: " + b"a" * 40_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: {host}\r\n" + b"X: a\r\n" * 9000 + b"\r\n", 431),
        (b"CONNECT evil.example:443 HTTP/1.1\r\nHost: {host}\r\n\r\n", 400),
        (POST + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n", 400),
        (POST + b"Content-Length: 99999999999\r\n\r\n", 413),
        (b"TRACE / HTTP/1.1\r\nHost: {host}\r\n\r\n", 405),
        (b"GET /api/v1/x HTTP/1.1\r\nHost: {host}\r\nContent-Length: 1\r\n\r\nx", 400),
    ],
    ids=range(22),
)  # fmt: skip
async def test_broken_requests_are_answered_once_and_reach_nobody(
    bench: FrontBench, data: bytes, status: int
) -> None:
    host = f"127.0.0.1:{bench.port}".encode()
    smuggled = b"GET /api/v1/smuggled HTTP/1.1\r\nHost: " + host + b"\r\n\r\n"
    answer = await bench.send(data.replace(b"{host}", host) + smuggled)
    assert answer.count(b"HTTP/1.1 ") == 1
    assert Got.of(answer).status == status
    problem(Got.of(answer))
    assert bench.asked == []
    assert [access.status for access in bench.log] == [status]


async def test_a_bad_chunk_ends_the_request(bench: FrontBench) -> None:
    head = (
        f"POST /api/v1/x HTTP/1.1\r\nHost: 127.0.0.1:{bench.port}\r\nContent-Type: application/json\r\n"
        "Transfer-Encoding: chunked\r\n\r\n"
    )
    for chunk in ("zz\r\n{}\r\n0\r\n\r\n", "2\r\n{}XX0\r\n\r\n", "-2\r\n{}\r\n0\r\n\r\n"):
        assert Got.of(await bench.send((head + chunk).encode())).status == 400
    assert bench.asked == []


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "application/jsonx"],
)
async def test_a_body_has_to_be_declared_as_json(bench: FrontBench, kind: str) -> None:
    got = await bench.get(
        "/api/v1/x", *([f"Content-Type: {kind}"] if kind else []), method="POST", body=b"{}"
    )
    assert (got.status, problem(got)["allowed"]) == (415, "application/json")
    assert bench.asked == []


async def test_a_body_has_a_limit_whether_announced_or_not(bench: FrontBench) -> None:
    body = b"x" * (connection.BODY_LIMIT + 1)
    got = await bench.get("/api/v1/x", "Content-Type: application/json", method="POST", body=body)
    assert (got.status, problem(got)["allowed"]) == (413, f"{connection.BODY_LIMIT} bytes")
    head = (
        f"POST /api/v1/x HTTP/1.1\r\nHost: 127.0.0.1:{bench.port}\r\nContent-Type: application/json\r\n"
        "Transfer-Encoding: chunked\r\n\r\n"
    )
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    assert Got.of(await bench.send(head.encode(), *[chunk] * 5)).status == 413
    assert bench.asked == []
    allowed = await bench.get(
        "/api/v1/x", "Content-Type: application/json", method="POST", body=b"x" * connection.BODY_LIMIT
    )
    assert allowed.status == 200


async def test_a_client_that_dribbles_is_told_and_closed(
    bench: FrontBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "HEAD_TIME_S", 0.3)
    monkeypatch.setattr(connection, "BODY_TIME_S", 0.3)
    slow = await bench.send(*(bytes([letter]) for letter in b"GET / HTTP/1.1\r\nHost: x"), pause_s=0.05)
    assert (Got.of(slow).status, problem(Got.of(slow))["code"]) == (408, "too_slow")
    head = (
        f"POST /api/v1/x HTTP/1.1\r\nHost: 127.0.0.1:{bench.port}\r\nContent-Type: application/json\r\n"
        "Content-Length: 9\r\n\r\n"
    )
    assert Got.of(await bench.send(head.encode(), b"{", pause_s=0.4)).status == 408
    assert await bench.send(pause_s=0.4) == b""  # who says nothing is closed without a word


HELD = {
    "silent": b"",
    "half a head": b"GET / HTTP/1.1\r\nHost: x",
    "half a body": b"POST /api/v1/x HTTP/1.1\r\nHost: localhost:%d\r\nContent-Type: application/json\r\n"
    b"Content-Length: 9\r\n\r\n{",
    "between two requests": b"GET / HTTP/1.1\r\nHost: localhost:%d\r\n\r\n",
}


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "control"])
@pytest.mark.parametrize("held", HELD.values(), ids=HELD)
async def test_holding_connections_open_shuts_nobody_out(
    bench: FrontBench, monkeypatch: pytest.MonkeyPatch, held: bytes, guarded: bool
) -> None:
    monkeypatch.setattr(front, "CONNECTIONS_LIMIT", 3)
    if not guarded:
        monkeypatch.setattr(front, "_made_room", lambda _: False)
    hostile = [await asyncio.open_connection("127.0.0.1", bench.port) for _ in range(3)]
    for _, writer in hostile:
        writer.write(held % bench.port if b"%d" in held else held)
    await asyncio.sleep(0.1)
    assert [(await bench.get("/")).status for _ in range(3)] == [200 if guarded else 503] * 3
    # the command line has places of its own
    assert (
        Got.of(await bench.send_home(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).status == 200
    )
    for _, writer in hostile:
        writer.close()


async def test_connections_have_a_limit_where_the_home_is_at_work_for_all(
    bench: FrontBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front, "CONNECTIONS_LIMIT", 2)
    bench.says = b""  # the hub is thinking
    held = [await asyncio.open_connection("127.0.0.1", bench.port) for _ in range(2)]
    for _, writer in held:
        writer.write(f"GET /api/v1/x HTTP/1.1\r\nHost: localhost:{bench.port}\r\n\r\n".encode())
    await asyncio.sleep(0.1)
    got = await bench.get("/")
    assert (got.status, problem(got)["code"]) == (503, "too_many_connections")
    for _, writer in held:
        writer.close()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/gate/v1/none", 404), ("POST", "/gate/v1/thing", 405), ("POST", "/", 405)],
)
async def test_unknown_paths_and_methods_are_said(
    bench: FrontBench, method: str, path: str, status: int
) -> None:
    got = await bench.get(path, method=method)
    assert got.status == status
    problem(got)


async def test_a_mistake_of_ours_costs_one_connection_not_the_house(
    bench: FrontBench, caplog: pytest.LogCaptureFixture
) -> None:
    assert (
        await bench.send(f"GET /gate/v1/mistake HTTP/1.1\r\nHost: localhost:{bench.port}\r\n\r\n".encode())
        == b""
    )
    assert "front.crashed" in caplog.text
    assert (await bench.get("/")).status == 200


# the access log


@pytest.mark.obligation("Q6.1-a")
async def test_a_request_is_logged_with_exactly_these_fields(bench: FrontBench) -> None:
    await bench.get(
        "/api/v1/history/x?from=secret", "Referer: http://127.0.0.1:1/page?token=secret#x", "User-Agent: me"
    )
    assert bench.log == [
        Access(ip="127.0.0.1", file="/api/v1/history/x", status=200, referrer="http://127.0.0.1:1/page")
    ]
    assert list(Access.__dataclass_fields__) == ["ip", "file", "status", "referrer"]
    await bench.get("/")
    await bench.get("/nowhere")
    assert [(access.file, access.status) for access in bench.log[1:]] == [("/", 200), ("/nowhere", 404)]


@pytest.mark.parametrize(
    ("referrer", "logged"),
    [
        ("http://127.0.0.1:8480/devices?name=x#y", "http://127.0.0.1:8480/devices"),
        ("http://user:secret@[::1]:8480/", "http://::1:8480/"),
        ("http://[broken", ""),
        ("no url", ""),
        ("\xe9\xff", ""),
    ],
)
async def test_a_referrer_is_logged_as_a_place_only(bench: FrontBench, referrer: str, logged: str) -> None:
    head = (
        f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{bench.port}\r\nConnection: close\r\nReferer: {referrer}\r\n\r\n"
    )
    assert Got.of(await bench.send(head.encode("latin-1"))).status == 200
    assert [access.referrer for access in bench.log] == [logged]


async def test_bytes_beyond_ascii_reach_the_hub_as_they_came(bench: FrontBench) -> None:
    head = f"GET /api/v1/x HTTP/1.1\r\nHost: 127.0.0.1:{bench.port}\r\nConnection: close\r\n"
    asked = f"{head}User-Agent: caf\xe9\r\n\r\n".encode("latin-1")
    assert Got.of(await bench.send(asked)).status == 200
    assert b"user-agent: caf\xe9\r\n" in bench.asked[0]


async def test_a_peer_that_may_not_connect_is_told_so(
    bench: FrontBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("privacy.gate.console.console.why_not_console", lambda _: "user 60001")
    got = Got.of(await bench.send_home(b"GET / HTTP/1.1\r\nHost: homebase\r\n\r\n"))
    assert (got.status, problem(got)["code"]) == (403, "foreign_user")


# sessions: the gate asks the hub


@pytest.mark.parametrize(
    ("answer", "role"),
    [
        (b'{"role":"owner","expires_at":"2026-01-01T00:00:00.000Z"}', "owner"),
        (b'{"role":"guest"}', "guest"),
        (b'{"role":"emperor"}', None),
        (b'{"role":["owner"]}', None),
        (b'["owner"]', None),
        (b"[" * 4000, None),
        (b"x" * 5000, None),
    ],
    ids=["owner", "guest", "unknown", "list", "array", "deep", "long"],
)
async def test_a_role_is_what_the_hub_says_of_the_token(
    bench: FrontBench, answer: bytes, role: str | None
) -> None:
    head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n"
    bench.says = head.format(len(answer)).encode() + answer
    request = Request(
        method="GET", path="/gate/v1/x", query="", headers=(("authorization", "Bearer T"),), peer="127.0.0.1"
    )
    found = await Sessions(bench.streams).role(request)
    if role is None:
        assert isinstance(found, Answer)
        assert found.status == 401
    else:
        assert found == role
    assert b"GET /api/v1/session " in bench.asked[0]
    assert b"authorization: Bearer T" in bench.asked[0]


async def test_without_a_token_the_hub_is_not_even_asked(bench: FrontBench) -> None:
    request = Request(method="GET", path="/gate/v1/x", query="", headers=(), peer="127.0.0.1")
    found = await Sessions(bench.streams).role(request)
    assert isinstance(found, Answer)
    assert found.status == 401
    assert bench.asked == []
    assert await Sessions(bench.streams).role(replace(request, peer=CONSOLE)) == "owner"
