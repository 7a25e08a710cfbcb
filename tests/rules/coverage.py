"""Writes docs/coverage.md: which rules, and which of their cases, show which of the facts in `coverage.toml`."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from stacks import facts
from stacks.rules.registry import rule_by_code

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "coverage.md"
_TITLES = {
    "A": "Ways of giving a container GPUs",
    "B": "Variables",
    "B2": "`CUDA_VISIBLE_DEVICES`, measured",
    "C": "CUDA, drivers and architectures",
    "D": "Images",
    "F": "Memory of GPUs",
    "G": "What users report most",
    "H": "Claims of the article that the project began with",
}


class Row(NamedTuple):
    """One fact. `cases` are files below tests/rules/cases, without their ending; `reason` is for where none are."""

    id: str
    fact: str
    cases: tuple[str, ...]
    reason: str
    static: str

    @property
    def section(self) -> str:
        """The letter of the section; `B2` is one of its own."""
        return "B2" if self.id.startswith("B2") else self.id[0]

    @property
    def codes(self) -> tuple[str, ...]:
        """The rules, each once."""
        return tuple(dict.fromkeys(case.partition("/")[0] for case in self.cases))


def rows() -> tuple[Row, ...]:
    """The rows of coverage.toml in their order."""
    data = tomllib.loads((Path(facts.__file__).parent / "coverage.toml").read_text(encoding="utf-8"))
    return tuple(
        Row(row["id"], row["fact"], tuple(row.get("cases", ())), row.get("reason", ""), row.get("static", ""))
        for row in data["row"]
    )


def page() -> str:
    """The page as Markdown."""
    return "\n".join(_lines(rows())) + "\n"


def _lines(found: tuple[Row, ...]) -> Iterator[str]:
    shown = sum(bool(row.cases) for row in found)
    yield "# What the rules cover"
    yield ""
    yield "Written by `python -m tests.rules.coverage` from `stacks/facts/coverage.toml`; do not edit it by hand."
    yield ""
    yield (
        f"{shown} of {len(found)} facts about GPUs in Compose files have a rule; for the others the table says why no"
        " Compose file with a snapshot of the host can show them. Each case is a file of `tests/rules/cases`."
    )
    for section, title in _TITLES.items():
        yield from ("", f"## {section}: {title}", "", "| Fact | | Rules | Cases |", "| --- | --- | --- | --- |")
        for row in found:
            if row.section == section:
                yield f"| {row.id} | {_escaped(row.fact)} | {_rules(row)} |"


def _rules(row: Row) -> str:
    if not row.cases:
        return f"none: {_escaped(row.reason)} | "
    names = [f"{code} {found.name}" for code in row.codes if (found := rule_by_code(code)) is not None]
    return f"{', '.join(names)} | {', '.join(f'`{case}`' for case in row.cases)}"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("*", "\\*").replace("_", "\\_")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
