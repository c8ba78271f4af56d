"""A copy in parts at a far place: goes on with the first part that the place does not prove to have.

What the place answered for is remembered on this disk after each part (``Landed``), before the next begins: a
kill costs the part that it falls into. No part counts by our memory alone: the place has to show it again.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from privacy.gate.backups.target import PART, Landed, Source, Taken, TargetError, Trouble

LONGEST_TAG = 256  # characters; it is kept while a copy is on its way


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A part as the place lists it. tag: its ETag without quotes, "" where it tells none."""

    size: int
    tag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Where parts go, counted from 0. upload: the attempt that goes on; there: what the place lists of it.

    is_ours: whether a part of the right size that nobody remembers is these bytes, by the place's own word.
    send: returns the part's ETag as ``Found`` tells it. Both may raise TargetError.
    """

    upload: str
    there: Mapping[int, Found]
    is_ours: Callable[[int, bytes, Found], Awaitable[bool]]
    send: Callable[[int, bytes], Awaitable[str]]


async def put(source: Source, before: Taken, parts: Parts, landed: Landed) -> Mapping[int, str]:
    """Have all parts there; their ETags. before: what is remembered.

    Raises:
        TargetError: all that landed until then is remembered.
    """
    upload, there = parts.upload, parts.there
    sizes = [min(PART, source.size - offset) for offset in range(0, source.size, PART)]
    remembered = before.tags if upload == before.upload else {}
    tags = {
        at: tag for at, tag in remembered.items() if at < len(sizes) and _is(tag, sizes[at], there.get(at))
    }
    done = sum(sizes[at] for at in tags)
    if (upload, tags) != (before.upload, before.tags):
        await landed(done, Taken(upload=upload, tags=dict(tags)))
    for at, size in enumerate(sizes):
        if at in tags:
            continue
        data, found = await source.read(at * PART, size), there.get(at)
        if found is not None and found.size == size and await parts.is_ours(at, data, found):
            tag = found.tag
        else:
            tag = await parts.send(at, data)
        if len(tag) > LONGEST_TAG:
            raise TargetError(Trouble.BAD_ANSWER, f"an ETag of more than {LONGEST_TAG} characters")
        tags[at] = tag
        done += size
        await landed(done, Taken(upload=upload, tags=dict(tags)))
    return tags


def plain(tag: str) -> str:
    """An ETag to compare: without quotes, and without the mark of a weak one."""
    return tag.strip().removeprefix("W/").strip('"')


def _is(tag: str, size: int, found: Found | None) -> bool:
    """Whether what is listed is what the place answered for."""
    return found is not None and found.size == size and (not tag or not found.tag or found.tag == tag)
