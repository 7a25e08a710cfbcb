"""`gpu-compose rules`: list the rules, or explain one."""

import shutil
from argparse import Namespace

from gpustack.commands.files import UnusableError, write
from stacks.reports.rules import explain_rule, list_rules, rules_json
from stacks.rules.registry import Rule, all_rules

_WIDEST = 100


def run(arguments: Namespace) -> int:
    """0; raises UnusableError for a rule that there is not."""
    chosen = all_rules() if arguments.rule is None else (_find(arguments.rule),)
    if arguments.format == "json":
        write(rules_json(chosen))
        return 0
    width = min(shutil.get_terminal_size((_WIDEST, 24)).columns, _WIDEST)
    write(list_rules(chosen) if arguments.rule is None else explain_rule(chosen[0], width))
    return 0


def _find(wanted: str) -> Rule:
    """A rule by code or name, in any case."""
    names = {key: each for each in all_rules() for key in (each.code.lower(), each.name)}
    found = names.get(wanted.lower().replace("_", "-"))
    if found is None:
        from difflib import get_close_matches

        near = get_close_matches(wanted.lower(), names, 1)
        meant = f"; did you mean {names[near[0]].code}?" if near else "; `gpu-compose rules` lists all"
        raise UnusableError(f"there is no rule {wanted}{meant}")
    return found
