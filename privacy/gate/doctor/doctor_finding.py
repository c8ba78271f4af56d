"""What the doctor says: one finding, one line."""

from dataclasses import dataclass

OK, WARN, FAIL = "ok", "warn", "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line. code: the command's exit code when level is fail."""

    name: str
    level: str
    text: str
    way_out: str = ""
    code: int = 0
