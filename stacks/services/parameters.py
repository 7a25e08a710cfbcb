"""A template's parameters: the variables of its document, with their defaults, and writing their values into .env."""

import re
from dataclasses import dataclass, replace

from stacks.compose.dotenv import DotEnvEntry, parse_dotenv
from stacks.compose.interpolation import VariableReference, find_variables
from stacks.compose.yaml import parse_yaml
from stacks.services.analysis import SHELL

_PLAIN_VALUE = re.compile(r"[A-Za-z0-9_./:@%+,=-]*")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A variable of a document. `default` is its first default in the text, `value` what the .env text gives it.

    `required` says that Compose refuses the file without a value; `message` is then the text's own word on it.
    """

    name: str
    default: str = ""
    value: str = ""
    required: bool = False
    message: str = ""


def parameters_of(document: str, environment: str) -> tuple[Parameter, ...]:
    """The variables of a document's values, in order; those in comments and keys are not Compose's.

    What every shell sets is not asked for, unless the .env text sets it.
    """
    values = parse_dotenv(environment).values
    found: dict[str, Parameter] = {}
    for scalar in parse_yaml(document).scalars_with_dollar:
        for reference in find_variables(scalar.text):
            if reference.name in SHELL and reference.name not in values:
                continue
            known = found.get(reference.name) or Parameter(reference.name, value=values.get(reference.name, ""))
            found[reference.name] = _learn(known, reference)
    return tuple(found.values())


def _learn(parameter: Parameter, reference: VariableReference) -> Parameter:
    if reference.operator in (":-", "-") and not parameter.default:
        return replace(parameter, default=reference.default or "")
    if reference.required:
        return replace(parameter, required=True, message=parameter.message or reference.default or "")
    return parameter


def with_values(environment: str, values: dict[str, str]) -> str:
    """The .env text with these values: a variable that it has is changed in place, others are added at the end."""
    entries: dict[str, DotEnvEntry] = {entry.key: entry for entry in parse_dotenv(environment).entries}
    text = environment
    for entry in sorted(entries.values(), key=lambda entry: entry.value_start, reverse=True):
        if entry.key in values and not entry.inherited:
            text = text[: entry.value_start] + quoted(values[entry.key]) + text[entry.value_end :]
    added = [name for name in values if name not in entries or entries[name].inherited]
    if text and added and not text.endswith("\n"):
        text += "\n"
    return text + "".join(f"{name}={quoted(values[name])}\n" for name in added)


def quoted(value: str) -> str:
    """A value as .env text that Compose reads back as this very value, without looking for variables in it."""
    if _PLAIN_VALUE.fullmatch(value):
        return value
    if not re.search(r"['\\]", value):
        return f"'{value}'"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$").replace("\n", "\\n")
    return f'"{escaped}"'
