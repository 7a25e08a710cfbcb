"""A Compose file as typed parts, each of which knows its place.

Parts are views on the node tree, made when they are asked for: a rule that never looks at ports costs nothing for
them. Names are those of the Compose Specification.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from stacks.compose.devices import DeviceMapping, DeviceRequest
from stacks.compose.environment import EnvironmentVariable, environment_variables
from stacks.compose.interpolation import InterpolationError, VariableReference, interpolate
from stacks.compose.node_paths import path_at
from stacks.compose.nodes import Entry, Mapping, Node, Path, Plain, Scalar, Sequence, find, plain_data
from stacks.compose.problems import Problem
from stacks.compose.source import SourceText, Span, TextEdit, apply, difference
from stacks.compose.suppressions import Suppressions, read_suppressions
from stacks.compose.yaml import ParsedYaml, parse_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping as MappingType

    from stacks.compose.project_loading import ProjectFault

SECTIONS = ("networks", "volumes", "secrets", "configs")


class Place(NamedTuple):
    """A line and a column of a file, both counted from 1; `path` is empty where there is but one file."""

    path: str
    line: int
    column: int


class Service:
    """One entry of `services`."""

    def __init__(self, entry: Entry, document: "Document") -> None:
        self.entry = entry
        self.name = entry.name
        self.document = document
        self.node: Mapping = entry.value if isinstance(entry.value, Mapping) else _EMPTY
        self.path: Path = ("services", self.name)

    @property
    def span(self) -> Span:
        """The place of the service's name."""
        return self.entry.key.span

    def find(self, *path: str | int) -> Node | None:
        """The node at a path below the service, through aliases and merges."""
        return find(self.node, *path)

    def get(self, name: str) -> Entry | None:
        return self.node.effective.get(name)

    def scalar(self, *path: str | int) -> Scalar | None:
        node = find(self.node, *path)
        return node if isinstance(node, Scalar) and node.value is not None else None

    def mapping(self, *path: str | int) -> Mapping | None:
        node = find(self.node, *path)
        return node if isinstance(node, Mapping) else None

    def sequence(self, *path: str | int) -> Sequence | None:
        node = find(self.node, *path)
        return node if isinstance(node, Sequence) else None

    @cached_property
    def image(self) -> Scalar | None:
        return self.scalar("image")

    @cached_property
    def environment(self) -> tuple[EnvironmentVariable, ...]:
        """The variables of `environment`, in map or list form, in the order of the file."""
        node = self.node.value("environment")
        return () if node is None else tuple(environment_variables(node))

    def variable(self, name: str) -> EnvironmentVariable | None:
        """The variable of that name which counts: the last one."""
        return next((variable for variable in reversed(self.environment) if variable.name == name), None)

    @cached_property
    def device_requests(self) -> tuple[DeviceRequest, ...]:
        """The items of `deploy.resources.reservations.devices`, then those of `gpus` (or its word `all`)."""
        requests: list[DeviceRequest] = []
        reserved = find(self.node, "deploy", "resources", "reservations", "devices")
        if reserved is not None:
            requests.extend(DeviceRequest.from_deploy(reserved, self))
        gpus = self.node.value("gpus")
        if gpus is not None:
            requests.extend(DeviceRequest.from_gpus(gpus, self))
        return tuple(requests)

    @cached_property
    def device_mappings(self) -> tuple[DeviceMapping, ...]:
        """The items of `devices`: device nodes and CDI names."""
        node = self.node.value("devices")
        return tuple(DeviceMapping.read_all(node)) if isinstance(node, Sequence) else ()

    @cached_property
    def replicas(self) -> int:
        """How many containers Compose starts: `deploy.replicas`, else `scale`, else 1."""
        for path in (("deploy", "replicas"), ("scale",)):
            node = self.scalar(*path)
            if node is not None:
                value = node.value
                text = node.string.strip()
                if isinstance(value, int) and not isinstance(value, bool):
                    return value
                if text.isascii() and text.isdigit():
                    return int(text[:9])
        return 1

    @cached_property
    def runtime(self) -> Scalar | None:
        return self.scalar("runtime")

    @property
    def profiles(self) -> tuple[str, ...]:
        node = self.sequence("profiles")
        return tuple(item.string for item in node.scalars) if node else ()


class Document:
    """A parsed Compose file. Never raises for what the text holds: see `problems`.

    `stages` and `faults` are of projects of several files (`stacks.compose.project`): what was merged on the way, and
    why the files do not go together.
    """

    is_project = False

    def __init__(self, parsed: ParsedYaml, lookup: Callable[[str], str | None]) -> None:
        self.source: SourceText = parsed.source
        self.text = parsed.source.text
        self.parsed = parsed
        self.lookup = lookup
        self._interpolate()

    def _interpolate(self) -> None:
        variables: list[tuple[Scalar, VariableReference]] = []
        errors: list[tuple[Scalar, InterpolationError]] = []
        for scalar in self.parsed.scalars_with_dollar:
            result = interpolate(scalar.text, self.lookup)
            scalar.interpolated = result
            scalar.value = result.value
            variables.extend((scalar, reference) for reference in result.references)
            errors.extend((scalar, error) for error in result.errors)
        self.variables = tuple(variables)
        self.interpolation_errors = tuple(errors)

    @cached_property
    def root(self) -> Mapping | None:
        """The top mapping; None when the text does not parse or is not a mapping."""
        roots = self.parsed.roots
        return roots[0] if roots and isinstance(roots[0], Mapping) else None

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the text as YAML and as a tree, in the order of the places."""
        from stacks.compose.structure import structure_problems

        return (*self.parsed.problems, *structure_problems(self))

    @property
    def is_complete(self) -> bool:
        """Whether there is a tree for the whole text: only then can further layers run."""
        return self.root is not None and self.parsed.is_complete

    @cached_property
    def services(self) -> tuple[Service, ...]:
        node = self.root.value("services") if self.root else None
        if not isinstance(node, Mapping):
            return ()
        return tuple(Service(entry, self) for entry in node.effective.values())

    def service(self, name: str) -> Service | None:
        return self._services_by_name.get(name)

    @cached_property
    def _services_by_name(self) -> dict[str, Service]:
        return {service.name: service for service in self.services}

    def section(self, name: str) -> dict[str, Entry]:
        """The entries of a top-level section such as `volumes`; empty when it is absent or not a mapping."""
        node = self.root.value(name) if self.root else None
        return node.effective if isinstance(node, Mapping) else {}

    @cached_property
    def data(self) -> Plain:
        """The data that Compose validates: interpolated and merged."""
        return plain_data(self.root) if self.root else None

    def path_at(self, offset: int) -> Path:
        return path_at(self.root, offset) if self.root else ()

    def device_requests(self) -> Iterator[DeviceRequest]:
        for service in self.services:
            yield from service.device_requests

    @property
    def stages(self) -> "tuple[Document, ...]":
        return ()

    @property
    def faults(self) -> "tuple[ProjectFault, ...]":
        return ()

    @property
    def later_roots(self) -> tuple[Node, ...]:
        """The YAML documents behind the first one of a file."""
        return self.parsed.roots[1:]

    def root_at(self, offset: int) -> Mapping | None:
        """The tree, as it is written, of the model that a place belongs to."""
        return self.root

    def layer_at(self, offset: int) -> int:
        """Which of the models that were merged a place belongs to."""
        return 0

    def path_from(self, offset: int, path: str) -> str:
        """The path of a file, written at `offset`, from the project's folder."""
        return path

    def place(self, offset: int) -> Place:
        """Whose line and column a place is."""
        position = self.source.position(offset)
        return Place("", position.line, position.column)

    @property
    def texts(self) -> dict[str, str]:
        """The texts of the files that were given, by their paths; without a path where there is but one file."""
        return {"": self.text}

    def may_edit(self, edits: Iterable[TextEdit]) -> bool:
        """Whether edits are of text that was given to be edited."""
        return True

    def written_at(self, path: Path) -> "tuple[Document, Path, int] | None":
        """Where to edit what is at a path: the document as written, the path and the offset of its text there.

        None where that is this very document. Raises EditError where the path is not written in one place.
        """
        return None

    def with_edits(self, edits: Iterable[TextEdit]) -> "Document":
        """The document after edits."""
        return Document(parse_yaml(apply(self.text, edits)), self.lookup)

    def edits_to(self, other: "Document") -> tuple[TextEdit, ...]:
        """The edits that lead to what this document became by edits."""
        return difference(self.text, other.text)

    def silences(self, code: str, offset: int) -> bool:
        """Whether a comment says that a finding there is meant."""
        return bool(self._suppressions) and self._suppressions.covers(code, self.source.position(offset).line)

    @cached_property
    def _suppressions(self) -> Suppressions:
        return read_suppressions(self.source, self.root)


_EMPTY = Mapping(0, 0, False, None, None)


def parse_document(text: str, environment: "MappingType[str, str] | None" = None) -> Document:
    """Parse a Compose file; `environment` gives the values of its `${VARIABLES}` (from `.env` and the shell)."""
    values = environment or {}
    return Document(parse_yaml(text), values.get)
