"""Edits of a service's variables, in the form in which they are written: a map or a list."""

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.environment import EnvironmentVariable
from stacks.compose.gpu_requests import remove_items
from stacks.compose.nodes import Path, Sequence
from stacks.compose.source import TextEdit


def variable_path(service: Service, variable: EnvironmentVariable) -> Path:
    """Where the variable stands: `(…, "environment", name)`, or with the index of its list item."""
    node = service.find("environment")
    if isinstance(node, Sequence):
        index = next(index for index, item in enumerate(node.items) if item is variable.node)
        return (*service.path, "environment", index)
    return (*service.path, "environment", variable.name)


def remove_variable(service: Service, name: str) -> tuple[TextEdit, ...]:
    """Remove the variable, and `environment` with it where it was the only one."""
    path, node = (*service.path, "environment"), service.find("environment")
    if isinstance(node, Sequence):
        given = {id(variable.node) for variable in service.environment if variable.name == name}
        return remove_items(
            service.document, path, node, [index for index, item in enumerate(node.items) if id(item) in given]
        )
    others = any(variable.name != name for variable in service.environment)
    return editing.delete(service.document, (*path, name) if others else path)


def set_variable(service: Service, variable: EnvironmentVariable, value: str) -> tuple[TextEdit, ...]:
    """Give the variable another value."""
    written = f"{variable.name}={value}" if variable.in_list else value
    return editing.set_value(service.document, variable_path(service, variable), written)
