"""The verifier: a program of its own that reads foreign signed lists; verifying.py starts it.

From before the first foreign byte on it makes no socket, opens and changes no file, runs nothing and signals
nobody: what a list could do to the library, it can do to nobody else. All modules are there by then. It ends
with its verdict, so the gate's memory stays as it was.
"""

import resource
import sys
from typing import BinaryIO

import msgspec

from privacy.gate.jailed import seccomp
from privacy.gate.machine.syscalls import architecture, prctl
from privacy.gate.updates.conversation import LONGEST_LINE, Begin, Fetched, Over, Want
from privacy.gate.updates.trust import load_all, workflow

MEMORY = 268_435_456  # bytes of address space
SECONDS = 30  # of processor time


def shut_in() -> None:
    """Give up sockets, files, other programs, memory without end and time without end, for good.

    Raises:
        OSError: this kernel can't; nothing is read then.
    """
    for what, limit in (
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
    ):
        resource.setrlimit(what, (limit, limit))
    prctl(38, 1)  # PR_SET_NO_NEW_PRIVS
    seccomp.install(architecture(), families=(), refused=seccomp.REFUSED + seccomp.ALONE)


def converse(said: BinaryIO, tell: BinaryIO) -> None:
    """Read Begin, want documents, tell the verdict."""
    begin = msgspec.json.decode(said.readline(LONGEST_LINE), type=Begin)
    steps = workflow(begin.kept, begin.at)
    try:
        want: Want = next(steps)
        while True:
            _tell(tell, want)
            fetched = msgspec.json.decode(said.readline(LONGEST_LINE), type=Fetched)
            want = steps.throw(Over()) if fetched.over else steps.send(fetched.data)
    except StopIteration as over:
        _tell(tell, over.value)


def _tell(tell: BinaryIO, what: object) -> None:
    tell.write(msgspec.json.encode(what) + b"\n")
    tell.flush()


def main() -> int:
    """Be the verifier, once."""
    load_all()
    shut_in()
    converse(sys.stdin.buffer, sys.stdout.buffer)
    return 0
