"""Rules as the pages show them: found by words, explained, with their examples checked by the engine itself."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from inspect import cleandoc
from pathlib import Path

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from stacks.hosts.serialization import from_json
from stacks.hosts.snapshot import HostSnapshot
from stacks.rules.checker import check_text
from stacks.rules.findings import Diagnostic, Fix, Layer
from stacks.rules.registry import ENGINE, FILES, GPUS, HOST, Rule, all_rules
from stacks.services.highlighting import CodeLine, code_lines

FAMILIES = {
    "COM": "Compose file",
    "DEV": "Device requests",
    "GPU": "GPUs of the host",
    "DRV": "Driver and CUDA",
    "ENG": "Engine and toolkit",
    "MEM": "Memory",
    "ENV": "Environment",
    "NET": "Ports and networks",
    "SEC": "Exposure",
    "IMG": "Images",
    "LIF": "Lifecycle",
}
LAYERS = {
    Layer.YAML: "It cannot be read as YAML.",
    Layer.SCHEMA: "Docker Compose refuses it: the Compose Specification does not allow it.",
    Layer.COMPOSE: "Docker Compose itself refuses it, though it is what the Specification allows.",
    Layer.GPU: "Docker Compose takes it; the engine, NVIDIA's toolkit or CUDA refuses, ignores or misreads it.",
    Layer.HOST: "It does not go with the host that the stack is meant for.",
    Layer.PRACTICE: "Nothing refuses it; it is worth knowing.",
}
NEEDS = {
    HOST: "a host",
    GPUS: "a host whose GPUs are known",
    ENGINE: "a host whose engine is known",
    FILES: "the folder of the file",
}
SEARCHED_WORDS = 8

_EXAMPLE = re.compile(r"^```yaml (bad|good)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_EXAMPLE_HOSTS = Path(__file__).resolve().parent.parent / "facts" / "example_hosts"
_SETTING = re.compile(r"^#\s*(host|env|file|no-files):?[ \t]*(.*)\n((?:#\|.*\n)*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule in a list: what it needs in words, and whether it offers repairs."""

    rule: Rule
    needs: str
    repairs: bool


@dataclass(frozen=True, slots=True)
class Example:
    """An example of a rule's page: its listing, what this rule says of it, and the scene that it is checked in."""

    good: bool
    text: str
    lines: tuple[CodeLine, ...]
    findings: tuple[tuple[int, Diagnostic], ...]
    scene: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RulePage:
    row: RuleRow
    family: str
    layer: str
    explanation: SafeString
    examples: tuple[Example, ...]


@cache
def rule_rows() -> tuple[RuleRow, ...]:
    """Every rule, by code."""
    return tuple(RuleRow(rule, _needs(rule), offers_repairs(rule)) for rule in all_rules())


def find_rules(*, words: Iterable[str] = (), family: str = "", layer: str = "") -> tuple[RuleRow, ...]:
    """The rules of a family and a layer whose code, name, title or explanation has every word."""
    wanted = [word.casefold() for word in words][:SEARCHED_WORDS]
    return tuple(
        row
        for row in rule_rows()
        if (not family or row.rule.family == family)
        and (not layer or row.rule.layer == layer)
        and all(word in _searched_text(row.rule) for word in wanted)
    )


def offers_repairs(rule: Rule) -> bool:
    """Whether the rule's file has a function, its own or one that it imports, from a module that makes fixes."""
    return any(Fix.__name__ in getattr(value, "__globals__", ()) for value in rule.check.__globals__.values())


@cache
def rule_page(rule: Rule) -> RulePage:
    """What the page of a rule shows; the same for everyone, so that it is made once."""
    text = cleandoc(rule.explanation)
    return RulePage(
        row=RuleRow(rule, _needs(rule), offers_repairs(rule)),
        family=FAMILIES.get(rule.family, rule.family),
        layer=LAYERS[rule.layer],
        explanation=explanation_html(_EXAMPLE.sub("", text)),
        examples=tuple(_example(rule, kind == "good", example) for kind, example in _EXAMPLE.findall(text)),
    )


def explanation_html(markdown: str) -> SafeString:
    """Markdown as HTML with any HTML in it escaped, its headings two levels lower than written."""
    renderer = MarkdownIt("commonmark", {"html": False})
    tokens = renderer.parse(markdown)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1:]) + 2)}"
    html: str = renderer.renderer.render(tokens, renderer.options, {})
    return mark_safe(html)  # noqa: S308  (no raw HTML passes)


@cache
def _searched_text(rule: Rule) -> str:
    family = FAMILIES.get(rule.family, "")
    prose = _EXAMPLE.sub("", cleandoc(rule.explanation))
    parts = (rule.code, rule.name, rule.title, rule.layer, rule.severity, family, prose)
    return " ".join(" ".join(parts).replace("`", "").casefold().split())


def _needs(rule: Rule) -> str:
    return " and ".join(NEEDS[need] for need in NEEDS if need in rule.needs)


def _example(rule: Rule, good: bool, text: str) -> Example:
    """Check an example in the scene that its comments set, and show it without them; what stands in files stays."""
    settings = _SETTING.findall(text)
    text = _SETTING.sub(lambda found: found.group() if found.group(3) else "", text)
    host = next((example_host(value.strip()) for key, value, _ in settings if key == "host"), None)
    variables = dict(value.strip().split("=", 1) for key, value, _ in settings if key == "env")
    files = {value.strip().removeprefix("./"): _content(lines) for key, value, lines in settings if key == "file"}
    folder_known = any(key in ("file", "no-files") for key, _, _ in settings)
    exists = (lambda path: path.removeprefix("./") in files) if folder_known else None
    report = check_text(text, variables, host, exists, files.get)
    found = tuple(each for each in report.diagnostics if each.code == rule.code)
    position = report.document.source.position
    return Example(
        good=good,
        text=text,
        lines=code_lines(text, found),
        findings=tuple((position(each.span.start).line, each) for each in found),
        scene=tuple(_scene(host, variables, sorted(files) if folder_known else None)),
    )


def _content(lines: str) -> str | None:
    """What stands in a file, from the comments that say it."""
    return "".join(f"{line[2:].removeprefix(' ')}\n" for line in lines.splitlines()) or None


def _scene(host: HostSnapshot | None, variables: dict[str, str], files: list[str] | None) -> Iterable[str]:
    if host is not None:
        yield "on a host with " + host_words(host)
    for name, value in variables.items():
        yield f"with {name}={value} in .env"
    if files is not None:
        yield "beside " + ", ".join(files) if files else "with no other file beside it"


def host_words(host: HostSnapshot) -> str:
    """A host in one line: its GPUs, its driver, its engine, as far as they are known."""
    names = [gpu.name or "GPU" for gpu in host.gpus or ()]
    gpus = ", ".join(f"{names.count(name)} × {name}" for name in dict.fromkeys(names))
    engine = host.engine
    parts = [
        gpus or ("no GPU" if host.gpus is not None else ""),
        "MIG on" if any(gpu.mig_enabled for gpu in host.gpus or ()) else "",
        f"driver {host.driver_version}" if host.driver_version else "",
        f"engine {engine.version}" if engine and engine.version else "",
        f"Compose {engine.compose_version}" if engine and engine.compose_version else "",
    ]
    return ", ".join(part for part in parts if part) or "nothing known of it"


@cache
def example_host(name: str) -> HostSnapshot | None:
    """A host that the rules' examples name; None for a name that has none, whose example is then shown unmarked."""
    path = _EXAMPLE_HOSTS / f"{name}.json"
    return from_json(path.read_text(encoding="utf-8")) if path.is_file() else None
