"""Reading what somebody does to a device: verbs and numbers of day files and the control socket."""

from .surface import ActRefused


def number(args: tuple[str, ...], index: int, low: float, high: float, default: float | None = None) -> float:
    """Read the number at ``index``.

    Raises:
        ActRefused: it is missing without a default, no number, or outside ``low`` to ``high``.
    """
    if index >= len(args):
        if default is None:
            raise ActRefused(f"a number from {low:g} to {high:g} is missing")
        return default
    try:
        value = float(args[index])
    except ValueError:
        raise ActRefused(f"{args[index]!r}: a number from {low:g} to {high:g}") from None
    if not low <= value <= high:
        raise ActRefused(f"{args[index]}: {low:g} to {high:g}")
    return value


def battery(args: tuple[str, ...]) -> bool:
    """Read ``low`` or ``full``; True is low.

    Raises:
        ActRefused: it is neither.
    """
    if args[:1] not in {("low",), ("full",)}:
        raise ActRefused("battery is low or full")
    return args[0] == "low"
