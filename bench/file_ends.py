"""The ends of the bench of files, each a process of its own: the gate, and a receiver on the far side.

``python -m bench.file_ends gate FOLDER INSIDE OUTSIDE`` answers each line with the KiB that it holds and
held at the most since it was asked last. ``… far FOLDER OUTSIDE`` acknowledges every part and keeps none.
"""

import asyncio
import json
import re
import sys
from pathlib import Path

from bench.far import serve_until_told, swallow
from tests.lab.file_lab import BACKUP, HOST, TO_BACKUP, built_register, recipient
from tests.lab.gate_at_work import GateAtWork
from tests.lab.outside import RECEIVER, NameServer, enter
from tests.lab.tunnel_lab import standing_grant

_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
BYTES_PER_DAY = 1 << 40


def _gate(folder: Path, inside: str, outside: str) -> None:
    names = NameServer(outside, {HOST: [RECEIVER]})
    (folder / "gate").mkdir()
    rows = [recipient(folder / "ca" / "ca.pem")]
    register = built_register(bytes_per_day=BYTES_PER_DAY)
    try:
        with GateAtWork(folder / "gate", inside, rows, register=register, sockets=folder) as gate:
            standing_grant(gate, TO_BACKUP)
            print("ready", flush=True)
            for _ in sys.stdin:
                ends = [
                    one["data"]["result"]
                    for one in gate.ask("ledger.list")["entries"]
                    if one["kind"] == "transfer_end" and one["data"]
                ]
                print(json.dumps({**_memory(), "ends": ends, "activity": BACKUP}), flush=True)
    finally:
        names.close()


def _memory() -> dict[str, int]:
    status = Path("/proc/self/status").read_text()
    found = {
        key: int(value) for key, value in re.findall(r"^(VmHWM|VmRSS):\s+(\d+) kB", status, re.MULTILINE)
    }
    Path("/proc/self/clear_refs").write_text("5")  # the highest begins anew
    return {"now_kib": found["VmRSS"], "most_kib": found["VmHWM"]}


async def _far(folder: Path) -> None:
    count = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        head = await reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)
        assert length is not None
        await swallow(reader, int(length[1]))
        count += 1
        answer = json.dumps({"receipt": f"R-{count}"}).encode()
        writer.write(b"HTTP/1.1 201 Created\r\nContent-Length: %d\r\n\r\n%s" % (len(answer), answer))
        await writer.drain()
        writer.close()

    await serve_until_told(folder, serve)


if __name__ == "__main__":
    if sys.argv[1] == "gate":
        _gate(Path(sys.argv[2]), sys.argv[3], sys.argv[4])
    else:
        enter(sys.argv[3])
        asyncio.run(_far(Path(sys.argv[2])))
