"""What the app's words must cover of the device table: no choice of a plainly named parameter in capitals."""

import re

import pytest

from drivers.bidcos.devices.paramsets import paramset_of
from drivers.bidcos.devices.table import models

from .paths import ROOT

TEXTS = ROOT / "app" / "src" / "texts"
KEY = re.compile(r'^  "([^"]+)":', re.MULTILINE)
PRESS = re.compile(r"^(SHORT|LONG)_")
AMOUNT = re.compile(r"-?\d+(\.\d+)? ?(K|min)")  # app/src/pages/device/parameters.ts writes these itself


def _keys(language: str) -> frozenset[str]:
    files = (TEXTS / f"{language}.ts", TEXTS / "technical" / f"parameters_{language}.ts")
    return frozenset(key for file in files for key in KEY.findall(file.read_text()))


@pytest.mark.parametrize("language", ["de", "en"])
def test_each_choice_of_a_plainly_named_parameter_has_a_word(language: str) -> None:
    known = _keys(language)
    missing = set()
    for model in models():
        for channel in (0, *model.channels):
            for paramset in ("MASTER", "LINK"):
                for described in paramset_of(model, channel, paramset):
                    if described.internal or f"master.{PRESS.sub('', described.name)}" not in known:
                        continue
                    choices = [word for word in described.parameter.enum if not AMOUNT.fullmatch(word)]
                    words = [(f"choice.{word}", f"enum.{word}") for word in choices]
                    words += [(f"special.master.{word}", "") for word in described.parameter.special]
                    missing |= {named for named, shared in words if not {named, shared} & known}
    assert missing == set()
