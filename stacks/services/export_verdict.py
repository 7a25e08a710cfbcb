"""What a check of an exported file says of it, in words: never more than what was checked."""

from dataclasses import dataclass

from stacks.hosts.snapshot import HostSnapshot
from stacks.rules.checker import LayerRun, Report
from stacks.rules.findings import Layer, Severity
from stacks.services.host_facts import what_is_missing

_COMPOSE = (Layer.YAML, Layer.SCHEMA, Layer.COMPOSE)


@dataclass(frozen=True, slots=True)
class LayerLine:
    """A layer with its outcome: `state` is a severity, `ok`, `partly` or `unchecked`; the note says what is missing."""

    name: str
    state: str
    count: int
    note: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """`state` is a severity, `ok` or `unchecked`, as a badge takes it."""

    state: str
    title: str
    text: str
    layers: tuple[LayerLine, ...]

    @property
    def host_ran(self) -> bool:
        """Whether the file was checked against the host at all."""
        return any(line.name == Layer.HOST and line.state != "unchecked" for line in self.layers)


def verdict(report: Report, snapshot: HostSnapshot | None, *, environment_is_broken: bool = False) -> Verdict:
    """The outcome of the check. It is `ok` only where every layer ran, and against a host that is wholly known.

    `environment_is_broken`: Docker Compose refuses the `.env` beside the file, and so starts nothing.
    """
    layers = tuple(_layer_line(report, run, snapshot) for run in report.layers)
    failed = {each.layer for each in report.diagnostics if each.severity is Severity.ERROR}
    if failed & set(_COMPOSE):
        return Verdict("error", "Docker Compose will refuse this file", "Mend the errors below first.", layers)
    if environment_is_broken:
        words = "Docker Compose reads it first, and stops there. Mend the errors below first."
        return Verdict("error", "Docker Compose will refuse the .env beside this file", words, layers)
    if failed:
        words = "Docker Compose takes the file, but a container will not start or will not get the GPU that is meant."
        return Verdict("error", "This file will not work as it is meant", words, layers)
    missing = [line for line in layers if line.state in ("unchecked", "partly") or line.note]
    if missing:
        return Verdict("unchecked", "No errors in what was checked", _not_checked(missing), layers)
    if report.warnings:
        return Verdict("warning", "It will start, but may disappoint", "There are no errors; see the warnings.", layers)
    return Verdict("ok", "No problems found", "Every layer was checked.", layers)


def _not_checked(missing: list[LayerLine]) -> str:
    return " ".join(f"{line.note[:1].upper()}{line.note[1:]}." for line in missing)


def _layer_line(report: Report, run: LayerRun, snapshot: HostSnapshot | None) -> LayerLine:
    if not run.ran:
        return LayerLine(run.layer, "unchecked", 0, _why_not(run))
    found = [each.severity for each in report.diagnostics if each.layer is run.layer]
    worst = min(found, key=list(Severity).index, default=None)
    missing = what_is_missing(snapshot) if run.layer is Layer.HOST and snapshot else ""
    state = str(worst) if worst else "partly" if missing else "ok"
    return LayerLine(run.layer, state, sum(severity is worst for severity in found), missing)


def _why_not(run: LayerRun) -> str:
    if run.layer is Layer.HOST and "no host" in run.note:
        return "no host is chosen, so nothing was checked against one"
    return run.note.removeprefix("not checked: ")
