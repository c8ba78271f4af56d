"""Copies in a bucket of S3 or of a service that speaks like it. Read downwards: put → _large → _finish.

A copy is one object, seen when it is whole: by one PUT, or by a multipart upload that is taken up again with
the parts that the bucket lists as it answered for them. Requests are signed with their bodies (sigv4.py), and
what carries bytes of a copy says their MD5: the service itself refuses what came otherwise. An ETag is the
service's own word, MD5 at some and not at others (SSE-KMS); x-amz-checksum-… is refused by some.
"""

import base64
import hashlib
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from urllib.parse import quote

from privacy.gate.backups import far_parts, foreign_xml
from privacy.gate.backups.far import number, refusal, rest_of, tree, troubles
from privacy.gate.backups.far_parts import Found, Parts, plain
from privacy.gate.backups.foreign_xml import Node
from privacy.gate.backups.sigv4 import Query, Signer, amz_date, encoded
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
from privacy.gate.network.http_line import Ask, HttpLine, Reply, phrase

_MOST_PAGES = 100  # of a list, of 1000 each
_MOST_PARTS = 10_000
_LONGEST_ID = 1024  # characters of an upload's id: it is kept, and fits into a request's head
_CODES = {  # what S3 says beside a status that alone says less
    "EntityTooLarge": Trouble.TOO_LARGE,
    "QuotaExceeded": Trouble.FULL,
    "XMinioAdminBucketQuotaExceeded": Trouble.FULL,
    "XMinioStorageFull": Trouble.FULL,
    "AuthorizationHeaderMalformed": Trouble.NO_ACCESS,  # another region
    "RequestTimeTooSkewed": Trouble.NO_ACCESS,
    "PermanentRedirect": Trouble.BAD_ANSWER,
    "RequestTimeout": Trouble.UNREACHABLE,
    "BadDigest": Trouble.UNREACHABLE,  # it came otherwise than it was sent: once more
    "XAmzContentSHA256Mismatch": Trouble.UNREACHABLE,
    "IncompleteBody": Trouble.UNREACHABLE,
    "InvalidPart": Trouble.CHANGED,
    "NoSuchUpload": Trouble.CHANGED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """Where. path: of the bucket in requests, "" where the host names it; prefix: of all names in it."""

    path: str
    prefix: str


class S3:
    """Follows target.Target. now: wall clock, aware, UTC; the server's may differ by 15 minutes at most."""

    def __init__(self, line: HttpLine, bucket: Bucket, signer: Signer, now: Callable[[], datetime]) -> None:
        self._line, self._bucket, self._signer, self._now = line, bucket, signer, now

    async def put(self, name: str, source: Source, landed: Landed, taken: Taken = NOTHING) -> None:
        """As target.Target says."""
        there = next((copy for copy in await self._objects(name) if copy.name == name), None)
        if there is not None and there.size != source.size:
            raise TargetError(Trouble.CHANGED, "another copy of that name is there")
        if there is None and source.size > PART:
            await self._large(name, source, landed, taken)
        elif there is None:
            await self._put(name, (), await source.read(0, source.size))
        if source.size > PART:
            await self._abort(name)  # one that was begun twice, as the first answer was lost
        await landed(source.size)

    async def _large(self, name: str, source: Source, landed: Landed, taken: Taken) -> None:
        if source.size > PART * _MOST_PARTS:
            raise TargetError(Trouble.TOO_LARGE, f"more than {_MOST_PARTS} parts")
        upload, there = await self._upload(name, taken.upload)

        async def send(at: int, data: bytes) -> str:
            tag = plain(await self._put(name, [("partNumber", str(at + 1)), ("uploadId", upload)], data))
            if not tag:
                raise TargetError(Trouble.BAD_ANSWER, "a part without an ETag")
            return tag

        async def is_ours(_: int, data: bytes, found: Found) -> bool:
            return found.tag == hashlib.md5(data, usedforsecurity=False).hexdigest()

        parts = Parts(upload=upload, there=there, is_ours=is_ours, send=send)
        tags = await far_parts.put(source, taken, parts, landed)
        try:
            await self._finish(name, upload, [tags[at] for at in sorted(tags)])
        except TargetError as error:
            if error.trouble is not Trouble.CHANGED or not await self._is_whole(name, source.size):
                raise  # else it was done, and only the answer was lost on its way

    async def _upload(self, name: str, remembered: str) -> tuple[str, Mapping[int, Found]]:
        """The upload that goes on, with its parts, or a new one; others of this copy are ended: they cost."""
        begun = await self._uploads(name)
        listed = [upload for _, upload in reversed(begun)]
        # the remembered one first, though it were not listed
        for upload in dict.fromkeys([remembered, *listed] if remembered else listed):
            try:
                there = await self._known(name, upload)
            except TargetError as error:
                if error.trouble not in {Trouble.CHANGED, Trouble.NOT_FOUND}:
                    raise
                continue  # ended there, by a rule of the bucket for example
            await self._end(one for one in begun if one[1] != upload)
            return upload, there
        made = await self._tree("POST", name, "InitiateMultipartUploadResult", [("uploads", "")])
        if not 0 < len(made.word("UploadId")) <= _LONGEST_ID:
            raise TargetError(Trouble.BAD_ANSWER, "an upload without an id, or with an endless one")
        return made.word("UploadId"), {}

    async def _finish(self, name: str, upload: str, tags: Sequence[str]) -> None:
        parts = "".join(
            f'<Part><PartNumber>{at}</PartNumber><ETag>"{_escaped(tag)}"</ETag></Part>'
            for at, tag in enumerate(tags, 1)
        )
        body = f"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>".encode()
        reply = await self._ask("POST", name, [("uploadId", upload)], body)
        with troubles():  # it begins with 200 and may still end in an error
            node = foreign_xml.parse(reply.body)
        if node.name != "CompleteMultipartUploadResult":
            raise _trouble(node, reply.head.status)

    async def _is_whole(self, name: str, size: int) -> bool:
        return any((copy.name, copy.size) == (name, size) for copy in await self._objects(name))

    async def copies(self) -> tuple[Copy, ...]:
        """As target.Target says."""
        return await self._objects("")

    async def read(self, name: str, offset: int = 0) -> AsyncGenerator[bytes, None]:
        """As target.Target says."""
        size = next((copy.size for copy in await self._objects(name) if copy.name == name), None)
        if size is None:
            raise TargetError(Trouble.NOT_FOUND, "no such copy")
        if offset == size:
            return
        ranges = {"range": f"bytes={offset}-"} if offset else {}
        with troubles():
            head = await self._line.begin(self._signed("GET", name, (), b"", ranges))
        async with aclosing(rest_of(self._line, head, offset, size)) as pieces:
            async for piece in pieces:
                yield piece

    async def remove(self, name: str) -> None:
        """As target.Target says."""
        await self._abort(name)
        await self._ask("DELETE", name, fine=frozenset({200, 204, 404}))

    async def tidy(self) -> int:
        """As target.Target says."""
        return await self._abort("")

    # what lies there

    async def _objects(self, begin: str) -> tuple[Copy, ...]:
        """Whole copies whose name begins so."""
        found: dict[str, Copy] = {}
        more: list[tuple[str, str]] = []
        for _ in range(_MOST_PAGES):
            query = [("list-type", "2"), ("prefix", self._bucket.prefix + begin), *more]
            page = await self._tree("GET", None, "ListBucketResult", query)
            for node in page.every("Contents"):
                name, size = self._name(node.word("Key")), number(node.word("Size"))
                if name and size is not None:
                    found[name] = Copy(name=name, size=size, at=_moment(node.word("LastModified")))
            token = page.word("NextContinuationToken")
            if page.word("IsTruncated") != "true" or not token:
                return tuple(found[name] for name in sorted(found))
            more = [("continuation-token", token)]
        raise TargetError(Trouble.BAD_ANSWER, "an endless list")

    async def _uploads(self, begin: str) -> list[tuple[str, str]]:
        """Names and ids of unfinished uploads of copies whose name begins so, oldest first."""
        query = [("prefix", self._bucket.prefix + begin), ("uploads", "")]
        page = await self._tree("GET", None, "ListMultipartUploadsResult", query)
        rows = sorted(
            (node.word("Initiated"), self._name(node.word("Key")), node.word("UploadId"))
            for node in page.every("Upload")
        )
        return [(name, upload) for _, name, upload in rows if upload and NAME.fullmatch(name)]

    async def _known(self, name: str, upload: str) -> dict[int, Found]:
        """The parts that an upload has, counted from 0."""
        found: dict[int, Found] = {}
        more: list[tuple[str, str]] = []
        for _ in range(_MOST_PAGES):
            query = [("uploadId", upload), *more]
            page = await self._tree("GET", name, "ListPartsResult", query)
            for node in page.every("Part"):
                part, size = number(node.word("PartNumber")), number(node.word("Size"))
                if part is not None and size is not None:
                    found[part - 1] = Found(size=size, tag=plain(node.word("ETag")))
            if page.word("IsTruncated") != "true":
                return found
            more = [("part-number-marker", page.word("NextPartNumberMarker"))]
        raise TargetError(Trouble.BAD_ANSWER, "an endless list")

    async def _abort(self, begin: str) -> int:
        """End unfinished uploads of copies whose name begins so; return how many."""
        found = await self._uploads(begin)
        await self._end(found)
        return len(found)

    async def _end(self, uploads: Iterable[tuple[str, str]]) -> None:
        for name, upload in uploads:
            await self._ask("DELETE", name, [("uploadId", upload)], fine=frozenset({200, 204, 404}))

    def _name(self, key: str) -> str:
        """The copy's name in a key, "" where it is none of ours."""
        name = key.removeprefix(self._bucket.prefix)
        return name if key.startswith(self._bucket.prefix) and NAME.fullmatch(name) else ""

    # one request

    async def _put(self, name: str, query: Query, data: bytes) -> str:
        """Send bytes of a copy; the ETag of what came there."""
        digest = base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()
        reply = await self._ask("PUT", name, query, data, headers={"content-md5": digest})
        return reply.head.headers.get("etag", "")

    async def _tree(self, method: str, name: str | None, root: str, query: Query) -> Node:
        return tree((await self._ask(method, name, query)).body, root)

    async def _ask(
        self,
        method: str,
        name: str | None,
        query: Query = (),
        body: bytes = b"",
        *,
        fine: frozenset[int] = frozenset({200}),
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> Reply:
        with troubles():
            reply = await self._line.ask(self._signed(method, name, query, body, headers), foreign_xml.MOST)
        if reply.head.status not in fine:
            try:
                node = foreign_xml.parse(reply.body)
            except foreign_xml.BadXml:
                raise refusal(reply.head.status) from None
            raise _trouble(node, reply.head.status)
        return reply

    def _signed(
        self, method: str, name: str | None, query: Query, body: bytes, headers: Mapping[str, str]
    ) -> Ask:
        """A request about a copy, or (None) about the bucket."""
        at, target = self._now(), self._line.target
        key = "" if name is None else quote(self._bucket.prefix + name)
        path = f"{self._bucket.path}/{key}" if key or not self._bucket.path else self._bucket.path
        digest = hashlib.sha256(body).hexdigest()
        told = {
            **headers,
            "x-amz-content-sha256": digest,
            "x-amz-date": amz_date(at),
        }
        host = target.host if target.port == 443 else f"{target.host}:{target.port}"
        proof = self._signer.authorization(method, path, query, {**told, "host": host}, digest, at)
        words = encoded(query)
        return Ask(
            method=method,
            target=f"{path}?{words}" if words else path,
            headers=(*told.items(), ("Authorization", proof)),
            body=body,
        )


def _trouble(node: Node, status: int) -> TargetError:
    """What an error says, in our words: of the server's own only codes that stand here are told."""
    code = node.word("Code")
    kind = _CODES.get(code)
    if node.name != "Error" or kind is None:
        return refusal(status) if status >= 300 else TargetError(Trouble.BAD_ANSWER, phrase(status))
    return TargetError(kind, f"{phrase(status)}, {code}")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
