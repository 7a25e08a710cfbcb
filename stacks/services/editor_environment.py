"""The faults of the `.env` text in the live panel, before those of the document."""

from collections.abc import Iterator
from dataclasses import replace

from stacks.compose.dotenv import DotEnvProblem
from stacks.rules.findings import Severity
from stacks.services.editor_panel import SHOWN, Item, Panel

NAME = ".env"
_PLACE = "env-"
_SYNTAX = "https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/#env-file-syntax"


def with_environment(panel: Panel, problems: tuple[DotEnvProblem, ...], active: str) -> Panel:
    """The panel with the problems of `.env` as errors; one of them is open where `active` names it, or nothing else is.

    Docker Compose reads `.env` first and stops there, so that they come before everything else.
    """
    if not problems:
        return panel
    found = tuple(_items(problems[:SHOWN], active))
    if not any(each.is_active for each in (*found, *panel.items)) and panel.preview_all is None:
        found = (replace(found[0], is_active=True), *found[1:])
    others = panel.items
    if any(each.is_active for each in found):
        others = tuple(replace(each, is_active=False, preview=None) for each in others)
    items = (*found, *others)[:SHOWN]
    total = len(problems) + len(others) + panel.left_out
    return replace(panel, errors=panel.errors + len(problems), items=items, left_out=total - len(items))


def _items(problems: tuple[DotEnvProblem, ...], active: str) -> Iterator[Item]:
    for problem in problems:
        place = f"{_PLACE}{problem.start}"
        yield Item(
            place=place,
            severity=Severity.ERROR,
            code=NAME,
            name="The .env file cannot be read",
            line=problem.line,
            message=in_words(problem),
            hint="Write `NAME=value`, one a line, and close each quote.",
            service=None,
            url=_SYNTAX,
            related=(),
            fix="",
            is_safe=False,
            is_active=place == active,
            preview=None,
        )


def in_words(problem: DotEnvProblem) -> str:
    """The problem with its line in `.env`."""
    return f"Docker Compose will refuse line {problem.line} of `.env`: {problem.message}"
