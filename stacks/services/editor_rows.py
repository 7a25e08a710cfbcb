"""The rows of a service's form: ports, volumes and variables, in the form in which the document has them."""

import re

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.nodes import Path, Scalar, Sequence
from stacks.compose.ports import parse_port
from stacks.compose.references import is_self_contained
from stacks.compose.resources import can_be_declared
from stacks.compose.values import Invalid
from stacks.compose.variable_edits import set_variable, variable_path
from stacks.compose.volumes import VolumeMapping, VolumeType, parse_volume
from stacks.services.editor_bench import Bench, EditRefused
from stacks.services.editor_fields import refuse_controls

LISTS = {"ports": parse_port, "volumes": parse_volume}
NEW = "new"
_NAME = re.compile(r"[^\s=]+")


def row_number(row: str) -> int | None:
    """The number of a row, from 0; None for what is none."""
    return int(row) if row.isascii() and row.isdigit() and len(row) < 7 else None


def set_item(bench: Bench, name: str, key: str, row: str, value: str) -> None:
    """Change item `row` (a number, or `new`) of the list `key`; an empty value removes it."""
    value = value.strip()
    service = bench.service(name)
    item = None if row == NEW else _item(service, key, row)
    if value == ("" if item is None else item.text):
        return
    if not value:
        remove_item(bench, name, key, row)
        return
    refuse_controls(value)
    found = None if "$" in value else LISTS[key](value)
    if isinstance(found, Invalid):
        raise EditRefused(found.reason)
    path = (*service.path, key)
    if row == NEW:
        bench.change(editing.append_item(bench.document, path, value))
    else:
        bench.change(editing.set_value(bench.document, (*path, int(row)), value))
    if key == "volumes" and isinstance(found, VolumeMapping):
        _declare(bench, found)


def _declare(bench: Bench, mount: VolumeMapping) -> None:
    """Declare the volume that a row names: Compose refuses one that is not under the top-level `volumes`."""
    name = mount.source or ""
    is_named = mount.type is VolumeType.VOLUME and can_be_declared(name)
    if is_named and name not in bench.document.section("volumes") and is_self_contained(bench.document):
        bench.change(editing.set_value(bench.document, ("volumes", name), {}))


def remove_item(bench: Bench, name: str, key: str, row: str) -> None:
    """Remove an item, and the list with its last one."""
    service = bench.service(name)
    node = service.find(key)
    number = row_number(row)
    if not isinstance(node, Sequence) or number is None or number >= len(node.items):
        raise EditRefused("this row is not in the text any more")
    path: Path = (*service.path, key)
    bench.change(editing.delete(bench.document, path if len(node.items) == 1 else (*path, number), prune=True))


def _item(service: Service, key: str, row: str) -> Scalar:
    number = row_number(row)
    node = None if number is None else service.find(key, number)
    if not isinstance(node, Scalar):
        raise EditRefused("this row is not in the text any more")
    return node


def set_environment(bench: Bench, name: str, row: str, given: tuple[str, str]) -> None:
    """Change variable `row` (a number, or `new`) to the name and value given; an empty name removes it."""
    variable, value = given[0].strip(), given[1]
    service = bench.service(name)
    if row != NEW and given == _given(service, row):
        return
    if not variable:
        if row != NEW:
            remove_environment(bench, name, row)
        elif value:
            raise EditRefused("a value needs a name: type the variable's name before it")
        return
    if not _NAME.fullmatch(variable):
        raise EditRefused(f"`{variable}` is no name: it may hold neither blanks nor `=`")
    refuse_controls(variable + value)
    is_other = row == NEW or _given(service, row)[0] != variable
    if is_other and service.variable(variable) is not None:
        raise EditRefused(f"`{variable}` is set already: change its row")
    if row == NEW:
        _add(bench, service, variable, value)
        return
    old = service.environment[int(row)]
    if old.name == variable:
        bench.change(set_variable(service, old, value))
    elif old.in_list:
        bench.change(editing.set_value(bench.document, _row_path(service, row), f"{variable}={value}"))
    else:
        path = (*service.path, "environment", old.name)
        if value != _given(service, row)[1]:
            bench.change(editing.set_value(bench.document, path, value))
        bench.change(editing.rename_key(bench.document, path, variable))


def remove_environment(bench: Bench, name: str, row: str) -> None:
    service = bench.service(name)
    _given(service, row)
    path = variable_path(service, service.environment[int(row)])
    bench.change(editing.delete(bench.document, path, prune=True))


def _add(bench: Bench, service: Service, variable: str, value: str) -> None:
    path = (*service.path, "environment")
    if isinstance(service.find("environment"), Sequence):
        bench.change(editing.append_item(bench.document, path, f"{variable}={value}"))
    else:
        bench.change(editing.set_value(bench.document, (*path, variable), value))


def _row_path(service: Service, row: str) -> Path:
    node = service.find("environment")
    assert isinstance(node, Sequence)
    scalar = service.environment[int(row)].node
    return (*service.path, "environment", next(n for n, item in enumerate(node.items) if item is scalar))


def _given(service: Service, row: str) -> tuple[str, str]:
    """Name and value of a variable as the form shows them: as written, with their `${VARIABLES}`."""
    number = row_number(row)
    if number is None or number >= len(service.environment):
        raise EditRefused("this row is not in the text any more")
    return environment_texts(service)[number]


def environment_texts(service: Service) -> list[tuple[str, str]]:
    """Names and values as written; a variable without a value, which Compose takes from its shell, has an empty one."""
    texts = []
    for variable in service.environment:
        text = variable.node.text
        if variable.in_list:
            name, _, value = text.partition("=")
            texts.append((name, value))
        else:
            texts.append((variable.name, "" if variable.node.value is None else text))
    return texts
