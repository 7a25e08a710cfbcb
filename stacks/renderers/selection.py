"""Which GPUs one service asks for, read from any of Compose's ways, and what is asked for beside them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from stacks.allocation import ClaimKind, ClaimOrigin, GpuClaim
from stacks.compose.devices import CDI_DRIVER
from stacks.compose.document import Service
from stacks.compose.emitting import Emittable
from stacks.compose.interpolation import Lookup, interpolate
from stacks.compose.nodes import Mapping, Scalar
from stacks.compose.sharing import raw_data

CDI_GPU = "nvidia.com/gpu="
GPU_WORD = "gpu"
_STANDARD_KEYS = frozenset({"driver", "count", "device_ids", "capabilities"})


class RenderError(ValueError):
    """A file cannot be rendered as asked; the message says why, for the person who asked."""


@dataclass(frozen=True, slots=True)
class RenderNote:
    """What a dialect changed beyond the form, or could not express. `service` is None for the whole file."""

    service: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Name:
    """A GPU's name: `text` as it is written, variables included, and `value` as Compose reads it."""

    text: str
    value: str

    @property
    def is_variable(self) -> bool:
        return self.text != self.value


@dataclass(frozen=True, slots=True)
class Selection:
    """All GPUs, the first `count`, or those of `names`. `count_text` is a count that is written as a variable."""

    kind: ClaimKind
    count: int = 0
    count_text: str | None = None
    names: tuple[Name, ...] = ()

    @property
    def is_nothing(self) -> bool:
        return self.kind is ClaimKind.COUNT and self.count == 0

    def as_names(self) -> tuple[Name, ...]:
        """The names that a count stands for: the engine gives the first GPUs."""
        if self.kind is ClaimKind.COUNT:
            return tuple(Name(str(index), str(index)) for index in range(self.count))
        return self.names


ALL = Selection(ClaimKind.ALL)

RequestData: TypeAlias = dict[str, Emittable]


@dataclass(frozen=True, slots=True)
class Need:
    """What one service needs of GPUs: its claims, what they come to, and the words that go with them.

    `capabilities` are those that its requests state, `options` and the like are in `extra`; `driver` is None where no
    request states one.
    """

    service: Service
    claims: tuple[GpuClaim, ...]
    selection: Selection
    driver: str | None
    capabilities: tuple[str, ...]
    extra: RequestData

    @property
    def origins(self) -> frozenset[ClaimOrigin]:
        return frozenset(claim.origin for claim in self.claims)

    def of(self, origin: ClaimOrigin) -> tuple[GpuClaim, ...]:
        return tuple(claim for claim in self.claims if claim.origin is origin)

    @property
    def words(self) -> tuple[str, ...]:
        """The capabilities beyond `gpu`."""
        return tuple(word for word in self.capabilities if word != GPU_WORD)


def selection_of(claim: GpuClaim) -> Selection:
    """What one claim asks for, with the text that it is written with."""
    if claim.kind is ClaimKind.ALL:
        return ALL
    if claim.kind is ClaimKind.COUNT:
        node = claim.request.count.node if claim.request and claim.request.count else None
        written = node.text if node is not None and node.interpolated is not None else None
        return Selection(ClaimKind.COUNT, count=claim.count, count_text=written)
    return Selection(ClaimKind.IDENTIFIERS, names=tuple(_first_of_each(_names(claim))))


def _names(claim: GpuClaim) -> Iterator[Name]:
    if claim.request is not None:
        yield from (_name(node.text, node.string) for node in claim.request.device_ids or ())
    elif claim.mapping is not None:
        node = claim.mapping.node
        source = node.scalar("source") if isinstance(node, Mapping) else node
        yield _name(source.text if isinstance(source, Scalar) else "", claim.mapping.source)
    elif claim.variable is not None:
        yield from _listed(claim)


def _name(text: str, value: str) -> Name:
    """A name without the kind of CDI names; one whose kind comes out of a variable is taken as it was read."""
    if not value.startswith(CDI_GPU):
        return Name(text, value)
    bare = value.removeprefix(CDI_GPU)
    return Name(text.removeprefix(CDI_GPU) if text.startswith(CDI_GPU) else bare, bare)


def _listed(claim: GpuClaim) -> Iterator[Name]:
    """The names of NVIDIA_VISIBLE_DEVICES; as they are written where the variables in it stand for one name each."""
    variable = claim.variable
    assert variable is not None
    values = [name.strip() for name in (variable.value or "").split(",")]
    written = variable.node.text.partition("=")[2] if variable.in_list else variable.node.text
    texts = [text.strip() for text in _split(written)]
    lookup = claim.service.document.lookup
    exact = len(texts) == len(values) and all(
        _read(text, lookup) == value for text, value in zip(texts, values, strict=True)
    )
    for text, value in zip(texts if exact else values, values, strict=True):
        yield _name(text, value)


def _read(text: str, lookup: Lookup) -> str:
    return interpolate(text, lookup).value if "$" in text else text


def _split(text: str) -> list[str]:
    """Split at the commas that stand outside of `${…}`."""
    parts, depth, start = [], 0, 0
    for index, character in enumerate(text):
        depth += (character == "{") - (character == "}")
        if character == "," and depth == 0:
            parts.append(text[start:index])
            start = index + 1
    return [*parts, text[start:]]


def _first_of_each(names: Iterable[Name]) -> Iterator[Name]:
    seen: set[str] = set()
    for name in names:
        if name.value not in seen:
            seen.add(name.value)
            yield name


def joined(selections: list[Selection]) -> Selection:
    """One selection that gives what several give together."""
    wanted = [each for each in selections if not each.is_nothing] or selections[:1]
    if len(wanted) == 1:
        return wanted[0]
    if any(each.kind is ClaimKind.ALL for each in wanted):
        return ALL
    if all(each.kind is ClaimKind.COUNT for each in wanted):
        return max(wanted, key=lambda each: each.count)
    names = tuple(_first_of_each(name for each in wanted for name in each.as_names()))
    return Selection(ClaimKind.IDENTIFIERS, names=names)


def need_of(service: Service, claims: tuple[GpuClaim, ...]) -> Need:
    """What the claims of a service come to."""
    requests = [claim.request for claim in claims if claim.request and isinstance(claim.request.node, Mapping)]
    words = [word.text for request in requests for word in request.capabilities or ()]
    drivers = [request.driver.text for request in requests if request.driver is not None]
    extra: RequestData = {}
    for request in requests:
        data = raw_data(request.node)
        if isinstance(data, dict):
            extra |= {key: item for key, item in data.items() if key not in _STANDARD_KEYS and key not in extra}
    driver = drivers[0] if drivers and len(set(drivers)) == 1 else "nvidia" if drivers or not requests else None
    selection = joined([selection_of(claim) for claim in claims])
    return Need(service, claims, selection, driver, tuple(dict.fromkeys(words)), extra)


def full_name(name: Name, driver: str | None) -> str:
    """The name as a request with that driver takes it."""
    return CDI_GPU + name.text if driver == CDI_DRIVER else name.text
