"""The JSON schema of the Compose Specification, as check-jsonschema ships it, made to say what Compose 2.40 says.

The shipped schema follows the Specification's main branch; Docker Compose 2.40.3 embeds that of compose-go 2.9.1
(schema/compose-spec.json). `_adapted` takes back what came later, and writes a service out in one piece, so that one
wrong key of it does not make all its other keys look unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from jsonschema_rs import Validator

Schema = dict[str, Any]

_VENDORED: Final = ("builtin_schemas", "vendor", "compose-spec.json")
_LATER: Final[dict[tuple[str, ...], tuple[str, ...]]] = {
    (): ("jobs",),
    ("services", "*"): ("pre_start", "umask"),
    ("services", "*", "build"): ("no_cache_filter",),
    ("services", "*", "networks", "*"): ("use_service_name_alias",),
}
# Compose takes `include` out of the file before it validates.
_INCLUDE: Final[Schema] = {"type": ["array", "null"], "items": {"type": ["string", "object"]}}
_NUMBERS: Final = ("mem_limit", "memswap_limit", "shm_size")
_FREE_NAMES: Final = ("networks", "models")
# Lists from which Compose drops what it finds twice, before it validates: compose-go 2.9.1, override/uncity.go.
_OF_SERVICE: Final = (
    *(("build", name) for name in ("additional_contexts", "args", "labels", "tags")),
    *((name,) for name in ("annotations", "cap_add", "cap_drop", "configs", "devices", "dns", "dns_opt", "dns_search")),
    *((name,) for name in ("environment", "env_file", "expose", "labels", "links", "ports", "profiles", "secrets")),
    *((name,) for name in ("sysctls", "tmpfs", "volumes")),
    ("deploy", "labels"),
    *(("networks", "*", name) for name in ("aliases", "link_local_ips")),
)
_DEDUPLICATED: Final = (*(("services", "*", *path) for path in _OF_SERVICE), ("networks", "*", "labels"))


def load_schema() -> Schema:
    """The schema as shipped; raises FileNotFoundError where the package is absent."""
    import json
    from importlib.util import find_spec

    package = find_spec("check_jsonschema")  # without importing it: that would cost more than the whole check
    for folder in (package.submodule_search_locations or ()) if package else ():
        with open("/".join((folder, *_VENDORED)), encoding="utf-8") as file:
            schema: Schema = json.load(file)
        return schema
    raise FileNotFoundError("the package check-jsonschema, which ships the Compose Specification's schema, is missing")


@cache
def compose_schema() -> Schema:
    """The schema that Compose 2.40 validates with."""
    return _adapted(load_schema())


@cache
def validator() -> Validator:
    """The compiled schema; made on first use, once in a process."""
    from jsonschema_rs import validator_for

    return validator_for(compose_schema())


def _adapted(schema: Schema) -> Schema:
    definitions = schema["$defs"]
    service = definitions["service"]
    properties: Schema = {}
    for part in (*service.get("allOf", ()), service):
        properties |= (definitions[part["$ref"].rpartition("/")[2]] if "$ref" in part else part).get("properties", {})
    definitions["service"] = {
        "type": "object",
        "properties": properties,
        "patternProperties": {"^x-": {}},
        "additionalProperties": False,
    }
    for name in _NUMBERS:
        properties[name]["type"] = ["number", "string"]
    policy = properties["pull_policy"]
    policy["pattern"] = policy["pattern"].removeprefix("^(").removesuffix(")$")
    for name in _FREE_NAMES:
        schema["properties"][name].pop("additionalProperties", None)
    schema["properties"]["include"] = _INCLUDE
    for path, keys in _LATER.items():
        for holder in _at(schema, schema, path):
            for key in keys:
                holder.get("properties", {}).pop(key, None)
    for path in _DEDUPLICATED:
        for holder in _at(schema, schema, path[:-1]):
            if path[-1] in holder.get("properties", {}):
                holder["properties"][path[-1]] = _repeatable(schema, holder["properties"][path[-1]])
    return schema


def _repeatable(root: Schema, schema: Schema) -> Schema:
    """The schema of a list, in which equal items may stand; whoever refers to the same definition keeps it."""
    forms = [{name: value for name, value in form.items() if name != "uniqueItems"} for form in _forms(root, schema)]
    return forms[0] if len(forms) == 1 else {"oneOf": forms}


def subschemas(path: tuple[str | int, ...]) -> tuple[Schema, ...]:
    """The schemas that a value at a path of a Compose file may meet, one for each form; a key may be `*`."""
    root = compose_schema()
    return tuple(_at(root, root, path))


def _at(root: Schema, schema: Schema, path: tuple[str | int, ...]) -> Iterator[Schema]:
    for form in _forms(root, schema):
        if not path:
            yield form
            continue
        step, rest = path[0], path[1:]
        if isinstance(step, int):
            below = [form["items"]] if isinstance(form.get("items"), dict) else []
        else:
            below = [form["properties"][step]] if step in form.get("properties", {}) else _by_pattern(form, step)
        for inner in below:
            yield from _at(root, inner, rest)


def _by_pattern(form: Schema, step: str) -> list[Schema]:
    patterns = form.get("patternProperties", {})
    return [inner for pattern, inner in patterns.items() if inner and (step == "*" or re.search(pattern, step))]


def _forms(root: Schema, schema: Schema) -> Iterator[Schema]:
    """A schema with its references followed, its alternatives each on its own."""
    if "$ref" in schema:
        yield from _forms(root, root["$defs"][schema["$ref"].rpartition("/")[2]])
    elif alternatives := schema.get("oneOf") or schema.get("anyOf"):
        for alternative in alternatives:
            yield from _forms(root, alternative)
    else:
        yield schema


def known_keys(path: tuple[str | int, ...]) -> tuple[str, ...]:
    """The keys that a mapping at a path may have; empty where any, or any of a pattern, may stand."""
    return tuple(key for schema in subschemas(path) for key in schema.get("properties", ()))


@cache
def homes() -> dict[str, tuple[tuple[str, ...], ...]]:
    """For each key that the schema names, the paths of the mappings that take it: `*` is any name or item."""
    found: dict[str, list[tuple[str, ...]]] = {}
    pending: list[tuple[Schema, tuple[str, ...]]] = [(compose_schema(), ())]
    while pending:
        schema, path = pending.pop(0)
        for form in _forms(compose_schema(), schema):
            for key, inner in form.get("properties", {}).items():
                found.setdefault(key, []).append(path)
                pending.append((inner, (*path, key)))
            for inner in form.get("patternProperties", {}).values():
                pending.append((inner, (*path, "*")))
            if isinstance(form.get("items"), dict):
                pending.append((form["items"], (*path, "*")))
    return {key: tuple(dict.fromkeys(paths)) for key, paths in found.items()}
