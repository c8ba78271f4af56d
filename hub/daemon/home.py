"""The command line's way to a running home: HTTP over home.sock, as the owner. Opens no network."""

import http.client
import json
import re
import select
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import cast

from .command_line import EXIT_IO, EXIT_NOT_RUNNING, EXIT_PERMISSION, EXIT_USAGE, CommandFailed
from .speech import language, phrase
from .which_home import NOT_RUNNING, Named, not_found, places

ANSWER_TIME_S = 70.0  # the gate gives up after 60
LOOK_S = 5.0  # without an answer: then it is asked whether the home lives
ALIVE_S = 10.0  # for the answer to that, which takes milliseconds, on a small and busy machine a second
_HANGS = (
    "the home does not answer, not even whether it lives: it hangs or was stopped, and may do later what was"
    " asked; restart it: sudo systemctl restart homebase-gate homebase-hub, or end homebase run and start it"
    " again"
)
_NOT_YOURS = "this home belongs to another user; run the command as root (sudo), or as that user"
# the ways out of the API as whoever types commands goes them; longer ones first
AS_COMMANDS = {
    "GET /api/v1/rights/holdings/hub.people": "homebase rights export FOLDER",
    "GET /api/v1/rights/holdings": "homebase rights holdings",
    "GET /api/v1/channels/{address}/partners": "homebase link partners CHANNEL",
    "GET /api/v1/devices/{address}/peerings": "homebase link list DEVICE",
    "refresh=true": "--refresh",
    "GET /api/v1/devices": "homebase devices --json",
    "GET /api/v1/drivers": "the app (More, System)",
    "GET /api/v1/rooms": "the app (Rooms)",
    "GET /api/v1/notifications/people": "homebase notify person list",
    "GET /api/v1/notifications": "homebase notify list",
}
AS_WORDS = {
    "true or false": "on or off",
    "true oder false": "on oder off",
    "true, false": "on, off",
}  # what the command line takes for them


class _LocalConnection(http.client.HTTPConnection):
    def __init__(self, path: Path, timeout_s: float) -> None:
        super().__init__("homebase", timeout=timeout_s)
        self._path = path

    def connect(self) -> None:
        """Connect to the socket instead of a host."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def home_socket(home: Named | None) -> Path:
    """Return home.sock of the running home that is meant.

    Raises:
        CommandFailed: none is running.
    """
    return console_folder(home) / "home.sock"


def console_folder(home: Named | None) -> Path:
    """Return the folder of console.sock and home.sock of a running home.

    Raises:
        CommandFailed: none is running, or it belongs to another user.
    """
    for folder in places(home):
        try:
            if (folder / "console" / "home.sock").is_socket():
                return folder / "console"
        except PermissionError as error:
            raise CommandFailed(f"{folder}: {phrase(_NOT_YOURS)}", EXIT_PERMISSION) from error
    raise CommandFailed(not_found(home), EXIT_NOT_RUNNING)


def ask_home(
    path: Path,
    method: str,
    target: str,
    body: object = None,
    loads: Callable[[bytes], object] = json.loads,
) -> Mapping[str, object]:
    """Ask the home at ``path`` (home.sock) and return the JSON it answers. loads: reads that.

    A long command is waited for as long as the home lives.

    Raises:
        CommandFailed: not running, hanging, or the home's problem with its way out.
    """
    headers = {"Accept-Language": language()}
    if body is not None:
        headers["Content-Type"] = "application/json"
    connection = _LocalConnection(path, ANSWER_TIME_S)
    try:
        connection.request(method, target, None if body is None else json.dumps(body).encode(), headers)
        _wait(connection, path)
        answer = connection.getresponse()
        content = cast("Mapping[str, object]", loads(answer.read() or b"{}"))
    except (FileNotFoundError, ConnectionRefusedError) as error:
        raise CommandFailed(phrase(NOT_RUNNING), EXIT_NOT_RUNNING) from error
    except PermissionError as error:
        raise CommandFailed(f"{path}: {phrase(_NOT_YOURS)}", EXIT_PERMISSION) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise CommandFailed(
            phrase("{path}: {what}; homebase doctor says more", path=path, what=error), EXIT_IO
        ) from error
    finally:
        connection.close()
    if answer.status >= 400:
        raise problem_failure(answer.status, content)
    return content


def _wait(connection: _LocalConnection, path: Path) -> None:
    """Until an answer begins, or the gate's time is over."""
    for _ in range(int(ANSWER_TIME_S / LOOK_S)):
        if select.select([connection.sock], [], [], LOOK_S)[0]:
            return
        _look(path)
    raise TimeoutError("timed out")


def _look(path: Path) -> None:
    """Ask whether the home lives.

    Raises:
        CommandFailed: it does not say so.
    """
    probe = _LocalConnection(path, ALIVE_S)
    try:
        probe.request("GET", "/api/v1/health")
        alive = probe.getresponse().status < 400
    except OSError as error:
        raise CommandFailed(phrase(_HANGS), EXIT_NOT_RUNNING) from error
    finally:
        probe.close()
    if not alive:
        raise CommandFailed(phrase(_HANGS), EXIT_NOT_RUNNING)


def joined(way_out: str) -> str:
    """A way out after what is wrong: in German a sentence of its own, as its first word may be a noun."""
    if language() == "de":
        return f". {way_out}"
    return f"; {way_out[0].lower() if way_out[1:2].islower() else way_out[0]}{way_out[1:]}"


def problem_failure(status: int, problem: Mapping[str, object]) -> CommandFailed:
    """Turn a problem document (RFC 9457) into one line and its exit code."""
    field, allowed = problem.get("field"), str(problem.get("allowed") or "")
    line = str(
        problem.get("detail") or problem.get("title") or phrase("status {status}", status=status)
    ).rstrip(".")
    if field and problem.get("value") is not None:
        line = f"{field} = {problem.get('value')!r}: {line.removeprefix(f'{field}: ')}"
    way_out = str(problem.get("way_out") or "").rstrip(".")
    if allowed and allowed not in line and allowed not in way_out:
        line += phrase("; allowed is {allowed}", allowed=allowed)
    for value, word in AS_WORDS.items():
        line = re.sub(f"(allowed is|erlaubt ist) {value}", rf"\1 {word}", line)
    if way_out:
        for request, command in AS_COMMANDS.items():
            way_out = way_out.replace(request, command)
        line += joined(way_out)
    codes = {401: EXIT_PERMISSION, 403: EXIT_PERMISSION, 503: EXIT_NOT_RUNNING}
    code = codes.get(status, EXIT_IO if status >= 500 else EXIT_USAGE)
    return CommandFailed(line, code, str(problem.get("code") or ""))
