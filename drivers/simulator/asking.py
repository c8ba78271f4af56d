"""Reading the fields of a request to the control socket; each mistake names the field and what is allowed."""

from collections.abc import Mapping

Request = Mapping[str, object]
Answer = Mapping[str, object]


def number_in(request: Request, field: str, low: float, high: float, default: float | None = None) -> float:
    """Read a number.

    Raises:
        ValueError: it is missing without a default, no number, or outside ``low`` to ``high``.
    """
    value = request.get(field, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ValueError(f"{field} {value!r}: {low:g} to {high:g}")
    return float(value)


def text_in(request: Request, field: str, default: str | None = None) -> str:
    """Read a text.

    Raises:
        ValueError: it is missing without a default, or no text.
    """
    value = request.get(field, default)
    if not isinstance(value, str):
        raise ValueError(f"{field} {value!r}: a text")
    return value
