import subprocess
import sys


def test_after_the_start_a_full_collection_looks_at_little() -> None:
    code = (
        "import gc; kept = [[] for _ in range(100_000)]\n"
        "from hub.core.garbage import settle_garbage\n"
        "settle_garbage(); print(gc.get_freeze_count() > 100_000, len(gc.get_objects()) < 1000)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["True", "True"]
