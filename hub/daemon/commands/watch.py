"""``homebase watch``: what changes, line by line, until interrupted."""

import argparse
import asyncio
import json
from collections.abc import Mapping
from pathlib import Path

from ..command_line import EXIT_INTERRUPTED, EXIT_IO, EXIT_NOT_RUNNING, CommandFailed, printable
from ..home import ask_home, home_socket
from ..speech import as_word, phrase
from ..which_home import add_home


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    add_home(parser)
    parser.add_argument("--all", action="store_true", help="first every value as it is now")
    parser.add_argument("--json", action="store_true", help="one JSON object per line, as the API gives them")


def run(options: argparse.Namespace) -> int:
    """Print changes until SIGINT."""
    path = home_socket(options.home)
    ask_home(path, "GET", "/api/v1/health")  # its errors are better than a WebSocket's
    try:
        asyncio.run(_watch(path, first=options.all, as_json=options.json))
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    return 0


async def _watch(path: Path, *, first: bool, as_json: bool) -> None:
    import aiohttp  # noqa: PLC0415 - costs a third of a second, which other commands need not pay

    connector = aiohttp.UnixConnector(path=str(path))
    try:
        async with (
            aiohttp.ClientSession(connector=connector) as session,  # noqa: TID251 - a local socket
            session.ws_connect("http://homebase/api/v1/events", max_msg_size=1 << 26) as events,
        ):
            async for event in events:
                if event.type is aiohttp.WSMsgType.TEXT:
                    _print(json.loads(event.data), first=first, as_json=as_json)
    except aiohttp.ClientError as error:
        raise CommandFailed(
            phrase("{path}: {what}; homebase doctor says more", path=path, what=error), EXIT_IO
        ) from error
    raise CommandFailed(phrase("the home was stopped; start it again with homebase run"), EXIT_NOT_RUNNING)


def _print(message: Mapping[str, object], *, first: bool, as_json: bool) -> None:
    changes = message.get("changes", message.get("snapshot") if first else None)
    for change in changes if isinstance(changes, list) else []:
        if as_json:
            print(json.dumps(change, ensure_ascii=False), flush=True)
        else:
            unit = f" {change['unit']}" if change.get("unit") else ""
            value = json.dumps(change.get("value"), ensure_ascii=True)
            line = f"{change.get('at')}  {change.get('id')} = {value}{unit} ({as_word(change.get('origin'))})"
            print(printable(line), flush=True)
