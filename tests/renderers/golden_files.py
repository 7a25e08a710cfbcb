"""Rendered files that a person has read: `golden/<name>.yaml`, what becomes of it, and what is said with it.

`python -m tests.renderers.golden_files` writes them anew; read the difference before it is committed.
"""

from collections.abc import Iterator
from pathlib import Path

from stacks.compose.document import parse_document
from stacks.renderers.registry import Dialect, Pin, Rendered, render
from tests.renderers.invariants import DIALECTS
from tests.rules.case_files import load_case

GOLDEN = Path(__file__).parent / "golden"
PINS = {"article": (Pin.KEEP,), "mixed": (Pin.KEEP, Pin.UUID)}
CHOICES = [(name, dialect, pin) for name, pins in PINS.items() for pin in pins for dialect in DIALECTS]


def rendered(name: str, dialect: Dialect, pin: Pin) -> Rendered:
    case = load_case(GOLDEN / f"{name}.yaml")
    return render(parse_document(case.text, case.environment), dialect, pin, case.host)


def path_of(name: str, dialect: Dialect, pin: Pin) -> Path:
    return GOLDEN / f"{name}.{dialect}-{pin}.yaml"


def said(name: str) -> str:
    """What was said with each file of a name, one note a line."""
    return "".join(line for choice in CHOICES if choice[0] == name for line in _said(choice))


def _said(choice: tuple[str, Dialect, Pin]) -> Iterator[str]:
    _, dialect, pin = choice
    yield f"[{dialect}, {pin}]\n"
    yield from (f"{note.service or 'file'}: {note.text}\n" for note in rendered(*choice).notes)


def main() -> None:
    for name, dialect, pin in CHOICES:
        path_of(name, dialect, pin).write_text(rendered(name, dialect, pin).text, encoding="utf-8")
    for name in PINS:
        (GOLDEN / f"{name}.notes.txt").write_text(said(name), encoding="utf-8")


if __name__ == "__main__":
    main()
