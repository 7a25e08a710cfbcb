"""`python -m tests.fuzz`: spoiled Compose files by the hundred thousand, through parse, check, fix and export."""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from os import cpu_count
from pathlib import Path
from random import Random
from typing import NamedTuple

from tests.fuzz.mutations import mutated
from tests.fuzz.seeds import load_hosts, load_seeds
from tests.fuzz.trial import Fault, attempt, bound_process, trial_of

_BATCH = 500
_KEPT = 200


class Outcome(NamedTuple):
    """What a batch came to: its faults with their inputs, the slowest input in seconds, the peak of memory in MiB."""

    faults: list[tuple[Fault, str]]
    slowest: float
    peak: float


def run_batch(seed: int, number: int, size: int) -> Outcome:
    """The inputs of batch `number`: the same for the same seed, whichever process runs them."""
    random = Random(f"{seed}/{number}")
    seeds, hosts = load_seeds(), load_hosts()
    faults, slowest = [], 0.0
    for _ in range(size):
        trial = trial_of(mutated(seeds, random), hosts, random)
        started = time.process_time()
        fault = attempt(trial)
        slowest = max(slowest, time.process_time() - started)
        if fault is not None:
            faults.append((fault, trial.text))
    return Outcome(faults, slowest, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def keep(folder: Path, fault: Fault, text: str, number: int) -> None:
    folder.mkdir(exist_ok=True)
    path = folder / f"{fault.kind}-{number:04}.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=200_000, help="how many inputs (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same inputs (%(default)s)")
    parser.add_argument("--workers", type=int, default=cpu_count() or 1)
    parser.add_argument("--keep", type=Path, default=Path(".fuzz"), help="where inputs with faults go (%(default)s)")
    chosen = parser.parse_args()
    started = time.perf_counter()
    sizes = [min(_BATCH, chosen.count - first) for first in range(0, chosen.count, _BATCH)]
    kinds: Counter[str] = Counter()
    slowest = peak = 0.0
    with ProcessPoolExecutor(chosen.workers, initializer=bound_process) as pool:
        running = [pool.submit(run_batch, chosen.seed, number, size) for number, size in enumerate(sizes)]
        for finished in as_completed(running):
            outcome = finished.result()
            slowest, peak = max(slowest, outcome.slowest), max(peak, outcome.peak)
            for fault, text in outcome.faults:
                kinds[f"{fault.kind}: {fault.detail}" if fault.kind == "traceback" else fault.kind] += 1
                if kinds.total() <= _KEPT:
                    keep(chosen.keep, fault, text, kinds.total())
    seconds = time.perf_counter() - started
    sys.stdout.write(
        f"{chosen.count} inputs of seed {chosen.seed} from {len(load_seeds())} files in {seconds:.0f} s, "
        f"{chosen.workers} processes\nslowest input {slowest:.2f} s, most memory of a process {peak:.0f} MiB, "
        f"{kinds.total()} faults\n"
    )
    for kind, count in kinds.most_common():
        sys.stdout.write(f"{count:6} {kind}\n")
    return 1 if kinds else 0


if __name__ == "__main__":
    raise SystemExit(main())
