"""What a group of tasks failed by, for callers who wait for one kind of failure."""

from typing import TypeVar

E = TypeVar("E", bound=BaseException)


def first(group: BaseExceptionGroup[E]) -> E:
    """The first failure in it."""
    error: E | BaseExceptionGroup[E] = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
