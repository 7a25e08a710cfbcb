"""Which findings are wanted, and how much they weigh."""

import pytest

from stacks.reports.selection import Selection, fits_a_rule
from stacks.rules.findings import Severity
from tests.reports.building import RULE, TEXT, checked, diagnostic


@pytest.mark.parametrize(
    ("select", "ignore", "kept"),
    [
        ("", "", True),
        ("DEV", "", True),
        ("DEV9", "", True),
        ("DEV901", "", True),
        ("MEM", "", False),
        ("MEM DEV", "", True),
        ("", "DEV", False),
        ("", "MEM", True),
        ("DEV", "DEV901", False),
        ("DEV901", "DEV", True),
        ("DEV", "DEV", False),
        ("MEM", "COM", False),
        ("DEV9", "DEV DEV901", False),
    ],
)
def test_the_longest_beginning_decides(select: str, ignore: str, kept: bool) -> None:
    assert Selection(tuple(select.split()), tuple(ignore.split())).keeps("DEV901") is kept


def test_severity_of_the_longest_beginning() -> None:
    selection = Selection(severity=(("DEV", Severity.INFO), ("DEV901", Severity.WARNING)))
    assert selection.severity_of("DEV901", Severity.ERROR) is Severity.WARNING
    assert selection.severity_of("DEV101", Severity.ERROR) is Severity.INFO
    assert selection.severity_of("MEM101", Severity.ERROR) is Severity.ERROR


def test_a_report_is_weighed_anew() -> None:
    found = checked(TEXT, [diagnostic(TEXT, "count")], suppressed=[diagnostic(TEXT, "gpus")]).report
    weighed = Selection(severity=(("DEV", Severity.INFO),)).apply(found)
    assert (weighed.errors, weighed.infos) == (0, 1) and len(weighed.suppressed) == 1
    assert weighed.diagnostics[0].finding is found.diagnostics[0].finding
    nothing = Selection(ignore=("DEV",)).apply(found)
    assert (nothing.diagnostics, nothing.suppressed) == ((), ())
    assert Selection().apply(found) == found


def test_a_beginning_has_to_fit_a_rule() -> None:
    assert fits_a_rule("DEV9", [RULE]) and not fits_a_rule("DEV8", [RULE])
