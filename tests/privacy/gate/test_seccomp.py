"""The filter, run by a little interpreter of classic BPF: what the kernel would answer, for both
architectures.
"""

import os
import struct

import pytest

from privacy.gate.jailed import seccomp
from privacy.gate.machine.syscalls import ARCHITECTURES, NUMBERS, Architecture

ALLOWED, DEAD = "allowed", "killed"
BOTH = pytest.mark.parametrize("arch", ARCHITECTURES.values(), ids=lambda arch: arch.name)


def answer(code: bytes, number: int, audit: int, *arguments: int) -> str:
    """What the encoded program says to a call; jumps, loads and returns as linux/filter.h defines them."""
    data = struct.pack("<IIQ6Q", number, audit, 0, *(*arguments, 0, 0, 0, 0, 0, 0)[:6])
    steps = [struct.unpack_from("=HBBI", code, at) for at in range(0, len(code), 8)]
    value, at = 0, 0
    while True:
        kind, on_true, on_false, operand = steps[at]
        at += 1
        match kind:
            case 0x20:
                value = struct.unpack_from("<I", data, operand)[0]
            case 0x15:
                at += on_true if value == operand else on_false
            case 0x35:
                at += on_true if value >= operand else on_false
            case 0x45:
                at += on_true if value & operand else on_false
            case 0x06:
                return _meaning(operand)
            case _:
                raise AssertionError(f"no such instruction: {kind:#x}")


def _meaning(operand: int) -> str:
    if operand >> 16 == 5:
        return os.strerror(operand & 0xFFFF)
    return {0x7FFF0000: ALLOWED, 0x80000000: DEAD}[operand]


def ask(arch: Architecture, name: str, *arguments: int) -> str:
    number = arch.number(name)
    assert number is not None
    return answer(seccomp.encode(seccomp.program(arch)), number, arch.audit, *arguments)


@BOTH
def test_every_refused_call_is_not_permitted(arch: Architecture) -> None:
    answers = {name: ask(arch, name) for name in seccomp.REFUSED if arch.number(name) is not None}
    assert set(answers.values()) == {"Operation not permitted"}, answers


@BOTH
def test_what_an_interpreter_needs_is_allowed(arch: Architecture) -> None:
    numbers = range(470)
    code = seccomp.encode(seccomp.program(arch))
    judged = {arch.number(name) for name in NUMBERS}
    refused = [n for n in numbers if n not in judged and answer(code, n, arch.audit) != ALLOWED]
    assert refused == []


@BOTH
def test_only_who_has_all_it_needs_is_kept_from_files(arch: Architecture) -> None:
    alone = seccomp.encode(seccomp.program(arch, (), seccomp.REFUSED + seccomp.ALONE))
    for name in seccomp.ALONE:
        if (number := arch.number(name)) is not None:
            assert answer(alone, number, arch.audit) == "Operation not permitted", name
            assert ask(arch, name) == ALLOWED, name  # the hub does all of it inside its jail


@BOTH
@pytest.mark.parametrize("call", ["socket", "socketpair"])
def test_only_three_socket_families_are_left(arch: Architecture, call: str) -> None:
    allowed = [family for family in range(64) if ask(arch, call, family) == ALLOWED]
    assert allowed == [1, 2, 10]


@BOTH
def test_the_upper_half_of_an_argument_hides_nothing(arch: Architecture) -> None:
    # the kernel takes the family as an int, so it drops the upper half just like the filter
    assert ask(arch, "socket", 17 | 1 << 32) == "Operation not permitted"
    assert ask(arch, "ioctl", 0, 0x5412 | 1 << 32) == "Operation not permitted"


@BOTH
@pytest.mark.parametrize("flag", [0x10000000, 0x20000000, 0x40000000, 0x00020000, 0x02000000, 0x08000000])
def test_clone_makes_no_namespaces(arch: Architecture, flag: int) -> None:
    assert ask(arch, "clone", flag | 17) == "Operation not permitted"


@BOTH
def test_threads_and_children_are_allowed(arch: Architecture) -> None:
    assert ask(arch, "clone", 0x3D0F00) == ALLOWED
    assert ask(arch, "clone", 17) == ALLOWED
    assert ask(arch, "clone3") == os.strerror(38)  # libc then asks clone


@BOTH
def test_nobody_types_into_terminals_but_serial_ports_work(arch: Architecture) -> None:
    assert ask(arch, "ioctl", 0, 0x5412) == "Operation not permitted"
    assert ask(arch, "ioctl", 0, 0x5423) == "Operation not permitted"
    assert ask(arch, "ioctl", 0, 0x5402) == ALLOWED  # TCSETS


@BOTH
def test_foreign_architectures_die(arch: Architecture) -> None:
    code = seccomp.encode(seccomp.program(arch))
    others = {0x40000003, 0x40000028, 0xC000003E, 0xC00000B7} - {arch.audit}
    assert {answer(code, 1, audit) for audit in others} == {DEAD}


def test_x32_dies() -> None:
    x86 = ARCHITECTURES["x86_64"]
    code = seccomp.encode(seccomp.program(x86))
    assert answer(code, 0x40000000 + 41, x86.audit, 17) == DEAD


@BOTH
def test_the_program_is_one_the_kernel_takes(arch: Architecture) -> None:
    steps = seccomp.program(arch)
    assert len(steps) <= seccomp.BPF_LIMIT
    assert steps[-1].code == seccomp.RETURN
    for at, step in enumerate(steps):
        assert at + 1 + max(step.on_true, step.on_false) < len(steps) or step.code == seccomp.RETURN


def test_numbers_are_those_of_this_machines_kernel_headers() -> None:
    # spot checks against linux/unistd.h: the two columns differ, and the new calls agree
    assert NUMBERS["ptrace"] == (101, 117)
    assert NUMBERS["io_uring_setup"] == (425, 425)
    assert NUMBERS["socket"] == (41, 198)
