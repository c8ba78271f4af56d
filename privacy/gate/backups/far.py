"""What both kinds of far targets share: troubles of an answer, documents in it, the body of a copy."""

from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import contextmanager

from privacy.gate.backups.foreign_xml import BadXml, Node, parse
from privacy.gate.backups.target import TargetError, Trouble
from privacy.gate.network.http_line import Garbled, Head, HttpLine, phrase
from privacy.gate.network.tls_line import TransferFailed

UNFINISHED = ".unfinished"  # behind the name of a copy that is not whole
_TROUBLES: Mapping[int, Trouble] = {
    401: Trouble.NO_ACCESS,
    403: Trouble.NO_ACCESS,
    404: Trouble.NOT_FOUND,
    408: Trouble.UNREACHABLE,
    409: Trouble.NOT_FOUND,  # WebDAV: a folder above it is missing
    412: Trouble.CHANGED,
    413: Trouble.TOO_LARGE,
    416: Trouble.CHANGED,
    423: Trouble.UNREACHABLE,  # locked by somebody for a while
    429: Trouble.UNREACHABLE,
    507: Trouble.FULL,
}


@contextmanager
def troubles() -> Iterator[None]:
    """Failures of the line and of what came on it as TargetError."""
    try:
        yield
    except Garbled as error:
        raise TargetError(Trouble.BAD_ANSWER, str(error)) from error
    except TransferFailed as error:
        raise TargetError(Trouble.UNREACHABLE, str(error)) from error
    except BadXml as error:
        raise TargetError(Trouble.BAD_ANSWER, f"XML: {error}") from error


def refusal(status: int) -> TargetError:
    """What a status that was not asked for means."""
    if 300 <= status < 400:
        return TargetError(Trouble.BAD_ANSWER, f"{phrase(status)}: a redirect, not followed")
    kind = _TROUBLES.get(status, Trouble.UNREACHABLE if status >= 500 else Trouble.BAD_ANSWER)
    return TargetError(kind, phrase(status))


def tree(body: bytes, root: str) -> Node:
    """The document in an answer, which has to be of that kind.

    Raises:
        TargetError: BAD_ANSWER.
    """
    with troubles():
        node = parse(body)
    if node.name != root:
        raise TargetError(Trouble.BAD_ANSWER, f"XML without <{root}>")
    return node


def number(text: str) -> int | None:
    """A count in decimal figures, or None."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else None


async def rest_of(line: HttpLine, head: Head, offset: int, size: int) -> AsyncGenerator[bytes, None]:
    """The body of a GET from ``offset`` to the end at ``size``, whether or not the server knows ranges.

    Raises:
        TargetError: CHANGED, where there is less or more of it.
    """
    if head.status == 206:
        whole = head.headers.get("content-range", "")
        if not whole.startswith(f"bytes {offset}-") or whole.rpartition("/")[2] not in {str(size), "*"}:
            raise TargetError(Trouble.CHANGED, "another part than was asked for")
        at = offset
    elif head.status == 200:
        at = 0
    else:
        raise refusal(head.status)
    with troubles():
        async for piece in line.pieces():
            begin, at = at, at + len(piece)
            if at > size:
                raise TargetError(Trouble.CHANGED, f"more than {size} bytes")
            if at > offset:
                yield piece[max(0, offset - begin) :]
    if at != size:
        raise TargetError(Trouble.CHANGED, f"{at} of {size} bytes")
