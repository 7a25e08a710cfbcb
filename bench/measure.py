"""Medians of repeated runs, and plain tables of them."""

import gc
import sys
import time
from collections.abc import Callable, Sequence
from statistics import median

from stacks.compose.yaml import paused_collector

RUNS = 7


def seconds(work: Callable[[], object]) -> float:
    """How long a work takes on a clean heap: what earlier ones left behind would slow the collector within this one."""
    gc.collect()
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def alternating(works: Sequence[Callable[[], object]], runs: int = RUNS) -> list[float]:
    """The median milliseconds of each work: one warm-up, then turn by turn, so that a slow minute slows all alike."""
    for work in works:
        work()
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(runs):
        for times, work in zip(taken, works, strict=True):
            times.append(seconds(work) * 1000)
    return [median(times) for times in taken]


def fresh(prepare: Callable[[], Callable[[], object]], runs: int = RUNS) -> float:
    """The median milliseconds of a work that has to be prepared anew, outside the clock, for each run.

    The collector is paused, as it is throughout a check.
    """
    prepare()()
    taken = []
    for _ in range(runs):
        work = prepare()
        with paused_collector():
            taken.append(seconds(work) * 1000)
    return median(taken)


def show(title: str, head: Sequence[str], rows: Sequence[Sequence[str]], note: str = "") -> None:
    """Print a table; the first column is left-aligned, the others right-aligned."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    lines = [title, *(_row(row, widths) for row in (head, ["-" * width for width in widths], *rows))]
    sys.stdout.write("\n".join(lines) + (f"\n{note}" if note else "") + "\n\n")
    sys.stdout.flush()


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = (
        cell.ljust(width) if column == 0 else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join((first, *others)).rstrip()


def milliseconds(value: float) -> str:
    return f"{value:,.1f}" if value < 100 else f"{value:,.0f}"
