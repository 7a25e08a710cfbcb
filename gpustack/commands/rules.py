"""`gpu-compose rules`: list the rules, explain one, or write the reference."""

import os
import shutil
from argparse import Namespace

from gpustack.commands.files import UnusableError, read_text, reason, replace_file, say, write
from stacks.reports.rules import explain_rule, list_rules, rules_json
from stacks.rules.registry import Rule, all_rules

_WIDEST = 100
_CODE_LENGTH = 6


def run(arguments: Namespace) -> int:
    """0; raises UnusableError for a rule that there is not."""
    if arguments.write is not None:
        return _write_pages(arguments.write)
    chosen = _chosen(arguments.rule or "")
    if arguments.format == "json":
        write(rules_json(chosen))
        return 0
    width = min(shutil.get_terminal_size((_WIDEST, 24)).columns, _WIDEST)
    write(explain_rule(chosen[0], width) if len(chosen) == 1 else list_rules(chosen))
    return 0


def _chosen(wanted: str) -> tuple[Rule, ...]:
    """All rules, those whose code begins so, or the one of that code or name."""
    beginning = wanted.upper() if len(wanted) < _CODE_LENGTH else "-"
    return tuple(each for each in all_rules() if each.code.startswith(beginning)) or (_find(wanted),)


def _write_pages(folder: str) -> int:
    """Write the reference into a folder; a page of a family that is no more goes."""
    from stacks.reports.rule_pages import MARK, rule_pages

    pages = rule_pages(all_rules())
    try:
        os.makedirs(folder, exist_ok=True)
        for name in sorted(set(os.listdir(folder)) - set(pages)):
            path = os.path.join(folder, name)
            if name.endswith(".md") and os.path.isfile(path) and read_text(path).startswith(MARK):
                os.unlink(path)
    except OSError as error:
        raise UnusableError(f"{folder}: {reason(error)}") from error
    for name, text in pages.items():
        replace_file(os.path.join(folder, name), text)
    say(f"{folder}: {len(pages)} pages on {len(all_rules())} rules")
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
