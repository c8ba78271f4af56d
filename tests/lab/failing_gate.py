"""A gate whose disk fails at one call, in a process under the shim: ``python -m tests.lab.failing_gate NET``.

Reads one Case per line and answers with one Told per line. Each case is lived by a forked child: it arms the
fault, agrees, delivers, opens a tunnel, withdraws, and ends without a word to its store.
"""

import asyncio
import logging
import os
import sys
from pathlib import Path
from typing import Any

import msgspec

from privacy.client import GateDeclined, GateLost
from privacy.conversation import Declined
from privacy.gate.storage.store import Store, StoreError
from tests.crash.fault import Calls, Faults
from tests.lab.gate_at_work import GateAtWork
from tests.lab.tunnel_lab import (
    CLOUD,
    HOST,
    TO_CLOUD,
    built_register,
    client_of,
    receive,
    send,
    standing_grant,
)
from tests.privacy.greetings import real

DIAGNOSIS, TICKET = "diagnosis.remote", "T-123"


class Case(msgspec.Struct, frozen=True):
    """memory: outside the disk that fails. calls, error, first, many: as Faults.arm.

    lies: the control, a store that says that it wrote.
    """

    folder: str
    memory: str
    rows: list[dict[str, Any]]
    calls: int
    error: int
    first: int
    many: int
    lies: bool = False


class Told(msgspec.Struct, frozen=True):
    """seen: calls that could have failed. withdrawn: whether each withdrawal was said to be recorded."""

    seen: int
    said: list[str]
    withdrawn: list[bool]


def live(case: Case, namespace: str, faults: Faults) -> Told:
    folder = Path(case.folder)
    gate = GateAtWork(
        folder / "gate",
        namespace,
        case.rows,
        register=built_register(),
        sockets=folder / "s",
        memory=Path(case.memory),
    )
    with gate:
        gate.ask("consent.confirm_clock")
        standing_grant(gate, TO_CLOUD)
        shown = gate.ask("consent.preview", activity=DIAGNOSIS, ticket=TICKET)
        if case.lies:
            Store._written = written_or_not  # type: ignore[method-assign,assignment]
        faults.arm(Calls(case.calls), case.error, case.first, case.many)
        said = [give(gate, str(shown["preview"])), asyncio.run(tunnel(folder / "s")), send_again(gate)]
        withdrawn = [
            bool(gate.ask("consent.withdraw", activity=one)["recorded"]) for one in (DIAGNOSIS, CLOUD)
        ]
        seen = faults.disarm()
        answer = Told(seen=seen, said=said, withdrawn=withdrawn)
        os.write(1, msgspec.json.encode(answer) + b"\n")
        os._exit(0)  # like a kill: nothing is tidied up


def give(gate: GateAtWork, preview: str) -> str:
    asked = {"activity": DIAGNOSIS, "ticket": TICKET, "preview": preview, "form": "until", "term_s": 86_400}
    return outcome_of(gate, "consent.give", asked, lambda told: told["delivery"])


def send_again(gate: GateAtWork) -> str:
    return outcome_of(gate, "consent.send", {"activity": DIAGNOSIS}, lambda told: told["deliveries"][0])


def outcome_of(gate: GateAtWork, verb: str, asked: dict[str, Any], of: Any) -> str:
    try:
        return str(of(gate.ask(verb, **asked))["result"])
    except (Declined, StoreError) as error:
        return str(error)


async def tunnel(sockets: Path) -> str:
    """A greeting and its echo, where the gate lets them pass."""
    hello, said = real(HOST), "ended"
    try:
        async with client_of(sockets) as hub:
            opened = await hub.open(TO_CLOUD)
            with opened.socket:
                await send(opened, hello)
                if await receive(opened, len(hello)) == hello:
                    said = "echoed"
    except* (GateDeclined, GateLost, OSError) as errors:
        said = repr(errors.exceptions[0])
    return said


def written_or_not(store: Store, job: Any) -> Any:
    """Say that it was written, whatever the disk says."""
    connection: Any = store._connection
    connection.execute("BEGIN IMMEDIATE")
    result = job(connection)
    try:
        connection.execute("COMMIT")
    except Exception:  # noqa: BLE001 - any failure at all is what it is silent about
        if connection.in_transaction:
            connection.execute("ROLLBACK")
    return result


def main() -> None:
    logging.disable()  # each refused write is told once, of thousands
    faults, namespace = Faults(Path(os.environ["CRASH_FAULT"])), sys.argv[1]
    for line in sys.stdin:
        case = msgspec.json.decode(line, type=Case)
        child = os.fork()
        if child == 0:
            try:
                live(case, namespace, faults)
            finally:
                os._exit(1)
        _, status = os.waitpid(child, 0)
        faults.disarm()
        if status != 0:
            os.write(1, b"null\n")


if __name__ == "__main__":
    main()
