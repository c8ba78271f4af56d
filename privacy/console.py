"""The command line's side of console.sock: one question, one answer, blocking. Standard library only."""

import json
import socket
from collections.abc import Mapping
from pathlib import Path

from privacy.conversation import Declined
from privacy.framing import BrokenFrame, Loads, MessageDecoder, encode_message

__all__ = ["ConsoleAway", "ConsoleDeclined", "ConsoleRefused", "ask"]

ConsoleDeclined = Declined
ANSWER_TIME_S = 60.0
_PIECE = 1 << 16
_REFUSED = "refused; run it as root (sudo), or as the user who runs homebase"

_NOBODY = "the home that was there was stopped; start it again with homebase run or homebase demo"


class ConsoleAway(Exception):
    """No gate answers at the socket. The text is one line with the way out."""


class ConsoleRefused(ConsoleAway):
    """This user may not ask."""


def ask(path: Path, verb: str, /, loads: Loads = json.loads, **fields: object) -> Mapping[str, object]:
    """Ask the gate at ``path`` (console.sock) and return the answer's fields. loads: reads the answer's JSON.

    Raises:
        ConsoleAway: nobody is there.
        ConsoleRefused: this user may not ask.
        ConsoleDeclined: the gate answered with an error.
    """
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(ANSWER_TIME_S)
            connection.connect(str(path))
            connection.sendall(encode_message({"id": 1, "verb": verb, **fields}))
            answer = _answer(connection, loads)
    except (BrokenPipeError, ConnectionResetError, PermissionError) as error:
        raise ConsoleRefused(f"{path}: {_REFUSED}") from error
    except (FileNotFoundError, ConnectionRefusedError) as error:
        raise ConsoleAway(f"{path}: {_NOBODY}") from error
    except (OSError, BrokenFrame) as error:
        raise ConsoleAway(f"{path}: {error}; homebase doctor says more") from error
    match answer:
        case {"ok": dict(content)}:
            return content
        case {"error": {"code": str(code), **rest}}:
            raise ConsoleDeclined(code, str(rest.get("detail", "")))
        case _:
            raise ConsoleRefused(f"{path}: {_REFUSED}")


def _answer(connection: socket.socket, loads: Loads) -> Mapping[str, object]:
    decoder = MessageDecoder(loads)
    while data := connection.recv(_PIECE):
        for message in decoder.feed(data):
            return message
    return {}
