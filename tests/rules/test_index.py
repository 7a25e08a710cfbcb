"""The index of the rules: true, and only a means to import less."""

import subprocess
import sys

import pytest

from stacks.compose.document import Document
from stacks.rules import registry
from stacks.rules.checker import PARTS
from stacks.rules.index import INDEX
from stacks.rules.indexing import render
from stacks.rules.registry import ENGINE, FILES, GPUS, HOST, Rule, all_rules, rules_on

EVERYTHING = frozenset({HOST, GPUS, ENGINE, FILES})


def entry(rule: Rule) -> tuple[str, str, str]:
    return rule.on.__name__, " ".join(sorted(rule.needs)), " ".join(sorted(rule.keys))


def module(rule: Rule) -> str:
    return rule.check.__module__.removeprefix("stacks.rules.")


def test_the_index_says_nothing_false() -> None:
    """A rule that it does not know costs a little time; one that it knows wrongly would be left out."""
    rules = {module(rule): entry(rule) for rule in all_rules()}
    wrong = {name: each for name, each in INDEX.items() if rules.get(name) != each}
    assert not wrong, "run `python -m stacks.rules.indexing`"


def test_the_text_of_the_index_is_its_content() -> None:
    scope: dict[str, object] = {}
    exec(render(), scope)
    assert scope["INDEX"] == {module(rule): entry(rule) for rule in all_rules()}


def test_every_rule_is_called_on_a_part_that_the_checker_knows() -> None:
    assert {rule.on for rule in all_rules()} <= {Document, *PARTS}


@pytest.mark.parametrize("available", [frozenset(), frozenset({HOST}), frozenset({FILES}), EVERYTHING], ids=sorted)
def test_rules_of_a_part_are_those_of_all(available: frozenset[str]) -> None:
    for part in (Document, *PARTS):
        wanted = tuple(rule for rule in all_rules() if rule.on is part and rule.needs <= available)
        assert rules_on(part, available) == wanted


def test_a_rule_that_the_index_does_not_know_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "INDEX", {})
    rules_on.cache_clear()
    found = {rule for part in (Document, *PARTS) for rule in rules_on(part, EVERYTHING)}
    rules_on.cache_clear()
    assert found == set(all_rules())


def test_a_check_imports_no_rule_that_needs_a_host_or_keys_which_are_not_there() -> None:
    program = (
        "import sys; from stacks.rules.checker import check_text; check_text('services: {a: {image: \"x:1\"}}');"
        "print(*(name for name in sys.modules if name.startswith('stacks.rules.')))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    imported = {name.removeprefix("stacks.rules.") for name in done.stdout.split()}
    assert "com.invalid_yaml" in imported
    assert not {module(rule) for rule in all_rules() if rule.needs and module(rule) in INDEX} & imported
    assert not {module(rule) for rule in all_rules() if rule.keys and module(rule) in INDEX} & imported
