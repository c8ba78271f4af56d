"""A table of which most is made when it is first looked for: what is rarely asked for is loaded only then."""

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Later(Mapping[K, V]):
    """``now``, and what ``make`` returns; that is called at the first key that ``now`` has not."""

    def __init__(self, make: Callable[[], Mapping[K, V]], now: Mapping[K, V] = MappingProxyType({})) -> None:
        self._make, self._now = make, now

    @cached_property
    def _all(self) -> Mapping[K, V]:
        return {**self._make(), **self._now}

    def __getitem__(self, key: K) -> V:
        return self._now[key] if key in self._now else self._all[key]

    def __iter__(self) -> Iterator[K]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)
