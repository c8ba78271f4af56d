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
    b"CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n\x16",
    b"\x16\x03\x01\0\x45\1\0\0\x41\3\3" + bytes(32) + b"\0\0\2\x13\1\1\0\0\x16"
    b"\0\0\0\x0e\0\x0c\0\0\x09a.example" + b"\0\x10\0\0",
    b"POST /homebase/1 HTTP/1.1\r\nHost: a\r\nHomebase-Activity: diagnosis.remote\r\nHomebase-Ticket: T-1\r\n"
    b"Homebase-Transfer: 00112233445566ff\r\nHomebase-Delete-By: 2026-03-02T12:00:00.000Z\r\n"
    b"Content-Length: 2\r\n\r\n{}",
    b"POST /homebase/1 HTTP/1.1\r\nHost: a\r\nHomebase-Activity: deletion.request\r\nHomebase-Ticket: T-1\r\n"
    b'Content-Length: 46\r\n\r\n{"ticket":"T-1","transfer":"00112233445566ff"}',
)


def main() -> None:
    """Fuzz until stopped; arguments are libFuzzer's."""
    import tempfile

    import atheris

    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    with atheris.instrument_imports(include=["privacy", "hub", "support"]):
        from tests.fuzz.doors_target import one_input
    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(SEEDS):
            (Path(corpus) / str(number)).write_bytes(seed)
        atheris.Setup([*sys.argv, corpus], one_input)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
