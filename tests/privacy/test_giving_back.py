import subprocess
import sys

LOOK = """
from pathlib import Path
from privacy.system import give_back
own_mib = lambda: int(Path("/proc/self/statm").read_text().split()[1]) * 4096 >> 20
used = [bytes(2000) for _ in range(20_000)]
last = used.pop()  # it lies above the others, so that the library keeps what is below
used.clear()
kept = own_mib()
give_back()
print(kept - own_mib())
"""


def test_memory_that_a_start_freed_goes_back() -> None:
    # 40 MB in small pieces: the C library had kept them all, which is the control
    done = subprocess.run(
        [sys.executable, "-c", LOOK], capture_output=True, text=True, check=True, timeout=30
    )
    assert int(done.stdout) >= 20
