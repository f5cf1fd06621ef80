"""Processor time and memory of processes that this one started, from Linux' /proc."""

import os
from collections.abc import Iterator
from pathlib import Path

_TICK, _PAGE = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")


def descendants(of: int) -> Iterator[int]:
    """Ids of the processes that a process started, and of theirs."""
    try:
        tasks = list(Path(f"/proc/{of}/task").iterdir())
        children = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):  # it has just ended
        return
    for child in children:
        yield child
        yield from descendants(child)


def named(word: str) -> list[int]:
    """Ids of the processes below this one that have a word in their command line."""
    found = []
    for process in descendants(os.getpid()):
        try:
            if word.encode() in Path(f"/proc/{process}/cmdline").read_bytes():
                found.append(process)
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def cpu_seconds(processes: list[int]) -> float:
    """Processor time of some processes that live, in s."""
    ticks = 0
    for process in processes:
        try:
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks / _TICK


def memory_mb(processes: list[int]) -> float:
    """Resident memory of some processes, in MB."""
    return sum(int(Path(f"/proc/{process}/statm").read_text().split()[1]) for process in processes) * _PAGE / 1e6
