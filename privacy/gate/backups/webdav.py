"""Copies in a collection of a WebDAV server (RFC 4918): Nextcloud, Magenta Cloud, HiDrive, Apache.

No server has to know how to change a part of a file: one that does not would put the part in the place of
the whole. So a copy of more than one PART is a folder of its parts, and ``cat`` of them in the order of their
names is the copy. What is not whole bears another name; MOVE gives it the right one.
"""

import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import quote, unquote, urlsplit

from privacy.gate.backups import far_parts, foreign_xml
from privacy.gate.backups.far import UNFINISHED, number, refusal, rest_of, tree, troubles
from privacy.gate.backups.far_parts import Found, Parts, plain
from privacy.gate.backups.foreign_xml import Node
from privacy.gate.backups.http_auth import Account, Proof
from privacy.gate.backups.target import (
    NAME,
    NOTHING,
    PART,
    Copy,
    Landed,
    Source,
    Taken,
    TargetError,
    Trouble,
)
from privacy.gate.network.http_line import Ask, Head, HttpLine, Reply
from privacy.ports import RandomBytes

_PART_NAME = re.compile(r"[0-9]{5}")
_ASKED = (
    b'<?xml version="1.0" encoding="utf-8"?><propfind xmlns="DAV:"><prop><resourcetype/><getcontentlength/>'
    b"<getlastmodified/><getetag/></prop></propfind>"
)
_ATTEMPTS = 3  # of one request whose proof does not count any more


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """A member of a collection. name: "" for the collection itself; size: None of a collection.

    tag: its ETag without quotes, "" where the server tells none.
    """

    name: str
    folder: bool
    size: int | None
    at: datetime | None
    tag: str


class WebDav:
    """Follows target.Target. path: of the collection, as it stands in homebase.toml."""

    def __init__(self, line: HttpLine, path: str, account: Account, random_bytes: RandomBytes) -> None:
        self._line, self._root = line, path.rstrip("/")
        self._proof = Proof(account, random_bytes)

    async def put(self, name: str, source: Source, landed: Landed, taken: Taken = NOTHING) -> None:
        """As target.Target says."""
        members = await self._members("", made=True)
        if name in members:
            if await self._size(members[name]) != source.size:
                raise TargetError(Trouble.CHANGED, "another copy of that name is there")
            await landed(source.size)
            return
        unfinished = f"{name}{UNFINISHED}"
        there = members.get(unfinished)
        in_parts = source.size > PART
        if there is not None and there.folder is not in_parts:
            await self._delete(there)
            there = None
        if in_parts:
            if there is None:
                await self._expect("MKCOL", f"{unfinished}/", {201, 405})  # 405: it is there
            await far_parts.put(source, taken, await self._parts(unfinished), landed)
        else:
            await self._write(unfinished, await source.read(0, source.size))
        try:
            await self._move(unfinished, name, folder=in_parts)
        except TargetError as error:
            if error.trouble is not Trouble.NOT_FOUND or name not in await self._members(""):
                raise  # else it was done, and only the answer was lost on its way
        await landed(source.size)

    async def _parts(self, folder: str) -> Parts:
        """The way to put a copy's parts there."""

        async def send(at: int, data: bytes) -> str:
            return await self._write(f"{folder}/{at:05}", data)

        async def is_ours(at: int, data: bytes, found: Found) -> bool:
            # only its bytes say so: a size may stand there before they do
            back = b""
            try:
                async with aclosing(self._file(f"{folder}/{at:05}", 0, found.size)) as pieces:
                    async for piece in pieces:
                        back += piece
            except TargetError as error:
                if error.trouble not in {Trouble.CHANGED, Trouble.NOT_FOUND}:
                    raise
            return back == data

        members = (await self._members(folder)).values()
        there = {
            int(one.name): Found(size=one.size, tag=one.tag)
            for one in members
            if one.size is not None and _PART_NAME.fullmatch(one.name)
        }
        return Parts(upload="", there=there, is_ours=is_ours, send=send)

    async def copies(self) -> tuple[Copy, ...]:
        """As target.Target says."""
        found = []
        for entry in (await self._members("")).values():
            if NAME.fullmatch(entry.name):
                try:
                    size = await self._size(entry)
                except TargetError as error:
                    if error.trouble not in {Trouble.CHANGED, Trouble.NOT_FOUND}:
                        raise
                    continue  # a damaged one is none, and hides no other
                if size is not None:
                    found.append(Copy(name=entry.name, size=size, at=entry.at))
        return tuple(sorted(found, key=lambda copy: copy.name))

    async def read(self, name: str, offset: int = 0) -> AsyncGenerator[bytes, None]:
        """As target.Target says."""
        entry = (await self._members("")).get(name)
        if entry is None:
            raise TargetError(Trouble.NOT_FOUND, "no such copy")
        if not entry.folder:
            async with aclosing(self._file(name, offset, entry.size or 0)) as pieces:
                async for piece in pieces:
                    yield piece
            return
        for part, size in await self._whole(name):
            if offset >= size:
                offset -= size
                continue
            async with aclosing(self._file(f"{name}/{part}", offset, size)) as pieces:
                async for piece in pieces:
                    yield piece
            offset = 0

    async def remove(self, name: str) -> None:
        """As target.Target says."""
        members = await self._members("")
        for entry in (members.get(name), members.get(f"{name}{UNFINISHED}")):
            if entry is not None:
                await self._delete(entry)

    async def tidy(self) -> int:
        """As target.Target says."""
        left = [
            entry
            for entry in (await self._members("")).values()
            if entry.name.endswith(UNFINISHED) and NAME.fullmatch(entry.name.removesuffix(UNFINISHED))
        ]
        for entry in left:
            await self._delete(entry)
        return len(left)

    # what lies there

    async def _members(self, folder: str, *, made: bool = False) -> Mapping[str, _Entry]:
        """What is in a folder by name. made: the collection itself is made where it is missing."""
        try:
            entries = await self._listed(folder, depth=1)
        except TargetError as error:
            if not made or error.trouble is not Trouble.NOT_FOUND:
                raise
            await self._expect("MKCOL", "", {201, 405})
            entries = await self._listed(folder, depth=1)
        return {entry.name: entry for entry in entries if entry.name}

    async def _listed(self, folder: str, *, depth: int) -> list[_Entry]:
        target = self._target(f"{folder}/" if folder else "")
        headers = (("Depth", str(depth)), ("Content-Type", "application/xml; charset=utf-8"))
        reply = await self._ask(Ask(method="PROPFIND", target=target, headers=headers, body=_ASKED))
        if reply.head.status != 207:
            raise refusal(reply.head.status)
        above = unquote(target).rstrip("/")
        found = (_entry(node, above) for node in tree(reply.body, "multistatus").every("response"))
        return [entry for entry in found if entry is not None]

    async def _size(self, entry: _Entry) -> int | None:
        """The size of a copy; None where it is no whole one."""
        if not entry.folder:
            return entry.size
        return sum(size for _, size in await self._whole(entry.name))

    async def _whole(self, folder: str) -> list[tuple[str, int]]:
        """A copy's parts in order, with their sizes.

        Raises:
            TargetError: CHANGED, where one is missing.
        """
        members = await self._members(folder)
        parts = sorted(name for name in members if _PART_NAME.fullmatch(name))
        if parts != [f"{at:05}" for at in range(len(parts))]:
            raise TargetError(Trouble.CHANGED, "a part of the copy is missing")
        return [(name, members[name].size or 0) for name in parts]

    # one request

    async def _file(self, place: str, offset: int, size: int) -> AsyncGenerator[bytes, None]:
        if offset == size:
            return
        ranges = (("Range", f"bytes={offset}-"),) if offset else ()
        ask = Ask(method="GET", target=self._target(place), headers=ranges)
        with troubles():
            head = await self._line.begin(self._proven(ask))
            if head.status == 401 and self._challenged(head):
                head = await self._line.begin(self._proven(ask))
        async with aclosing(rest_of(self._line, head, offset, size)) as pieces:
            async for piece in pieces:
                yield piece

    async def _write(self, place: str, data: bytes) -> str:
        """The file's ETag without quotes, "" where the server tells none."""
        headers = (("Content-Type", "application/octet-stream"),)
        ask = Ask(method="PUT", target=self._target(place), headers=headers, body=data)
        reply = await self._ask(ask)
        if reply.head.status not in {200, 201, 204}:
            raise refusal(reply.head.status)
        return plain(reply.head.headers.get("etag", ""))

    async def _move(self, place: str, name: str, *, folder: bool) -> None:
        end = "/" if folder else ""
        line = self._line.target
        port = "" if line.port == 443 else f":{line.port}"
        path = self._target(name + end)
        status = 0
        # behind another one's TLS a server takes https:// for a foreign one (502); RFC 4918, 10.3, has both
        for to in (f"https://{line.host}{port}{path}", path):
            headers = (("Destination", to), ("Overwrite", "F"))
            reply = await self._ask(Ask(method="MOVE", target=self._target(place + end), headers=headers))
            status = reply.head.status
            if status != 502:
                break
        if status not in {201, 204}:
            raise refusal(status)

    async def _delete(self, entry: _Entry) -> None:
        await self._expect("DELETE", entry.name + ("/" if entry.folder else ""), {200, 202, 204, 404})

    async def _expect(self, method: str, place: str, wanted: set[int], *headers: tuple[str, str]) -> None:
        reply = await self._ask(Ask(method=method, target=self._target(place), headers=headers))
        if reply.head.status not in wanted:
            raise refusal(reply.head.status)

    async def _ask(self, ask: Ask) -> Reply:
        """Send it, and once more where the server wants a proof of who asks."""
        with troubles():
            for _ in range(_ATTEMPTS):
                reply = await self._line.ask(self._proven(ask), foreign_xml.MOST)
                if reply.head.status != 401 or not self._challenged(reply.head):
                    return reply
            raise refusal(401)

    def _challenged(self, head: Head) -> bool:
        return self._proof.challenged(head.headers.get("www-authenticate", ""))

    def _proven(self, ask: Ask) -> Ask:
        proof = self._proof.header(ask.method, ask.target)
        headers = (*ask.headers, *((("Authorization", proof),) if proof else ()))
        return Ask(method=ask.method, target=ask.target, headers=headers, body=ask.body)

    def _target(self, place: str) -> str:
        return f"{self._root}/{quote(place)}"


def _entry(node: Node, above: str) -> _Entry | None:
    """A response as far as it is about ``above`` or a member of it; None for anything else."""
    path = unquote(urlsplit(node.word("href")).path).rstrip("/")
    parent, _, name = path.rpartition("/")
    if path == above:
        name = ""
    elif parent != above or not name:
        return None
    found: dict[str, Node] = {}
    for stat in node.every("propstat"):
        if " 200 " in f"{stat.word('status')} ":
            found |= {child.name: child for child in (stat.first("prop") or Node("prop")).children}
    kind = found.get("resourcetype")
    return _Entry(
        name=name,
        folder=kind is not None and kind.first("collection") is not None,
        size=number(_text(found, "getcontentlength")),
        at=_moment(_text(found, "getlastmodified")),
        tag=plain(_text(found, "getetag")),
    )


def _text(found: Mapping[str, Node], name: str) -> str:
    return found[name].text.strip() if name in found else ""


def _moment(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text).astimezone(UTC) if text else None
    except (TypeError, ValueError, OverflowError):
        return None
