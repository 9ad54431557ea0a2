"""Seccomp: turns the policy into a BPF program and locks the calling process into it.

The program is a binary search over the call's number, since the kernel runs a new filter once for every number it knows
to find the calls that need no filtering: a plain list would make that the dearest step of all. It is
assembled in the zygote; the child only writes its own process id into the places kept for it.

Layout of what the program reads: struct seccomp_data in include/uapi/linux/seccomp.h (number, architecture,
instruction pointer, six 64-bit arguments; both machines are little-endian).
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from . import kernel
from .policy import Argument, Condition, Own
from .syscall_numbers import number, numbers

ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}  # AUDIT_ARCH_*
FOREIGN_NUMBERS = 0x40000000  # on x86_64 the x32 convention, which reaches the same calls by other numbers

LOAD, AND, RETURN, JUMP = 0x20, 0x54, 0x06, 0x05
IF_EQUAL, IF_AT_LEAST = 0x15, 0x35
ALLOW, ERRNO, KILL_PROCESS = 0x7FFF0000, 0x00050000, 0x80000000
AT_NUMBER, AT_ARCHITECTURE, AT_ARGUMENTS = 0, 4, 16

SET_MODE_FILTER, GET_ACTION_AVAIL = 1, 2


@dataclass(frozen=True)
class Instruction:
    """One BPF instruction; `yes` and `no` count the instructions that a comparison skips."""

    code: int
    operand: int | Own
    yes: int = 0
    no: int = 0


Block = tuple[Instruction, ...]


@dataclass(frozen=True)
class Filter:
    """An assembled program and the byte offsets at which the process id belongs."""

    code: bytes
    pid_offsets: tuple[int, ...]

    def lock(self, pid: int) -> None:
        """Filter every later call of this process. Needs no-new-privs; cannot be undone. Raises OSError."""
        code = ctypes.create_string_buffer(self.code, len(self.code))
        for offset in self.pid_offsets:
            struct.pack_into("=I", code, offset, pid)
        program = struct.pack("=H6xQ", len(self.code) // 8, ctypes.addressof(code))
        kernel.syscall(number("seccomp"), SET_MODE_FILTER, 0, program)


def offered() -> bool:
    """Does this kernel filter system calls, on a machine whose numbers are known here?"""
    if platform.machine() not in ARCHITECTURES:
        return False
    try:
        kernel.syscall(number("seccomp"), GET_ACTION_AVAIL, 0, struct.pack("=I", KILL_PROCESS))
    except OSError:
        return False
    return True


def assemble(table: Mapping[str, Condition | int | None], machine: str) -> Filter:
    """The program for `machine`: each call gets the answer of the policy's table, any other ENOSYS."""
    known = numbers(machine)
    blocks = {known[name]: _block(answer) for name, answer in table.items() if name in known}
    program = (
        Instruction(LOAD, AT_ARCHITECTURE),
        Instruction(IF_EQUAL, ARCHITECTURES[machine], yes=1),
        Instruction(RETURN, KILL_PROCESS),
        Instruction(LOAD, AT_NUMBER),
        *_search(_ranges(blocks)),
    )
    operands = [0 if isinstance(step.operand, Own) else step.operand for step in program]
    code = b"".join(
        struct.pack("=HBBI", step.code, step.yes, step.no, operand)
        for step, operand in zip(program, operands, strict=True)
    )
    places = tuple(8 * index + 4 for index, step in enumerate(program) if isinstance(step.operand, Own))
    return Filter(code, places)


def _ranges(blocks: Mapping[int, Block]) -> list[tuple[int, Block]]:
    """Neighbouring numbers with the same block as one range, given by where it starts; gaps get ENOSYS."""
    missing = (Instruction(RETURN, ERRNO | errno.ENOSYS),)
    ranges: list[tuple[int, Block]] = []
    for value in range(max(blocks) + 2):
        block = blocks.get(value, missing)
        if not ranges or ranges[-1][1] != block:
            ranges.append((value, block))
    return [*ranges, (FOREIGN_NUMBERS, (Instruction(RETURN, KILL_PROCESS),))]


def _search(ranges: Sequence[tuple[int, Block]]) -> Block:
    """Halve the ranges until one is left. A long jump, since a comparison can skip only 255 instructions."""
    if len(ranges) == 1:
        return ranges[0][1]
    middle = len(ranges) // 2
    lower, upper = _search(ranges[:middle]), _search(ranges[middle:])
    return (
        Instruction(IF_AT_LEAST, ranges[middle][0], no=1),
        Instruction(JUMP, len(lower)),
        *lower,
        *upper,
    )


def _block(answer: Condition | int | None) -> Block:
    """The instructions that answer one call; every way through them ends in a return."""
    if answer is None:
        return (Instruction(RETURN, ALLOW),)
    if isinstance(answer, int):
        return (Instruction(RETURN, ERRNO | answer),)
    refuse = Instruction(RETURN, ERRNO | answer.otherwise)
    steps = [step for test in answer.tests for step in _test(test, refuse)]
    return (*steps, Instruction(RETURN, ALLOW))


def _test(test: Argument, refuse: Instruction) -> list[Instruction]:
    """Go on after these instructions when the test holds, refuse otherwise."""
    place = AT_ARGUMENTS + 8 * test.index
    steps = [Instruction(LOAD, place), Instruction(AND, test.mask)]
    for left, value in zip(range(len(test.values), 0, -1), test.values, strict=True):
        steps.append(Instruction(IF_EQUAL, value, yes=left))
    steps.append(refuse)
    if test.wide:
        steps += [Instruction(LOAD, place + 4), Instruction(IF_EQUAL, 0, yes=1), refuse]
    return steps
