"""All that the editor page shows of one text, made in one pass; the live answer is a part of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from stacks.facts.images import image_suggestions
from stacks.models import Stack
from stacks.rules.checker import Report
from stacks.services.analysis import Analysis, stack_analyse, stack_report
from stacks.services.board import board
from stacks.services.editor_bench import Bench
from stacks.services.editor_cards import Entered, cards
from stacks.services.editor_environment import with_environment
from stacks.services.editor_gpus import Pin, pin_of
from stacks.services.editor_panel import Panel, marks, panel, service_rows

LOOKED_BACK = 5
"""Versions that are looked at for one that can be read."""
MOST_OPEN = 12
"""Cards that may be open at once: each costs time in every live answer."""


@dataclass(frozen=True, slots=True)
class Looking:
    """What the user has open: the selected service, other open cards, the diagnostic in view, how GPUs are named.

    `is_new` is for a page that is opened: it then begins with its first service.
    """

    selected: str | None = None
    opened: tuple[str, ...] = ()
    active: str = ""
    pin: Pin | None = None
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What an act has to say: the news, and what was refused with what was typed."""

    told: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)


def editor_context(
    stack: Stack, document: str, environment: str, looking: Looking, answer: Answer | None = None
) -> dict[str, Any]:
    """The context of the page's templates for these texts, saved or not."""
    answer = answer or Answer()
    analysis = stack_analyse(stack=stack, document=document, environment=environment)
    report = analysis.report
    readable = report
    if looking.is_new and not report.document.is_complete and document.strip():
        readable = _last_readable(stack) or report
    names = dict.fromkeys(service.name for service in readable.document.services)
    selected = looking.selected if looking.selected in names else None
    if selected is None and looking.is_new:
        selected = next(iter(names), None)
    opened = tuple(name for name in looking.opened if name in names)[:MOST_OPEN]
    shown = panel(report, active=looking.active, values=analysis.values, host=analysis.snapshot)
    if document.strip():
        shown = with_environment(shown, analysis.environment_problems, looking.active)
    entered = Entered(answer.errors, answer.typed)
    shown_cards = cards(readable, selected=selected, opened=opened, entered=entered)
    shown_board = board(readable.document, analysis.snapshot)
    named = pin_of(Bench(document, analysis.values, _document=report.document))
    pin = looking.pin or (named if shown_board.knows_uuids else Pin.INDEX)
    return {
        "stack": stack,
        "document": document,
        "environment": environment,
        "panel": shown,
        "mend": shown.mend,
        "cards": shown_cards,
        "cards_with_rows": list(zip(shown_cards, shown_board.rows, strict=True)),
        "board": shown_board,
        "host": analysis.snapshot,
        "host_name": (analysis.snapshot.hostname or "") if analysis.snapshot else "",
        "pin": pin.value,
        "told": answer.told,
        "errors": answer.errors,
        "refused": answer.errors.get("", ""),
        "typed": answer.typed,
        "selected": selected,
        "live": _live(analysis, shown, selected, opened, answer),
        "suggestions": image_suggestions(),
    }


def _last_readable(stack: Stack) -> Report | None:
    """The report on the newest version that can be read, for what the page shows while the draft cannot."""
    for revision in stack.revisions.all()[:LOOKED_BACK]:
        report = stack_report(stack, revision.document, revision.environment)
        if report.document.is_complete:
            return report
    return None


def _live(
    analysis: Analysis, shown: Panel, selected: str | None, opened: tuple[str, ...], answer: Answer
) -> dict[str, Any]:
    """What the page's scripts need beside the fragments."""
    report = analysis.report
    return {
        "marks": marks(report) if shown.items else [],
        "services": service_rows(report.document),
        "mend": shown.mend,
        "counts": [shown.errors, shown.warnings, shown.infos],
        "selected": selected,
        "opened": list(opened),
        "told": answer.told or answer.errors.get("", ""),
        "refused": bool(answer.errors),
    }
