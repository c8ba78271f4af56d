"""A copy of all that the hub keeps about people (Art. 15 and 20), as lines of JSON, holding after holding.

Of each first ``{"holding", "columns"}``, then one array per record, oldest first; secrets are left out.
Made page by page while it is read, so that a home of years needs no more memory than a page.
"""

from collections.abc import AsyncIterator

import msgspec

from privacy.rights import PAGE

from .house import House
from .messages import Nothing
from .operation import Caller

_ENCODER = msgspec.json.Encoder()


async def copy_data(house: House, _: Caller, __: Nothing) -> AsyncIterator[bytes]:
    """All records of all holdings, for a phone that keeps them."""
    return _lines(house)


async def _lines(house: House) -> AsyncIterator[bytes]:
    for holding in house.rights.shown():
        after: int | None = 0
        while after is not None:
            page = await house.rights.export(holding, after, PAGE)
            lines: list[object] = [] if after else [{"holding": holding, "columns": page.columns}]
            yield _ENCODER.encode_lines([*lines, *page.rows])
            after = page.after
