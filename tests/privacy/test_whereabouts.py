"""Where a device's address has to be to be spoken with."""

from dataclasses import replace
from ipaddress import ip_address
from typing import Any

import pytest

from privacy.inside import InsideEntry, read_entry
from privacy.reasons import Reason
from privacy.whereabouts import Situation, misplaced

STICK = read_entry("tcp://192.168.1.20:2323", "00:04:a3:12:34:56")
AT_HOME = Situation(on_link=True, serves_network=False)


def test_on_this_link_and_as_the_entered_device_it_is_spoken_with() -> None:
    assert misplaced(STICK, AT_HOME) is None  # nobody was asked yet
    assert misplaced(STICK, replace(AT_HOME, mac="00:04:a3:12:34:56")) is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"on_link": False}, Reason.NOT_ON_LINK),
        ({"serves_network": True}, Reason.SERVES_NETWORK),
        ({"mac": "00:04:a3:12:34:57"}, Reason.OTHER_DEVICE),
        ({"mac": ""}, Reason.OTHER_DEVICE),  # asked, and the kernel does not know who
    ],
)
def test_anywhere_else_it_is_not(change: dict[str, Any], reason: Reason) -> None:
    assert misplaced(STICK, replace(AT_HOME, **change)) is reason


def test_a_device_that_is_known_by_its_certificate_may_change_its_card() -> None:
    alone = replace(STICK, mac="", certificate_sha256="ab" * 32)
    assert misplaced(alone, replace(AT_HOME, mac="00:04:a3:12:34:57")) is None
    both = replace(STICK, certificate_sha256="ab" * 32)
    assert misplaced(both, replace(AT_HOME, mac="00:04:a3:12:34:57")) is Reason.OTHER_DEVICE
    assert misplaced(alone, replace(AT_HOME, on_link=False)) is Reason.NOT_ON_LINK


@pytest.mark.parametrize(("address", "port"), [("8.8.8.8", 2323), ("192.168.1.20", 53)])
def test_what_no_entry_can_say_is_refused_once_more(address: str, port: int) -> None:
    entry = InsideEntry(address=ip_address(address), port=port, mac=STICK.mac)
    assert misplaced(entry, AT_HOME) is Reason.NOT_ON_LINK
