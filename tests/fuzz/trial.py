"""What must hold for any text at all: it is parsed, checked, fixed and exported, in time and without a traceback."""

from __future__ import annotations

import resource
import signal
from collections import Counter
from contextlib import suppress
from random import Random
from time import process_time
from typing import NamedTuple

from stacks.hosts.snapshot import HostSnapshot
from stacks.renderers.registry import Dialect, Pin, RenderError, render
from stacks.rules.checker import Report, check_text
from stacks.rules.findings import Severity
from stacks.rules.fixer import fix_all

SLOWEST = 2.0  # seconds of the processor for one input, all four steps together
GREEDY = 100 * 1024  # KiB by which one input may raise the peak of the process's memory
HUNG = 30  # seconds after which an input is given up
LARGEST = 2 * 1024**3  # bytes of address space that a process may take


class Trial(NamedTuple):
    """One input with the circumstances that it is tried under."""

    text: str
    host: HostSnapshot | None
    unsafe: bool
    dialect: Dialect
    pin: Pin


class Fault(NamedTuple):
    """What went wrong with an input."""

    kind: str
    detail: str


def trial_of(text: str, hosts: tuple[HostSnapshot | None, ...], random: Random) -> Trial:
    return Trial(
        text, random.choice(hosts), random.random() < 0.5, random.choice(list(Dialect)), random.choice(list(Pin))
    )


def errors(report: Report) -> Counter[str]:
    return Counter(each.code for each in report.diagnostics if each.severity is Severity.ERROR)


def attempt(trial: Trial, slowest: float = SLOWEST) -> Fault | None:
    """Runs one trial. Faults: a traceback, errors that fixing added, fixes that do not come to rest, slowness."""
    started, before = process_time(), _peak()
    signal.setitimer(signal.ITIMER_PROF, HUNG if callable(signal.getsignal(signal.SIGPROF)) else 0)
    try:
        fault = _attempt(trial)
    except Exception as error:
        place = error.__traceback__
        while place is not None and place.tb_next is not None:
            place = place.tb_next
        where = f"{place.tb_frame.f_code.co_filename.rpartition('/')[2]}:{place.tb_lineno}" if place is not None else ""
        return Fault("traceback", f"{type(error).__name__} at {where}: {str(error)[:200]}")
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    spent, more = process_time() - started, _peak() - before
    if fault is None and more > GREEDY:
        return Fault("greedy", f"{more // 1024} MiB")
    return fault or (Fault("slow", f"{spent:.1f} s") if spent > slowest else None)


def _peak() -> int:
    """The most memory that the process has had at once, in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def bound_process() -> None:
    """From now on an input that hangs or that takes all memory ends in an exception, which shows where."""

    def hung(*_: object) -> None:
        raise TimeoutError(f"no answer after {HUNG} s")

    resource.setrlimit(resource.RLIMIT_AS, (LARGEST, LARGEST))
    signal.signal(signal.SIGPROF, hung)


def _attempt(trial: Trial) -> Fault | None:
    report = check_text(trial.text, None, trial.host)
    size = len(trial.text)
    for each in report.diagnostics:
        if not 0 <= each.span.start <= each.span.end <= size:
            return Fault("place", f"{each.code} at {each.span}")
    fixed = fix_all(trial.text, None, trial.host, unsafe=trial.unsafe)
    if errors(fixed.report) - errors(report):
        return Fault("worse", f"{dict(errors(report))} became {dict(errors(fixed.report))}")
    again = fix_all(fixed.text, None, trial.host, unsafe=trial.unsafe)
    if again.text != fixed.text:
        return Fault("restless", ", ".join(f"{each.code} {each.title}" for each in again.applied))
    with suppress(RenderError):
        render(report.document, trial.dialect, trial.pin, trial.host)
    return None
