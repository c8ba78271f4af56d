"""Counters of a home that came from a backup."""

from drivers.bidcos.members.restored import MAX_NUMBER, TEAM_JUMP, raised

OWN, OTHER = bytes.fromhex("0a0b0c"), bytes.fromhex("010203")


def _number(value: int) -> bytes:
    return b"\x01" + value.to_bytes(4, "big")


def test_our_own_calls_jump_ahead_and_what_was_accepted_of_others_stays() -> None:
    stored = {
        "team/own": b"\x01" + OWN,
        f"team-counter/{OWN.hex()}": _number(7),
        f"team-counter/{OTHER.hex()}": _number(9),
    }
    assert raised(stored) == {f"team-counter/{OWN.hex()}": _number(7 + TEAM_JUMP)}


def test_a_counter_never_jumps_over_its_end_and_a_home_without_a_team_has_none() -> None:
    stored = {"team/own": b"\x01" + OWN, f"team-counter/{OWN.hex()}": _number(MAX_NUMBER - 2)}
    assert raised(stored) == {f"team-counter/{OWN.hex()}": _number(MAX_NUMBER - 1)}
    assert raised({}) == raised({"team/own": b"\x01" + OWN}) == {}
