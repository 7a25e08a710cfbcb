"""Which GPUs one service asks for, read from any of Compose's ways, and what is asked for beside them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from stacks.allocation import CDI_GPU, ClaimKind, ClaimOrigin, GpuClaim, overrides_variable, without_kind
from stacks.compose.devices import CDI_DRIVER, DeviceRequest, RequestOrigin
from stacks.compose.document import Service
from stacks.compose.emitting import Emittable
from stacks.compose.interpolation import Lookup, interpolate
from stacks.compose.nodes import Mapping, Scalar
from stacks.compose.sharing import raw_data

GPU_WORD = "gpu"
MOST_NAMED: Final = 64  # GPUs that a count is written out as
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
    """All GPUs, the first `count`, or those of `names`.

    `count_text` is the count of a request where it is written as a variable; `lost` says in words which variables
    could not be carried over.
    """

    kind: ClaimKind
    count: int = 0
    count_text: str | None = None
    names: tuple[Name, ...] = ()
    lost: tuple[str, ...] = ()

    @property
    def is_nothing(self) -> bool:
        return self.kind is ClaimKind.COUNT and self.count == 0

    @property
    def count_word(self) -> str:
        return "all" if self.kind is ClaimKind.ALL else str(self.count)

    def as_names(self) -> tuple[Name, ...]:
        """The names that a count stands for: the engine gives the first GPUs. Raises RenderError beyond MOST_NAMED."""
        if self.kind is ClaimKind.COUNT:
            if self.count > MOST_NAMED:
                raise RenderError(f"no host has {self.count} GPUs that could be named one by one")
            return tuple(Name(str(index), str(index)) for index in range(self.count))
        return self.names


RequestData: TypeAlias = dict[str, Emittable]


@dataclass(frozen=True, slots=True)
class Need:
    """What one service needs of GPUs: its claims and the words that go with them.

    `capabilities` are those that its requests state, `options` and the like are in `extra`; `driver` is None where no
    request states one.
    """

    service: Service
    claims: tuple[GpuClaim, ...]
    driver: str | None
    capabilities: tuple[str, ...]
    extra: RequestData

    @property
    def effective(self) -> tuple[GpuClaim, ...]:
        """The claims that count: a device request overrides NVIDIA_VISIBLE_DEVICES."""
        if any(overrides_variable(claim) for claim in self.claims):
            return tuple(claim for claim in self.claims if claim.origin is not ClaimOrigin.RUNTIME)
        return self.claims

    @property
    def selection(self) -> Selection:
        """What the claims come to."""
        return joined([selection_of(claim) for claim in self.effective])

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
    if claim.kind is ClaimKind.IDENTIFIERS:
        names, lost = _named(claim)
        return Selection(claim.kind, names=tuple(_first_of_each(names)), lost=tuple(lost))
    node = claim.request.count.node if claim.request and claim.request.count else None
    if node is not None and not (claim.request and claim.request.device_ids):
        written = node.text if node.interpolated is not None else None
        return Selection(claim.kind, count=claim.count, count_text=written)
    lost = [replaced(text, value) for text, value in _written(claim) if text != value]
    return Selection(claim.kind, count=claim.count, lost=tuple(lost))


def _written(claim: GpuClaim) -> Iterator[tuple[str, str]]:
    """The texts that name a claim's GPUs, each with what Compose reads there."""
    if claim.request is not None:
        yield from ((node.text, node.string) for node in claim.request.device_ids or ())
    elif claim.mapping is not None:
        node = claim.mapping.node
        source = node.scalar("source") if isinstance(node, Mapping) else node
        yield source.text if isinstance(source, Scalar) else "", claim.mapping.source
    elif claim.variable is not None:
        text = claim.variable.node.text
        yield text.partition("=")[2] if claim.variable.in_list else text, claim.variable.value or ""


def _named(claim: GpuClaim) -> tuple[list[Name], list[str]]:
    """The names of a claim, and what is lost of variables that stand for several names at once."""
    names: list[Name] = []
    lost: list[str] = []
    for written, read in _written(claim):
        values = [value.strip() for value in read.split(",")]
        if claim.request is not None and len(values) > 1 and written == read:
            lost.append(f"the one id `{written}` was split: each GPU has an id of its own")
        texts = [text.strip() for text in _split(written)]
        lookup = claim.service.document.lookup
        if len(texts) != len(values) or any(
            _read(text, lookup) != value for text, value in zip(texts, values, strict=True)
        ):
            lost.append(replaced(written, read))
            texts = values
        for text, value in zip(texts, values, strict=True):
            names.append(_name(text, value))
    return names, lost


def _name(text: str, value: str) -> Name:
    """A name without the kind of CDI names; one whose kind comes out of a variable is taken as it was read."""
    if not value.startswith(CDI_GPU):
        return Name(text, value)
    bare = without_kind(value)
    return Name(without_kind(text) if text.startswith(CDI_GPU) else bare, bare)


def replaced(text: str, value: object) -> str:
    """What to say where a variable gave way to its value."""
    return f"`{text}` was replaced by its value `{value}`"


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
        return Selection(ClaimKind.ALL, lost=_lost(wanted))
    if all(each.kind is ClaimKind.COUNT for each in wanted):
        return Selection(ClaimKind.COUNT, count=max(each.count for each in wanted), lost=_lost(wanted))
    names = tuple(_first_of_each(name for each in wanted for name in each.as_names()))
    return Selection(ClaimKind.IDENTIFIERS, names=names, lost=_lost(wanted))


def _lost(selections: list[Selection]) -> tuple[str, ...]:
    counts = [each for each in selections if each.count_text is not None]
    return (
        *(text for each in selections for text in each.lost),
        *(replaced(each.count_text or "", each.count_word) for each in counts),
    )


def need_of(service: Service, claims: tuple[GpuClaim, ...]) -> Need:
    """What the claims of a service come to."""
    requests = [claim.request for claim in claims if claim.request and isinstance(claim.request.node, Mapping)]
    words = [word.text for request in requests for word in request.capabilities or ()]
    if words and GPU_WORD not in words and any(request.origin is RequestOrigin.GPUS for request in requests):
        words.insert(0, GPU_WORD)  # Compose adds it to each item of `gpus`
    drivers = [CDI_DRIVER if each.is_cdi else each.driver.text for each in requests if each.driver is not None]
    extra: RequestData = {}
    for request in requests:
        data = raw_data(request.node)
        if isinstance(data, dict):
            extra |= {key: item for key, item in data.items() if key not in extra and _is_extra(request, key)}
    driver = drivers[0] if drivers and len(set(drivers)) == 1 else "nvidia" if drivers or not requests else None
    return Need(service, claims, driver, tuple(dict.fromkeys(words)), extra)


def _is_extra(request: DeviceRequest, key: str) -> bool:
    """Whether a key is to be kept: of those that it does not know, Compose drops what stands under `gpus`."""
    is_dropped = request.origin is RequestOrigin.GPUS and key != "options" and not key.startswith("x-")
    return key not in _STANDARD_KEYS and not is_dropped


def full_name(name: Name, driver: str | None) -> str:
    """The name as a request with that driver takes it."""
    return CDI_GPU + name.text if driver == CDI_DRIVER else name.text
