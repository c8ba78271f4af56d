"""Coverage-guided fuzzing of the doors other than the radio: ``python tests/fuzz/fuzz_doors.py``.

Needs atheris (Python 3.11). The same target runs in short in tests/privacy/test_fuzz.py.
"""

import sys
from pathlib import Path

SEEDS = (
    b'{"system":{"version":"0.1.0"},"radio":{},"devices":[],"errors":[]}',
    b'\x00\x00\x00\x0f{"op":"hello"}\n',
    b"GET /api/v1/devices HTTP/1.1\nhost: 127.0.0.1:8480\norigin: http://127.0.0.1:8480\n",
    b"example/home\n3\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n",
    b"\0\1\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\x09\x09\x09\x09",
    b"bidcos:SIM0000001:1.STATE",
)


def main() -> None:
    """Fuzz until stopped; arguments are libFuzzer's."""
    import tempfile

    import atheris

    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    with atheris.instrument_imports(include=["privacy", "hub"]):
        from tests.fuzz.doors_target import one_input
    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(SEEDS):
            (Path(corpus) / str(number)).write_bytes(seed)
        atheris.Setup([*sys.argv, corpus], one_input)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
