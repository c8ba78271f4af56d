"""What one attempt to deliver carries: bytes that were previewed, or a file that was encrypted as it came."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256

from privacy import canonical, sealing
from privacy.gate.network import https
from privacy.gate.network.https import Upload
from privacy.gate.network.tls_line import Carrier, Target
from privacy.gate.outbox.file_upload import FileUpload
from privacy.gate.storage import staged
from privacy.gate.storage.store import StoreThread

Headers = Sequence[tuple[str, str]]


class FileLost(Exception):
    """The file is not there any more, or not as it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cargo:
    """size: bytes that this attempt would send; told: what the begin entry says of them."""

    size: int
    carrier: Callable[[Target, Headers], Carrier]
    told: Mapping[str, canonical.Json] = field(default_factory=dict)
    is_file: bool = False


def of_bytes(body: bytes, to: str | None) -> Cargo:
    """A payload. to: the keys it is encrypted to, or None for one that leaves as it is.

    Raises:
        NotAKey: ``to`` holds something else, or nothing.
    """
    if to is None:
        return Cargo(
            size=len(body), carrier=lambda target, headers: Upload(target, headers, body, https.JSON)
        )
    sealed = sealing.seal(body, to)
    return Cargo(
        size=len(sealed),
        carrier=lambda target, headers: Upload(target, headers, sealed, https.SEALED),
        told={"sealed_to": to, "sealed_sha256": sha256(sealed).hexdigest()},
    )


async def of_file(
    store: StoreThread, transfer: str, to: str, landed: Callable[[int], Awaitable[None]]
) -> Cargo:
    """A staged file, from the first part that was not acknowledged. landed: told how many were.

    Raises:
        NotAKey: it was encrypted to other keys than ``to``.
        FileLost: it is not there as it was.
        StoreError: the store can't be read.
    """
    row = await store.read(lambda tx: staged.find(tx, transfer))
    if row is None:
        raise FileLost
    if row.addressee != to:
        raise sealing.NotAKey
    path = staged.place(store.folder, transfer)
    try:
        size = (await asyncio.to_thread(path.stat)).st_size
    except OSError as error:
        raise FileLost from error
    if size != row.sealed_size:
        raise FileLost
    return Cargo(
        size=row.left,
        carrier=partial(FileUpload, path, row, landed),
        told={
            "sealed_to": to,
            "sealed_sha256": row.sealed_sha256,
            "sealed_bytes": row.sealed_size,
            "from_part": row.parts + 1,
        },
        is_file=True,
    )
