"""Coverage-guided fuzzing of what phones and relays send: ``python tests/fuzz/fuzz_remote.py``.

Needs atheris (Python 3.11). The same target runs in short in tests/hub/remote/test_fuzz.py.
"""

import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.fuzz.guard import fuzz
from tests.fuzz.seeds import SEEDS


def _load() -> Callable[[bytes], None]:
    from tests.fuzz.remote_target import one_input

    return one_input


if __name__ == "__main__":
    fuzz(_load, SEEDS["remote"])
