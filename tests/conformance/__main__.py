"""`python -m tests.conformance`: hold our verdicts against those of the real Docker Compose, and print what differs."""

from __future__ import annotations

import sys

from tests.conformance.verdicts import KNOWN_DIFFERENCES, ask_oracle, load_variants, our_errors
from tests.oracle import find_oracle


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def main() -> int:
    oracle = find_oracle()
    if oracle is None:
        say("no Docker Compose oracle: set GPU_COMPOSE_ORACLE to a docker-compose binary")
        return 2
    variants = load_variants()
    answers = ask_oracle(oracle, [variant.text for variant in variants])
    unexpected = 0
    for variant, accepted in zip(variants, answers, strict=True):
        errors = our_errors(variant.text)
        if accepted != variant.accepted:
            say(f"the recorded verdict is wrong: Compose {'accepts' if accepted else 'refuses'}\n{variant.text}")
        if bool(errors) == accepted:
            reason = KNOWN_DIFFERENCES.get(variant.text)
            unexpected += reason is None
            said = "; ".join(f"{code} {message}" for code, message in errors) or "nothing"
            say(f"Compose {'accepts' if accepted else 'refuses'}, we say: {said}\n{variant.text}known: {reason}\n")
    say(f"{len(variants)} files, {len(KNOWN_DIFFERENCES)} known differences, {unexpected} others")
    return 1 if unexpected else 0


if __name__ == "__main__":
    raise SystemExit(main())
