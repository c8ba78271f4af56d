"""Every refusal and failure of pairing, configuration and replacement has words in both languages."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.bidcos.members import pairing

ROOT = Path(__file__).parents[3]
TEXTS = ROOT / "hub" / "api" / "texts"
CODE = re.compile(r'CommandRefused\(\s*"([a-z_]+)"')
LEFT_OUT = re.compile(r'left_out\.append\(\s*f"([a-z_]+):')
PAIRING = {
    value
    for name, value in vars(pairing).items()
    if name.isupper() and isinstance(value, str) and name != "INTERFACE"
} | set(pairing._REASONS.values())


def _sources() -> Iterator[str]:
    for path in sorted((ROOT / "drivers" / "bidcos").rglob("*.py")):
        yield path.read_text("utf-8")


@pytest.mark.parametrize("language", ["de", "en"])
def test_nothing_is_refused_without_words(language: str) -> None:
    texts = tomllib.loads((TEXTS / f"{language}.toml").read_text("utf-8"))
    reasons = tomllib.loads((TEXTS / f"reasons.{language}.toml").read_text("utf-8"))
    refused = {code for source in _sources() for code in CODE.findall(source)}
    left_out = {code for source in _sources() for code in LEFT_OUT.findall(source)}

    assert len(refused) > 15
    assert len(left_out) > 4
    assert refused - set(texts) == set()
    assert left_out - set(reasons["left_out"]) == set()
    assert PAIRING - set(reasons["pairing"]) == set()
