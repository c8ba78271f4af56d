"""Coverage-guided fuzzing of all that reads the air: ``python tests/fuzz/fuzz_bidcos.py``.

Needs atheris (Python 3.11). The same target runs in short in tests/drivers/bidcos/test_fuzz.py.
"""

import sys
from pathlib import Path

SEEDS = (
    b"A0CAB86701B0A3A00000000924300\r\n",
    b"A1A0D84002370D80000001100A94B4551303633313338364006000000\r\n",
    b"\x0f\xb4\x86\x10\x23\x5a\x45\x00\x00\x00\x0a\x94\xbf\x10\x14\x26",
    b"\x0e\x1c\x80\x02\x1f\xb7\x4a\x63\x19\x63\x01\x01\x00\x80\x14",
)


def main() -> None:
    """Fuzz until stopped; arguments are libFuzzer's."""
    import tempfile

    import atheris

    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    with atheris.instrument_imports(include=["drivers"]):
        from tests.fuzz.bidcos_target import one_input
    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(SEEDS):
            (Path(corpus) / str(number)).write_bytes(seed)
        atheris.Setup([*sys.argv, corpus], one_input)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
