"""`python -m tests.mutation`: how many small faults, put into the engine, its tests notice; a fixed sample."""

from __future__ import annotations

import argparse
import difflib
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random

import django
import jsonschema_rs
import yaml

from tests.mutation.mutants import Mutant, mutants_of
from tests.mutation.trial import ROOT, Verdict, attempt

_WARM = (django, jsonschema_rs, yaml)  # imported once for all forks


def modules(areas: list[str]) -> list[Path]:
    found = {path for area in areas for path in (ROOT / area).rglob("*.py") if path.name != "__init__.py"}
    return sorted(found)


def difference(mutant: Mutant, source: str) -> str:
    before = mutant.path.read_text(encoding="utf-8").splitlines()
    lines = difflib.unified_diff(before, source.splitlines(), n=0, lineterm="")
    return "\n".join(line for line in lines if not line.startswith(("---", "+++")))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("areas", nargs="*", default=["stacks/rules", "stacks/compose"])
    parser.add_argument("--sample", type=int, default=400, help="how many mutants (%(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=0, help="stop after so long; 0: when all are done")
    chosen = parser.parse_args()
    everything = [mutant for path in modules(chosen.areas) for mutant in mutants_of(path)]
    sample = Random(chosen.seed).sample(everything, min(chosen.sample, len(everything)))
    witness = sample[0].path
    if attempt(witness, witness.read_text(encoding="utf-8")) is not Verdict.SURVIVED:
        sys.stderr.write("the tests fail on the source as it is; mend that first\n")
        return 2
    counts: Counter[Verdict] = Counter()
    started = time.monotonic()
    for mutant in sample:
        if chosen.minutes and time.monotonic() - started > chosen.minutes * 60:
            break
        source = mutant.source
        if source is None:
            continue
        verdict = attempt(mutant.path, source)
        counts[verdict] += 1
        if verdict is Verdict.SURVIVED:
            sys.stdout.write(f"{mutant.path.relative_to(ROOT)} {mutant.operator}\n{difference(mutant, source)}\n")
            sys.stdout.flush()
    total = counts.total()
    noticed = total - counts[Verdict.SURVIVED]
    percent, by_clock = 100 * noticed / max(1, total), counts[Verdict.TIMEOUT]
    sys.stdout.write(f"{noticed} of {total} noticed ({percent:.1f} %), {by_clock} of them by the clock\n")
    sys.stdout.write(f"a sample of {len(everything)} mutants, seed {chosen.seed}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
