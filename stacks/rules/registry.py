"""The register of rules: one file a rule, found by walking the families.

A check imports only the rules that it can call: `stacks.rules.index` says where each applies. A rule that the index
does not know yet is imported to ask it.
"""

import os
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cache, lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

import stacks.rules
from stacks.compose.document import Service
from stacks.patterns import lazy_pattern
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.index import INDEX

if TYPE_CHECKING:
    from stacks.rules.context import Context

Part = TypeVar("Part")
Check = Callable[[Any, "Context"], Iterable[Finding]]

_CODE = lazy_pattern(r"[A-Z]{3}\d{3}\Z")
_RULES: Final[dict[str, "Rule"]] = {}
EXTENDS: Final = "extends"  # brings keys of another service

# What a rule may need beside the document. Without it the rule is not checked, which is not the same as passed.
HOST: Final = "host"  # any snapshot of the host
GPUS: Final = "gpus"  # a snapshot that says which GPUs there are
ENGINE: Final = "engine"  # a snapshot that says what the Docker engine is and can do
FILES: Final = "files"  # the folder of the Compose file, to see which files lie there


class Rule(NamedTuple):
    """A rule as registered. `name` is the function's name with hyphens, and the file's name.

    A rule on services with `keys` is called only on those that have one of them, or extend another service.
    """

    code: str
    name: str
    title: str
    layer: Layer
    severity: Severity
    on: type
    needs: frozenset[str]
    keys: frozenset[str]
    check: Check
    url: str

    @property
    def explanation(self) -> str:
        """The rule's docstring: Markdown with the fenced examples `yaml bad` and `yaml good`."""
        return self.check.__doc__ or ""

    @property
    def family(self) -> str:
        return self.code[:3]


def rule(
    code: str,
    *,
    title: str,
    layer: Layer,
    severity: Severity,
    on: type[Part],
    needs: Iterable[str] = (),
    keys: Iterable[str] = (),
    url: str = "",
) -> Callable[[Callable[[Part, "Context"], Iterable[Finding]]], Callable[[Part, "Context"], Iterable[Finding]]]:
    """Register a function as the rule `code`; `url` is the source of what it claims.

    `keys` are those of a service without all of which the rule has nothing to say: most services have few of the
    keys that there are. Raises ValueError for a malformed code, or one that is taken, and for keys of another part.
    """

    def register(
        check: Callable[[Part, "Context"], Iterable[Finding]],
    ) -> Callable[[Part, "Context"], Iterable[Finding]]:
        if not _CODE.match(code):
            raise ValueError(f"{code!r} is not three capitals and three digits")
        if code in _RULES:
            raise ValueError(f"{code} is taken by {_RULES[code].name}")
        if keys and on is not Service:
            raise ValueError(f"{code} has keys, and is not on services")
        name = check.__name__.replace("_", "-")
        _RULES[code] = Rule(code, name, title, layer, severity, on, frozenset(needs), frozenset(keys), check, url)
        return check

    return register


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, by code. Imports them all on the first call."""
    for module in _modules():
        import_module(f"stacks.rules.{module}")
    return tuple(sorted(_RULES.values(), key=lambda each: each.code))


@cache
def rules_on(part: type, available: frozenset[str]) -> tuple[Rule, ...]:
    """The rules that are called on a kind of part and need nothing beyond what is available, by code."""
    return _rules(part, available, None)


def rules_on_service(keys: Iterable[str], available: frozenset[str]) -> tuple[Rule, ...]:
    """The rules that are called on a service with these keys and need nothing beyond what is available, by code."""
    return _rules_with(_known_keys().intersection(keys), available)


@lru_cache(maxsize=1_000)  # the keys are whatever people write
def _rules_with(keys: frozenset[str], available: frozenset[str]) -> tuple[Rule, ...]:
    return _rules(Service, available, None if EXTENDS in keys else keys)


def _rules(part: type, available: frozenset[str], keys: frozenset[str] | None) -> tuple[Rule, ...]:
    """With keys only the rules that ask for one of them, or for none."""
    for module in _modules():
        on, needs, wanted = INDEX.get(module, (part.__name__, "", ""))
        if on == part.__name__ and available.issuperset(needs.split()) and _asks_for(wanted.split(), keys):
            import_module(f"stacks.rules.{module}")
    found = [each for each in _RULES.values() if each.on is part and each.needs <= available]
    return tuple(sorted((each for each in found if _asks_for(each.keys, keys)), key=lambda each: each.code))


def _asks_for(wanted: Collection[str], keys: frozenset[str] | None) -> bool:
    return keys is None or not wanted or not keys.isdisjoint(wanted)


@cache
def _known_keys() -> frozenset[str]:
    """The keys that any rule asks for; a rule that the index does not know yet is imported to ask it."""
    for module in _modules():
        if module not in INDEX:
            import_module(f"stacks.rules.{module}")
    indexed = {key for _, _, wanted in INDEX.values() for key in wanted.split()}
    return frozenset({EXTENDS}.union(indexed, *(each.keys for each in _RULES.values())))


@cache
def _modules() -> tuple[str, ...]:
    """The modules of the rules as they lie in the families, such as `dev.count_zero`."""
    return tuple(_walk())


def _walk() -> Iterator[str]:
    for folder in stacks.rules.__path__:
        families = [entry for entry in os.scandir(folder) if entry.is_dir() and entry.name.isidentifier()]
        for family in sorted(families, key=lambda entry: entry.name):
            for name in sorted(os.listdir(family.path)):
                if name.endswith(".py") and name != "__init__.py":
                    yield f"{family.name}.{name.removesuffix('.py')}"


def rule_by_code(code: str) -> Rule | None:
    """The rule of a code, in any case; None where there is none."""
    return next((each for each in all_rules() if each.code == code.upper()), None)
