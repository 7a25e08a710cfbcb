"""In one process: what each layer costs beside libyaml's bare node graph, and what pausing the collector brings."""

from collections.abc import Callable, Iterable
from contextlib import nullcontext
from unittest.mock import patch

import yaml

from bench.generate import compose_text, host_with
from bench.measure import alternating, fresh, milliseconds, show
from stacks.compose.document import Document, parse_document
from stacks.compose.yaml import paused_collector
from stacks.hosts.snapshot import HostSnapshot
from stacks.rules.checker import PARTS, check_text
from stacks.rules.context import Context
from stacks.rules.findings import Layer
from stacks.rules.registry import Rule, all_rules

SIZES = (5, 100, 1000)


def run() -> None:
    """Print the table of layers, then that of the collector."""
    columns = [_column(size) for size in SIZES]
    names = list(columns[0])
    head = ["in process (ms)", *(f"{size}" for size in SIZES), *(f"× at {size}" for size in SIZES)]
    rows = [
        [
            name,
            *(milliseconds(each[name]) for each in columns),
            *(f"{each[name] / each[names[0]]:.2f}" for each in columns),
        ]
        for name in names
    ]
    note = "× is against the first row. Each layer starts on a document that nothing has looked at yet."
    show("Each layer", head, rows, note)
    _show_collector()


def _column(size: int) -> dict[str, float]:
    text = compose_text(size)
    host = host_with(size)

    def paused_graph() -> None:
        with paused_collector():
            _graph(text)

    names = ("bare node graph", "bare node graph, collector paused", "whole check", "whole check with a host")
    works = (lambda: _graph(text), paused_graph, lambda: check_text(text), lambda: check_text(text, host=host))
    column = dict(zip(names, alternating(works), strict=True))
    column["parse"] = fresh(lambda: lambda: parse_document(text))
    column["data"] = fresh(lambda: _data_of(text))
    for layer in Layer:
        column[f"rules: {layer}"] = fresh(lambda layer=layer: _rules_of(layer, text, host))  # type: ignore[misc]
    return column


def _graph(text: str) -> object:
    return yaml.compose(text, Loader=yaml.CLoader)


def _data_of(text: str) -> Callable[[], object]:
    document = parse_document(text)
    return lambda: document.data


def _rules_of(layer: Layer, text: str, host: HostSnapshot) -> Callable[[], object]:
    context = Context(parse_document(text), host if layer is Layer.HOST else None)
    rules = [rule for rule in all_rules() if rule.layer is layer and rule.needs <= context.available]

    def check() -> None:
        for rule in rules:
            for part in _parts(rule, context.document):
                for _ in rule.check(part, context):
                    pass

    return check


def _parts(rule: Rule, document: Document) -> Iterable[object]:
    if rule.on is Document:
        return (document,)
    return (part for service in document.services for part in PARTS[rule.on](service))


def _show_collector() -> None:
    rows = []
    for size in SIZES:
        text = compose_text(size)

        def running(text: str = text) -> None:
            with patch("stacks.compose.yaml.paused_collector", nullcontext):
                parse_document(text)

        def paused(text: str = text) -> None:
            parse_document(text)

        slow, quick = alternating([running, paused])
        rows.append([str(size), milliseconds(slow), milliseconds(quick), f"{slow / quick:.2f}"])
    show("Parsing with the cyclic collector", ["services", "running", "paused", "gain"], rows)
