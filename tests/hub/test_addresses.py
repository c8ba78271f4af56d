"""Addresses have one spelling each: what is read is written the same."""

import pytest

from hub.contract import ChannelAddress, DatapointId


@pytest.mark.parametrize(
    "text", ["bidcos:JEQ0123456:0.UNREACH", "bidcos:JEQ0123456:1.STATE", "x:a-b_c:63.LEVEL"]
)
def test_an_id_is_written_as_it_is_read(text: str) -> None:
    assert str(DatapointId.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "bidcos:JEQ0123456:01",
        "bidcos:JEQ0123456:64",
        "bidcos:JEQ0123456:-1",
        "bidcos:JEQ0123456:²",
        "bidcos::1",
        "x",
    ],
)
def test_other_spellings_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a|not in"):
        ChannelAddress.parse(text)
