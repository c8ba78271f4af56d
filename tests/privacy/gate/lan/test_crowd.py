"""Who may greet: many phones may, a flood may not, and one that floods shuts nobody else out for long."""

from privacy.gate.lan.crowd import (
    BURST,
    BURST_PEER,
    GREETING_LIMIT,
    GREETING_PEER_LIMIT,
    PEERS_LIMIT,
    RATE_PEER_PER_S,
    RATE_PER_S,
    Crowd,
)


def served(crowd: Crowd, peer: str, now_s: float) -> bool:
    """A greeting that is over at once."""
    begun = crowd.begin(peer, now_s)
    if begun:
        crowd.greeted(peer)
    return begun


def test_a_house_full_of_phones_opens_its_pages_at_once() -> None:
    crowd = Crowd(0.0)
    assert all(served(crowd, f"192.168.1.{phone}", 0.0) for phone in range(8) for _ in range(8))


def test_one_machine_gets_its_burst_and_then_its_rate() -> None:
    crowd = Crowd(0.0)
    assert sum(served(crowd, "a", 0.0) for _ in range(1000)) == BURST_PEER
    assert sum(served(crowd, "a", 10.0) for _ in range(1000)) == min(BURST_PEER, 10 * RATE_PEER_PER_S)
    assert served(crowd, "b", 10.0)


def test_all_together_get_no_more_than_the_gate_can_do() -> None:
    crowd = Crowd(0.0)
    assert sum(served(crowd, f"{number}", 0.0) for number in range(1000)) == BURST
    assert sum(served(crowd, f"{number}", 1.0) for number in range(1000)) == RATE_PER_S


def test_unfinished_greetings_are_few() -> None:
    crowd = Crowd(0.0)
    assert sum(crowd.begin("a", 0.0) for _ in range(30)) == GREETING_PEER_LIMIT
    others = sum(crowd.begin(f"{number}", 0.0) for number in range(1000))
    assert others == GREETING_LIMIT - GREETING_PEER_LIMIT
    assert not crowd.begin("b", 100.0)
    crowd.greeted("a")
    assert crowd.begin("b", 100.0)


def test_what_it_remembers_is_bounded() -> None:
    crowd = Crowd(0.0)
    for number in range(5 * PEERS_LIMIT):
        served(crowd, f"{number}", number * 1.0)
    assert len(crowd._peers) == PEERS_LIMIT
    assert crowd._greeting == {}
