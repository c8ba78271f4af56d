"""The short run of script/nightly backup: memory for some MB of history, which comes back whole."""

import asyncio
from pathlib import Path

from tests.endurance.backup_history import MOST_MIB, whole

ROWS = 60_000


def test_a_backup_with_history_and_its_restore_leave_memory_flat(tmp_path: Path) -> None:
    grown = asyncio.run(whole(tmp_path, ROWS))
    assert grown.rows == ROWS
    assert grown.is_shown, grown.rose
    assert max(grown.gate, grown.giving, grown.taking) < MOST_MIB, grown
