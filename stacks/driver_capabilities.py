"""Which parts of NVIDIA's driver a service's container gets, and which its programs need."""

from typing import NamedTuple

from stacks.arguments import command_words
from stacks.compose.document import Service
from stacks.compose.nodes import Node, Path, Scalar, Sequence
from stacks.compose.references import lineage
from stacks.compose.source import Span
from stacks.facts.environment import capability_needed_by
from stacks.facts.images import GpuKind, image_facts, known_image

NAME = "NVIDIA_DRIVER_CAPABILITIES"
DEFAULT = frozenset({"compute", "utility"})
_ORDER = ("compute", "compat32", "graphics", "utility", "video", "display", "ngx")


class GivenCapabilities(NamedTuple):
    """The words, and where they are said: None where nothing says them and the toolkit takes its default.

    `path` is that of a request's `capabilities`, where one says them.
    """

    words: frozenset[str]
    span: Span | None
    path: Path | None = None


class NeededCapability(NamedTuple):
    """One word, what needs it, and where that stands. Not `is_sure`: known by hearsay only."""

    word: str
    who: str
    span: Span
    is_sure: bool
    brought_by_image: bool = False


def given_capabilities(service: Service) -> GivenCapabilities | None:
    """What the container gets; None where that cannot be told: CDI gives everything, a variable may come from outside.

    A request that names more than `gpu` sets the variable itself, after the file's own.
    """
    family = lineage(service)
    requests = [request for each in family.services for request in each.device_requests if request.is_for_gpus]
    mappings = [mapping for each in family.services for mapping in each.device_mappings]
    if not family.is_whole or any(request.is_cdi for request in requests) or any(each.is_cdi for each in mappings):
        return None
    for request in reversed(requests):
        entry = request.get("capabilities")
        words = frozenset(word.string for word in request.capabilities or ()) - {"gpu", "nvidia"}
        if words and entry is not None:
            return GivenCapabilities(words, entry.value_span, (*request.path, "capabilities"))
    variable = next((found for each in family.services if (found := each.variable(NAME)) is not None), None)
    if variable is None:
        from_file = any(each.get("env_file") is not None for each in family.services)
        return None if from_file else GivenCapabilities(DEFAULT, None)
    words = frozenset(word.strip() for word in (variable.value or "").split(",") if word.strip())
    if variable.value is None:
        return None
    return GivenCapabilities(words or DEFAULT, variable.value_span if words else variable.name_span)


def needed_capabilities(service: Service) -> tuple[NeededCapability, ...]:
    """What the words of command and health check need, then what the image does; each capability once."""
    found: dict[str, NeededCapability] = {}
    image = service.image
    facts = image_facts(image.string) if image is not None else None
    is_plain = _is_plain(service)
    brought = facts is not None and facts.known is not None and facts.known.brings_capabilities
    for text, span in _programs(service):
        word = capability_needed_by(text)
        if word is not None:
            found.setdefault(word, NeededCapability(word, f"`{text}`", span, is_plain, brought))
    if image is not None and facts is not None and facts.known is not None:
        known = facts.known
        for word in known.driver_capabilities if facts.gpu is not GpuKind.NONE else ():
            each = NeededCapability(word, known.title, image.span, known.is_verified, known.brings_capabilities)
            found.setdefault(word, each)
        if facts.gpu is GpuKind.REQUIRED or facts.cuda is not None:
            word = "utility" if known.observes else "compute"
            found.setdefault(word, NeededCapability(word, known.title, image.span, True))
    return tuple(found.values())


def _is_plain(service: Service) -> bool:
    """Whether the image is known well enough to say that it does not set the variable: images for media do."""
    reference = image_facts(service.image.string).reference if service.image is not None else None
    if reference is None or service.get("build") is not None:
        return False
    return known_image(reference) is not None or reference.name.startswith("docker.io/library/")


def in_order(words: frozenset[str]) -> str:
    """The words as one value of the variable, in the toolkit's own order."""
    return ",".join(word for word in _ORDER if word in words)


def _programs(service: Service) -> list[tuple[str, Span]]:
    words = [(word.text, word.span) for word in command_words(service)]
    test = service.find("healthcheck", "test")
    return words + [(text, scalar.span) for scalar in _scalars(test) for text in scalar.string.split()]


def _scalars(node: Node | None) -> list[Scalar]:
    if isinstance(node, Sequence):
        return list(node.scalars)
    return [node] if isinstance(node, Scalar) and node.value is not None else []
