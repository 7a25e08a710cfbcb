"""Runs the rules over a document and says what ran."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from stacks.compose.devices import DeviceMapping, DeviceRequest
from stacks.compose.document import Document, Service, parse_document
from stacks.compose.environment import EnvironmentVariable
from stacks.compose.references import names_other_files
from stacks.compose.yaml import paused_collector
from stacks.rules.context import Context
from stacks.rules.findings import Diagnostic, Finding, Layer, Severity
from stacks.rules.registry import Rule, rules_on, rules_on_service

if TYPE_CHECKING:
    from stacks.hosts.snapshot import HostSnapshot

MAX_FINDINGS: Final = 1_000  # of one rule; nobody reads more, and a hostile file could hold a hundred thousand
MAX_CALLS: Final = 1_000_000  # of rules on services and their parts: 6,000 services as people write them
PARTS: dict[type, Callable[[Service], Iterable[object]]] = {
    DeviceRequest: lambda service: service.device_requests,
    DeviceMapping: lambda service: service.device_mappings,
    EnvironmentVariable: lambda service: service.environment,
    Service: lambda service: (service,),
}


class LayerRun(NamedTuple):
    """Whether a layer was checked; the note says against what, or why not."""

    layer: Layer
    ran: bool
    note: str


class Report(NamedTuple):
    """The outcome of one check. `diagnostics` are in the order of their places; the suppressed ones are kept apart."""

    document: Document
    layers: tuple[LayerRun, ...]
    diagnostics: tuple[Diagnostic, ...]
    suppressed: tuple[Diagnostic, ...]

    def count(self, severity: Severity) -> int:
        return sum(diagnostic.severity is severity for diagnostic in self.diagnostics)

    @property
    def errors(self) -> int:
        return self.count(Severity.ERROR)

    @property
    def warnings(self) -> int:
        return self.count(Severity.WARNING)

    @property
    def infos(self) -> int:
        return self.count(Severity.INFO)


def check_text(
    text: str,
    environment: Mapping[str, str] | None = None,
    host: "HostSnapshot | None" = None,
    file_exists: Callable[[str], bool] | None = None,
    read: Callable[[str], str | None] | None = None,
    name: str = "compose.yaml",
) -> Report:
    """Parse and check a Compose file. Never raises for what the text holds.

    `read` gives the texts of the files that it extends and includes, by their path from its folder, where it is called
    `name`. Without it, or where it gives None, they are not looked at.
    """
    with paused_collector():
        document = parse_document(text, environment)
        if len(document.parsed.roots) > 1 or (read is not None and names_other_files(document)):
            from stacks.compose.project import Project
            from stacks.compose.project_parts import SourceFile

            document = Project([SourceFile(name, text)], environment or {}, read)
        return check_document(document, host, file_exists)


def check_document(
    document: Document, host: "HostSnapshot | None" = None, file_exists: Callable[[str], bool] | None = None
) -> Report:
    """Check a parsed document against a host's snapshot (or none)."""
    context = Context(document, host, file_exists)
    run = _Run(context)
    found = [_stamped(rule, finding, service, document) for rule, finding, service in run.findings()]
    unique = {(each.code, each.span, each.message, each.service): each for each in found}
    ordered = sorted(unique.values(), key=lambda each: (each.span, each.code, each.message))
    kept = tuple(each for each in ordered if not _is_suppressed(each, document))
    dropped = tuple(each for each in ordered if _is_suppressed(each, document)) if len(kept) < len(ordered) else ()
    return Report(document, tuple(map(run.noted, _layer_runs(document, context))), kept, dropped)


class _Run:
    """The rules' run over a document, within limits that no honest file meets."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.counts: dict[str, int] = {}
        self.cut: list[Rule] = []
        self.stopped_at: str | None = None

    def findings(self) -> Iterator[tuple[Rule, Finding, str | None]]:
        """What the rules find, with the service on which they were called."""
        document, available = self.context.document, self.context.available
        complete = document.is_complete
        for rule in rules_on(Document, available):
            if complete or rule.layer is Layer.YAML:
                for finding in rule.check(document, self.context):
                    if self._is_one_too_many(rule):
                        break
                    yield rule, finding, None
        left = MAX_CALLS
        for service in document.services if complete else ():
            for part, of_service in PARTS.items():
                for item in of_service(service):
                    rules = _rules(part, service, available)
                    left -= len(rules)
                    if left < 0:
                        self.stopped_at = service.name
                        return
                    for rule in rules:
                        for finding in rule.check(item, self.context):
                            if self._is_one_too_many(rule):
                                break
                            yield rule, finding, service.name

    def _is_one_too_many(self, rule: Rule) -> bool:
        count = self.counts[rule.code] = self.counts.get(rule.code, 0) + 1
        if count == MAX_FINDINGS + 1:
            self.cut.append(rule)
        return count > MAX_FINDINGS

    def noted(self, layer_run: LayerRun) -> LayerRun:
        """The run of a layer, saying what of it was left out."""
        codes = sorted(rule.code for rule in self.cut if rule.layer is layer_run.layer)
        notes = [layer_run.note] if layer_run.note else []
        if codes:
            notes.append(f"only the first {MAX_FINDINGS:,} findings each of {', '.join(codes)} are given")
        if self.stopped_at is not None and layer_run.ran and layer_run.layer not in (Layer.YAML, Layer.SCHEMA):
            notes.append(f"there is too much in the file: not all of it was checked from service {self.stopped_at} on")
        return layer_run._replace(note="; ".join(notes))


def _rules(part: type, service: Service, available: frozenset[str]) -> tuple[Rule, ...]:
    return rules_on_service(service.node.effective, available) if part is Service else rules_on(part, available)


def _stamped(rule: Rule, finding: Finding, service: str | None, document: Document) -> Diagnostic:
    path = document.path_at(finding.span.start)
    if service is None and len(path) > 1 and path[0] == "services":
        service = str(path[1])
    return Diagnostic(rule, finding.severity or rule.severity, finding, service, path)


def _is_suppressed(diagnostic: Diagnostic, document: Document) -> bool:
    return diagnostic.layer is not Layer.YAML and document.silences(diagnostic.code, diagnostic.span.start)


def _layer_runs(document: Document, context: Context) -> tuple[LayerRun, ...]:
    runs = [LayerRun(Layer.YAML, True, "")]
    complete = document.is_complete
    why_not = "" if complete else "not checked: the YAML has to be mended first"
    runs += [LayerRun(layer, complete, why_not) for layer in (Layer.SCHEMA, Layer.COMPOSE, Layer.GPU)]
    runs.append(_host_run(context, why_not))
    runs.append(LayerRun(Layer.PRACTICE, complete, why_not))
    return tuple(runs)


def _host_run(context: Context, why_not: str) -> LayerRun:
    host = context.host
    if why_not or host is None:
        return LayerRun(Layer.HOST, False, why_not or "not checked: no host is chosen")
    parts = [host.hostname or "the host", f"{host.source} snapshot of {host.taken_at}"]
    if host.gpus is None:
        parts.append("its GPUs are not known, so they were not checked")
    if host.engine is None:
        parts.append("its engine is not known, so it was not checked")
    return LayerRun(Layer.HOST, True, "; ".join(part for part in parts if part))
