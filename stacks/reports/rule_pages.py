"""The rule reference as Markdown: an index, and a page for each family, all of it from the rules themselves."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from stacks import facts
from stacks.hosts.serialization import from_json
from stacks.hosts.snapshot import HostSnapshot
from stacks.patterns import lazy_pattern
from stacks.reports.rules import plain_explanation
from stacks.rules.checker import check_text
from stacks.rules.findings import Diagnostic, Layer
from stacks.rules.registry import ENGINE, FILES, GPUS, HOST, Rule

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
    Layer.YAML: "it cannot be read as YAML",
    Layer.SCHEMA: "Docker Compose refuses it: the Compose Specification does not allow it",
    Layer.COMPOSE: "Docker Compose refuses it, though the Specification allows it",
    Layer.GPU: "the engine, NVIDIA's toolkit or CUDA refuses, ignores or misreads it",
    Layer.HOST: "it does not go with the host",
    Layer.PRACTICE: "nothing refuses it",
}
NEEDS = {
    HOST: "a host",
    GPUS: "a host whose GPUs are known",
    ENGINE: "a host whose engine is known",
    FILES: "the folder of the file",
}
MARK = (
    "<!-- Written by `gpu-compose rules --write docs/rules` from the rules themselves: change the rule instead. -->\n"
)
INDEX = "README.md"
_EXAMPLE = lazy_pattern(r"^```yaml (bad|good)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SETTING = lazy_pattern(r"^#\s*(host|env|file|no-files):?[ \t]*(.*)$((?:\n#\|.*)*)", re.MULTILINE)
_EXAMPLE_NAME = "compose.yaml"
_HOSTS = Path(facts.__file__).parent / "example_hosts"


class _Scene(NamedTuple):
    """What an example's comments say: the host, the variables, and the files beside it with what stands in them."""

    host: HostSnapshot | None
    environment: dict[str, str]
    files: dict[str, str] | None


def rule_pages(rules: Sequence[Rule]) -> dict[str, str]:
    """Each page by its file's name; `rules` are in the order of their codes."""
    families = {family: tuple(each) for family, each in groupby(rules, lambda rule: rule.family)}
    pages = {_file(family): _page(family, each) for family, each in families.items()}
    return {INDEX: _index(families)} | pages


def _file(family: str) -> str:
    return f"{family.lower()}.md"


def _index(families: dict[str, tuple[Rule, ...]]) -> str:
    count = sum(map(len, families.values()))
    parts = [
        f"{MARK}\n# Rules\n",
        f"{count} rules in {len(families)} families. `gpu-compose rules CODE` shows the same on a terminal.\n",
        "A severity is *error* where it will not start or not get the GPU that is meant, *warning* where it starts and"
        " will\ndisappoint, *info* where it is worth knowing. [How to leave rules out](../configuration.md).\n",
    ]
    for family, rules in families.items():
        parts.append(f"## [{family}: {FAMILIES.get(family, family)}]({_file(family)})\n")
        parts.append(_table(rules, _file(family)))
    return "\n".join(parts)


def _page(family: str, rules: tuple[Rule, ...]) -> str:
    parts = [f"{MARK}\n# {family}: {FAMILIES.get(family, family)}\n", _table(rules, "")]
    return "\n".join([*parts, *map(_section, rules)])


def _table(rules: tuple[Rule, ...], file: str) -> str:
    rows = (
        f"| [{rule.code}]({file}#{rule.code.lower()}) | {_cell(rule.title)} | {rule.severity} | {rule.layer} |\n"
        for rule in rules
    )
    return "| code | what it finds | severity | layer |\n| --- | --- | --- | --- |\n" + "".join(rows)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _section(rule: Rule) -> str:
    needs = " and ".join(NEEDS[each] for each in sorted(rule.needs))
    facts_of_rule = [f"`{rule.name}`", f"{rule.severity}", f"layer *{rule.layer}*: {LAYERS[rule.layer]}"]
    facts_of_rule += [f"needs {needs}"] if needs else []
    facts_of_rule += [f"[source]({rule.url})"] if rule.url else []
    head = f'<a id="{rule.code.lower()}"></a>\n\n## {rule.code}: {rule.title}\n\n{" · ".join(facts_of_rule)}\n'
    text = plain_explanation(rule)
    prose = re.sub(r"\n{3,}", "\n\n", _EXAMPLE.sub("", text)).strip()
    examples = (_example(rule, kind, example) for kind, example in _EXAMPLE.findall(text))
    return "\n".join([head, f"{prose}\n", *examples])


def _example(rule: Rule, kind: str, text: str) -> str:
    said = "".join(f"> {line}\n" for line in _said(rule, text)) if kind == "bad" else ""
    return f"{'Wrong' if kind == 'bad' else 'Right'}:\n\n```yaml\n{text}```\n" + (f"\n{said}" if said else "")


def _said(rule: Rule, text: str) -> Iterator[str]:
    """What the rule says of its own bad example, each finding a line with its place and advice."""
    scene = _scene(text)
    exists = None if scene.files is None else lambda path: path.removeprefix("./") in (scene.files or {})
    beside = {_EXAMPLE_NAME: text} | (scene.files or {})
    report = check_text(text, scene.environment, scene.host, exists, beside.get)
    found = [each for each in report.diagnostics if each.code == rule.code]
    for number, each in enumerate(found):
        place = report.document.place(each.span.start)
        where = f"{place.path}, line {place.line}" if place.path not in ("", _EXAMPLE_NAME) else f"Line {place.line}"
        yield f"{where}: {_sentence(each)}" + ("  " if number < len(found) - 1 else "")


def _sentence(diagnostic: Diagnostic) -> str:
    return f"{diagnostic.message}. {diagnostic.hint}".rstrip()


def _scene(text: str) -> _Scene:
    host, environment = None, {}
    files: dict[str, str] | None = None
    for key, value, lines in _SETTING.findall(text):
        if key == "host":
            path = _HOSTS / f"{value.strip()}.json"
            host = from_json(path.read_text(encoding="utf-8")) if path.exists() else None
        elif key == "env":
            name, _, content = value.strip().partition("=")
            environment[name] = content
        else:
            content = "".join(f"{line[2:].removeprefix(' ')}\n" for line in lines.splitlines() if line)
            files = (files or {}) | ({value.strip(): content} if key == "file" else {})
    return _Scene(host, environment, files)
