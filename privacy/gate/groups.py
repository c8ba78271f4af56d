"""What a group of tasks failed by, for callers who wait for one kind of failure."""


def first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first failure in it."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
