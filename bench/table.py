"""Which benches there are. Add yours here: a module under bench/ that prints a bench.result.Result."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """One bench.

    command: arguments of ``python -m``; long_command: the same measured longer (script/bench --long).
    limit_s: it is stopped and counts as failed after that.
    """

    name: str
    budget: str
    command: tuple[str, ...]
    long_command: tuple[str, ...] = ()
    limit_s: float = 300.0


BENCHES = (
    Bench(name="history_rows", budget="≥ 20,000 rows stored per second", command=("bench.history_rows",)),
    Bench(
        name="history_bytes",
        budget="≤ 1,500 bytes written to disk per change at 1 change/s, 1 M rows before",
        command=("bench.history_bytes",),
        long_command=("bench.history_bytes", "--second", "1"),
        limit_s=3600.0,
    ),
    Bench(
        name="startup",
        budget="≤ 1.0 s from process start to the first answer, 20 devices, median of 5",
        command=("bench.startup",),
    ),
    Bench(
        name="paint",
        budget="< 300 ms to the first paint from cache, < 800 ms to live at home, a paired phone in Chromium",
        command=("bench.paint",),
    ),
    Bench(
        name="relay_fleet",
        budget="2,000 hubs at one Mosquitto: memory, and what a restart brings",
        command=("bench.relay_fleet",),
        limit_s=1200.0,
    ),
    Bench(
        name="relay_latency",
        budget="≤ 1 ms more per request than bare MQTT, p50",
        command=("bench.relay_latency",),
    ),
    Bench(
        name="remote_load",
        budget="handshakes a second; 100 sessions at once: memory, processor",
        command=("bench.remote_load",),
    ),
    Bench(
        name="memory",
        budget="≤ 100 MB gate and hub, 20 devices; ≤ 120 MB, 1,000 devices",
        command=("bench.memory",),
    ),
    Bench(
        name="endurance",
        budget="≤ 1.1 times the idle memory after an hour at 100 changes/s",
        command=("bench.endurance",),
        long_command=("bench.endurance", "--minutes", "60"),
        limit_s=4000.0,
    ),
    Bench(
        name="history_query",
        budget="none; charts of a day and of 30 days beside settings that are being written",
        command=("bench.history_query",),
    ),
    Bench(
        name="answers",
        budget="answers 85 to 110 ms after the end of a frame's line, p99, under load",
        command=("bench.answers",),
        long_command=("bench.answers", "--seconds", "600"),
        limit_s=1200.0,
    ),
    Bench(
        name="latency",
        budget="radio line to WebSocket event p99 ≤ 3 ms, worst ≤ 30 ms; command to As line p99 ≤ 3 ms",
        command=("bench.latency",),
    ),
    Bench(
        name="path",
        budget="none; the hub's share of latency, hardly moved by what else the machine does",
        command=("bench.path",),
    ),
    Bench(
        name="events",
        budget="≥ 5,000 changes/s to 10 WebSocket clients, p99 ≤ 20 ms",
        command=("bench.events",),
    ),
    Bench(
        name="changes",
        budget="≥ 5,000 changes/s through bus, state, history and 10 subscribers, p99 ≤ 20 ms",
        command=("bench.changes",),
    ),
    Bench(
        name="decide",
        budget="≤ 50 µs for one decision with 10,000 grants and 100,000 withdrawals",
        command=("bench.decide",),
    ),
    Bench(
        name="permission",
        budget="≤ 50 µs to say whether a request may be done, 1,000 devices in 20 rooms",
        command=("bench.permission",),
    ),
    Bench(
        name="rights_export",
        budget="≤ 60 s and ≤ 150 MiB for a copy of 1,000,000 ledger entries and a year of history",
        command=("bench.rights_export",),
        limit_s=900.0,
    ),
    Bench(
        name="tunnel",
        budget="≥ 60 % of a direct connection, same client and TLS, writes of 64 KiB",
        command=("bench.tunnel",),
    ),
    Bench(
        name="tunnel_cut",
        budget="withdrawal to last byte p99 ≤ 50 ms, ≤ 64 KiB of a tunnel, 200 open, slow receivers",
        command=("bench.tunnel_cut",),
    ),
    Bench(
        name="files",
        budget="≤ 16 MiB of the gate above idle while a file of 200 MB is taken, encrypted and sent",
        command=("bench.files",),
        limit_s=900.0,
    ),
    Bench(
        name="decode",
        budget="≥ 100,000 radio lines per second to frames, one core",
        command=("bench.decode",),
    ),
)
