"""Small odd files: we refuse what Docker Compose refuses, and nothing else."""

from __future__ import annotations

import os

from tests.conformance.verdicts import KNOWN_DIFFERENCES, ask_oracle, load_variants, our_errors
from tests.oracle import ComposeOracle

VARIANTS = load_variants()
_ASK_ALL = os.environ.get("GPU_COMPOSE_CONFORMANCE") == "all"


def test_verdicts_are_those_of_compose() -> None:
    wrong = {
        variant.text: (variant.accepted, errors)
        for variant in VARIANTS
        if variant.text not in KNOWN_DIFFERENCES and bool(errors := our_errors(variant.text)) == variant.accepted
    }
    assert not wrong


def test_known_differences_are_differences() -> None:
    by_text = {variant.text: variant for variant in VARIANTS}
    for text, reason in KNOWN_DIFFERENCES.items():
        assert bool(our_errors(text)) == by_text[text].accepted, f"no difference any more: {reason}"


def test_recorded_verdicts_hold(oracle: ComposeOracle) -> None:
    """Every sixth of them, or all with GPU_COMPOSE_CONFORMANCE=all, asked anew."""
    asked = VARIANTS if _ASK_ALL else VARIANTS[::6]
    answers = ask_oracle(oracle, [variant.text for variant in asked])
    changed = [variant.text for variant, accepted in zip(asked, answers, strict=True) if variant.accepted != accepted]
    assert not changed


def test_every_error_names_a_place_and_a_remedy() -> None:
    """No finding of these layers is without words, and none points outside the text."""
    from stacks.rules.checker import check_text

    for variant in VARIANTS:
        for each in check_text(variant.text).diagnostics:
            assert each.message and each.message[0] != " " and not each.message.endswith("."), each.message
            assert 0 <= each.span.start <= each.span.end <= max(len(variant.text), 1), (variant.text, each)
