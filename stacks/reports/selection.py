"""Which findings a user wants to see, and how much each weighs."""

from collections.abc import Iterable
from typing import NamedTuple

from stacks.rules.checker import Report
from stacks.rules.findings import Diagnostic, Layer, Severity
from stacks.rules.registry import Rule


class Selection(NamedTuple):
    """Codes or beginnings of codes (`DEV`, `DEV1`, `DEV101`); where several fit a rule, the longest one decides.

    Without `select` every rule is looked at. Where `select` and `ignore` fit equally, `ignore` decides.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: tuple[tuple[str, Severity], ...] = ()

    def keeps(self, code: str) -> bool:
        """Whether the findings of a rule are wanted."""
        selected = _longest(code, self.select) if self.select else 0
        return selected is not None and selected > (_longest(code, self.ignore) or -1)

    def severity_of(self, code: str, otherwise: Severity) -> Severity:
        fitting = [each for each in self.severity if code.startswith(each[0])]
        return max(fitting, key=lambda each: len(each[0]))[1] if fitting else otherwise

    def apply(self, report: Report) -> Report:
        """The report as it is wanted.

        What is not YAML stays an error whatever is selected: nothing else of such a file was checked.
        """
        unread = any(run.layer is Layer.SCHEMA and not run.ran for run in report.layers)
        kept = tuple(self._weighed(report.diagnostics, must_stay=unread))
        suppressed = tuple(self._weighed(report.suppressed, must_stay=False))
        return Report(report.document, report.layers, kept, suppressed)

    def _weighed(self, diagnostics: Iterable[Diagnostic], *, must_stay: bool) -> Iterable[Diagnostic]:
        for each in diagnostics:
            if must_stay and each.layer is Layer.YAML:
                yield each
            elif self.keeps(each.code):
                severity = self.severity_of(each.code, each.severity)
                same = severity is each.severity
                yield each if same else Diagnostic(each.rule, severity, each.finding, each.service, each.path)


def fits_a_rule(beginning: str, rules: Iterable[Rule]) -> bool:
    """Whether some rule's code begins so."""
    return any(each.code.startswith(beginning) for each in rules)


def _longest(code: str, beginnings: tuple[str, ...]) -> int | None:
    fitting = [len(each) for each in beginnings if code.startswith(each)]
    return max(fitting) if fitting else None
