"""What is allowed is said in people's words, in both languages."""

import pytest

from hub.api.ranges import allowed_words


@pytest.mark.parametrize(
    ("said", "english", "german"),
    [
        ("str of length >= 10", "at least 10 characters", "mindestens 10 Zeichen"),
        ("str of length <= 64", "at most 64 characters", "höchstens 64 Zeichen"),
        ("int <= 2000", "whole number ≤ 2000", "ganze Zahl ≤ 2000"),
        ("float <= 300.0", "number ≤ 300", "Zahl ≤ 300"),
        (
            "bool | int | float | str",
            "true or false or number or text",
            "true oder false oder Zahl oder Text",
        ),
        ("str | null", "text or null", "Text oder null"),
        ("0..1 in steps of 0.005", "0..1 in steps of 0.005", "0..1 in Schritten von 0.005"),
        (
            "4.5..30.5 °C in steps of 0.5, or OFF (4.5)",
            "4.5..30.5 °C in steps of 0.5, or OFF (4.5)",
            "4.5..30.5 °C in Schritten von 0.5, oder OFF (4.5)",
        ),
        (
            "0 or AUTO-MODE, 1 or MANU-MODE",
            "0 or AUTO-MODE, 1 or MANU-MODE",
            "0 oder AUTO-MODE, 1 oder MANU-MODE",
        ),
        ("INHIBIT, LEVEL, ON_TIME", "INHIBIT, LEVEL, ON_TIME", "INHIBIT, LEVEL, ON_TIME"),
        ("at most 65536 bytes", "at most 65536 bytes", "höchstens 65536 Bytes"),
        (
            "bytes 0x02 … 0x03 with commas between, at most 150",
            "bytes 0x02 … 0x03 with commas between, at most 150",
            "Bytes 0x02 … 0x03 mit Kommas dazwischen, höchstens 150",
        ),
        (
            "TEXT of at most 5 characters, a comma before the last",
            "TEXT of at most 5 characters, a comma before the last",
            "TEXT mit höchstens 5 Zeichen, ein Komma vor dem letzten",
        ),
        ("a device of this home", "a device of this home", "ein Gerät dieses Hauses"),
        ("a device of bidcos", "a device of bidcos", "ein Gerät von bidcos"),
        ("MASTER or LINK", "MASTER or LINK", "MASTER oder LINK"),
        (
            "the 10 letters and digits on the device, for example KEQ0123456",
            "the 10 letters and digits on the device, for example KEQ0123456",
            "die 10 Buchstaben und Ziffern auf dem Gerät, zum Beispiel KEQ0123456",
        ),
        ("1 … 13 entries", "1 … 13 entries", "1 … 13 Einträge"),
    ],
)
def test_a_range_is_told_in_both_languages(said: str, english: str, german: str) -> None:
    assert allowed_words(said, "en") == english
    assert allowed_words(said, "de") == german
