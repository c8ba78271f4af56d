"""Looks up one exact name at the machine's name servers; only after a Permit, never from a cache or a file.

The gate asks itself (no library that adds search domains, multicast or other sources), so that what is asked
is what stands in the ledger. Only addresses outside the house come back.
"""

import asyncio
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

from privacy.addresses import is_outside
from privacy.gate.network.dns import AAAA, MAX_MESSAGE, A, Answer, BadAnswer, decode_answer, encode_question
from privacy.ports import RandomBytes

PORT = 53
ATTEMPTS = 2  # for each server
ANSWER_TIME_S = 3.0
SERVERS = 3  # resolv.conf(5): more are not used
CONFIGURATION = Path("/etc/resolv.conf")


class LookupFailed(Exception):
    """No server gave an address. what: one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Addresses of a name. outside: those that may be connected to; inside: how many others were said."""

    outside: tuple[IPv4Address | IPv6Address, ...]
    inside: int


def servers() -> tuple[str, ...]:
    """The machine's name servers."""
    try:
        lines = CONFIGURATION.read_text().splitlines()
    except OSError:
        return ()
    words = [line.split() for line in lines]
    return tuple(word[1] for word in words if len(word) > 1 and word[0] == "nameserver")[:SERVERS]


async def look_up(name: str, asked: tuple[str, ...], random_bytes: RandomBytes) -> Found:
    """Ask ``asked`` for the addresses of ``name``, IPv4 first.

    Raises:
        LookupFailed: nobody answered, or there is no such name.
    """
    addresses: list[IPv4Address | IPv6Address] = []
    problems: list[str] = []
    for kind in (A, AAAA):
        for server in (server for server in asked for _ in range(ATTEMPTS)):
            try:
                answer = await _ask(server, name, kind, random_bytes)
            except (OSError, TimeoutError, BadAnswer, EOFError) as error:
                problems.append(f"{server}: {str(error) or 'no answer'}")
                continue
            if answer.code != 0:
                problems.append(f"{server}: no such name (code {answer.code})")
            addresses += answer.addresses
            break
    if not addresses:
        raise LookupFailed(f"{name}: {problems[0] if problems else 'no name server, see /etc/resolv.conf'}")
    outside = tuple(address for address in addresses if is_outside(address))
    return Found(outside=outside, inside=len(addresses) - len(outside))


async def _ask(server: str, name: str, kind: int, random_bytes: RandomBytes) -> Answer:
    number = int.from_bytes(random_bytes(2), "big")
    question = encode_question(number, name, kind)
    family = socket.AF_INET6 if ":" in server else socket.AF_INET
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(ANSWER_TIME_S):
        with socket.socket(family, socket.SOCK_DGRAM) as plain:
            plain.setblocking(False)
            await loop.sock_connect(plain, (server, PORT))  # answers of others don't reach a connected socket
            await loop.sock_sendall(plain, question)
            while True:
                try:
                    answer = decode_answer(await loop.sock_recv(plain, MAX_MESSAGE), number, name, kind)
                    break
                except BadAnswer:
                    continue  # forged or late: the right one may still come
        if not answer.truncated:
            return answer
        with socket.socket(family, socket.SOCK_STREAM) as stream:
            stream.setblocking(False)
            await loop.sock_connect(stream, (server, PORT))
            await loop.sock_sendall(stream, len(question).to_bytes(2, "big") + question)
            length = int.from_bytes(await _exactly(stream, 2), "big")
            return decode_answer(await _exactly(stream, min(length, MAX_MESSAGE * 16)), number, name, kind)


async def _exactly(stream: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        piece = await asyncio.get_running_loop().sock_recv(stream, count - len(data))
        if not piece:
            raise EOFError("cut off")
        data += piece
    return data
