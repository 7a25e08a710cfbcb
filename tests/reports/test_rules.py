"""The rules as the command line shows them."""

import json

import pytest

from stacks.reports.rules import explain_rule, list_rules, rules_json
from stacks.rules.registry import Rule, all_rules
from tests.reports.building import RULE

EXPLAINED = """\
DEV901 count-with-ids: A request sets both count and ids
error, layer compose, needs gpus and host

A request names GPUs or counts them.

Docker Compose refuses a request that does both.

Wrong:

    a: 1

Right:

    a: 2

- One way is to remove the number of GPUs, which keeps those
  that are named by their ids and gives no other one.

- The other is to remove the ids.

Source: https://example.org/a?b=1,2
"""


def test_explanation_is_wrapped_and_examples_are_not() -> None:
    assert explain_rule(RULE, 60) == EXPLAINED


def test_list_has_one_line_a_rule() -> None:
    assert list_rules([RULE]) == "DEV901  error    compose   A request sets both count and ids\n"


def test_json_has_everything() -> None:
    (rule,) = json.loads(rules_json([RULE]))["rules"]
    assert rule.keys() == {"code", "name", "title", "layer", "severity", "needs", "url", "explanation"}
    assert rule["needs"] == ["gpus", "host"]
    assert rule["explanation"].startswith("A request names") and "\n```yaml bad\na: 1\n```\n" in rule["explanation"]


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_every_rule_is_explained(rule: Rule) -> None:
    text = explain_rule(rule, 80)
    assert "Wrong:" in text and "Right:" in text and "```" not in text
    prose = [line for line in text.splitlines() if not line.startswith("    ")]
    assert max(len(line) for line in prose if "://" not in line and " " in line) <= 120
