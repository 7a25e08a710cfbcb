"""`python -m stacks.rules.indexing` writes the index of the rules again: one came, went, or changed what it needs."""

from pathlib import Path

from stacks.rules.registry import Rule, all_rules

_HEAD = '''"""On which part each rule is called, what it needs, and of which keys a service must have one.

A check imports only the rules that it can call.

Written by `python -m stacks.rules.indexing`. A rule that is not here yet is imported at each check.
"""

from typing import Final

INDEX: Final[dict[str, tuple[str, str, str]]] = {
'''


def render() -> str:
    """The text of `stacks/rules/index.py` for the rules as they are."""
    return _HEAD + "".join(sorted(map(_line, all_rules()))) + "}\n"


def _line(rule: Rule) -> str:
    module = rule.check.__module__.removeprefix("stacks.rules.")
    return (
        f'    "{module}": ("{rule.on.__name__}", "{" ".join(sorted(rule.needs))}", "{" ".join(sorted(rule.keys))}"),\n'
    )


if __name__ == "__main__":
    Path(__file__).with_name("index.py").write_text(render(), encoding="utf-8")
