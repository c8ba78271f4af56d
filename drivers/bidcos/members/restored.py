"""Counters after a restore: what was used since the backup is skipped, so that nobody takes us for a replay.

Pure. Source: docs/protocols/bidcos.md, "HM-Sec-SD-2 team frames". The eight-bit counters of single devices
need no more than the block that every start skips; a frame that a device takes for its last one goes again
with the next. Counters of others' teams stay: they say what was accepted; one too high would hide an alarm.
"""

from collections.abc import Mapping

VERSION = b"\x01"
OWN_TEAM_KEY = "team/own"
COUNTER_PREFIX = "team-counter/"
TEAM_JUMP = (
    4096  # calls to smoke detectors that a home makes in no backup's lifetime; the counter has 24 bits
)
MAX_NUMBER = 0xFFFFFF


def raised(stored: Mapping[str, bytes]) -> dict[str, bytes | None]:
    """The records to write for those that a backup held."""
    own = stored.get(OWN_TEAM_KEY, b"")[1:]
    key = COUNTER_PREFIX + own.hex()
    if not own or stored.get(key, b"")[:1] != VERSION:
        return {}
    number = min(int.from_bytes(stored[key][1:], "big") + TEAM_JUMP, MAX_NUMBER - 1)
    return {key: VERSION + number.to_bytes(4, "big")}
