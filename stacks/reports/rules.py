"""The rules themselves for the command line: a list, one explained, and both as JSON."""

import re
from collections.abc import Iterable, Iterator, Sequence
from textwrap import dedent, fill

from stacks.patterns import lazy_pattern
from stacks.rules.registry import Rule

VERSION = 1
_FENCE = lazy_pattern(r"^```yaml (bad|good)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ITEM = lazy_pattern(r"(?:[-*]|\d+\.)\s+")


def list_rules(rules: Sequence[Rule]) -> str:
    """One line a rule: code, severity, layer, title."""
    return "".join(f"{rule.code}  {rule.severity:<7}  {rule.layer:<8}  {rule.title}\n" for rule in rules)


def explain_rule(rule: Rule, width: int) -> str:
    """A rule's whole explanation with its examples, text wrapped to `width` columns."""
    needs = f", needs {' and '.join(sorted(rule.needs))}" if rule.needs else ""
    head = f"{rule.code} {rule.name}: {rule.title}\n{rule.severity}, layer {rule.layer}{needs}\n"
    parts = [head, *_explanation(rule, width)]
    if rule.url:
        parts.append(f"Source: {rule.url}\n")
    return "\n".join(parts)


def _explanation(rule: Rule, width: int) -> Iterator[str]:
    text = plain_explanation(rule)
    position = 0
    for fence in _FENCE.finditer(text):
        yield from _paragraphs(text[position : fence.start()], width)
        yield f"{'Wrong' if fence[1] == 'bad' else 'Right'}:\n\n{_indented(fence[2])}"
        position = fence.end()
    yield from _paragraphs(text[position:], width)


def _paragraphs(text: str, width: int) -> Iterator[str]:
    for paragraph in re.split(r"\n\s*\n|\n(?=(?:[-*]|\d+\.)\s)", text.strip()):
        if paragraph.strip():
            item = _ITEM.match(paragraph)
            yield fill(paragraph, width, subsequent_indent=" " * (item.end() if item else 0)) + "\n"


def _indented(text: str) -> str:
    return "".join(f"    {line}".rstrip() + "\n" for line in text.splitlines())


def plain_explanation(rule: Rule) -> str:
    """The docstring without the indentation of the function's body."""
    first, _, rest = rule.explanation.partition("\n")
    return f"{first.strip()}\n{dedent(rest)}".strip()


def rules_json(rules: Iterable[Rule]) -> str:
    """`{"version": 1, "rules": [{"code", "name", "title", "layer", "severity", "needs", "url", "explanation"}]}`."""
    import json

    return json.dumps({"version": VERSION, "rules": [_mapping(rule) for rule in rules]}, indent=2) + "\n"


def _mapping(rule: Rule) -> dict[str, object]:
    return {
        "code": rule.code,
        "name": rule.name,
        "title": rule.title,
        "layer": rule.layer.value,
        "severity": rule.severity.value,
        "needs": sorted(rule.needs),
        "url": rule.url,
        "explanation": plain_explanation(rule),
    }
