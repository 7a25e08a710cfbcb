"""Image references: `[REGISTRY/]REPOSITORY[:TAG][@DIGEST]`.

The grammar and the normalisation are those of github.com/distribution/reference, which Docker uses: `python:3.12` is
`docker.io/library/python:3.12`.
"""

import re
from typing import NamedTuple

from stacks.compose.values import Invalid, quote
from stacks.patterns import lazy_pattern

DOCKER_HUB = "docker.io"
_LEGACY_HUB = "index.docker.io"
_OFFICIAL = "library/"
_LONGEST_REPOSITORY = 255
_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_REGISTRY = lazy_pattern(rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?")
_COMPONENT = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_REPOSITORY = lazy_pattern(rf"{_COMPONENT}(?:/{_COMPONENT})*")
_TAG = lazy_pattern(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_HEX_LENGTHS = {"sha256": 64, "sha384": 96, "sha512": 128}
_IDENTIFIER = lazy_pattern(r"[a-f0-9]{64}")


class ImageReference(NamedTuple):
    """An image by its normalised parts; a tag that is not written is None, though the engine then takes `latest`."""

    registry: str
    repository: str
    tag: str | None
    digest: str | None

    @property
    def name(self) -> str:
        """The normalised name: `docker.io/nvidia/cuda`, `docker.io/library/python`, `nvcr.io/nvidia/pytorch`."""
        return f"{self.registry}/{self.repository}"

    @property
    def familiar_name(self) -> str:
        """The name as people write it: `nvidia/cuda`, `python`, `nvcr.io/nvidia/pytorch`."""
        if self.registry != DOCKER_HUB:
            return self.name
        official = self.repository.removeprefix(_OFFICIAL)
        return self.repository if "/" in official else official

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag is not None else ""
        digest = f"@{self.digest}" if self.digest is not None else ""
        return f"{self.familiar_name}{tag}{digest}"


def parse_image(text: str) -> ImageReference | Invalid:
    """The reference that `text` states; interpolate first, for `$` is part of no name."""
    if not text:
        return Invalid("the image is empty")
    if _IDENTIFIER.fullmatch(text):
        return Invalid(f"{quote(text)} is an image id: write `sha256:` before it or use a name")
    registry, rest = _split_registry(text)
    named, at, digest = rest.partition("@")
    repository, colon, tag = named.partition(":")
    problem = (
        _registry_problem(registry)
        or _repository_problem(text, repository)
        or (_tag_problem(tag) if colon else None)
        or (_digest_problem(digest) if at else None)
    )
    if problem is not None:
        return Invalid(problem)
    return ImageReference(registry, repository, tag if colon else None, digest if at else None)


def _split_registry(text: str) -> tuple[str, str]:
    """The registry, with Docker Hub where none is written, and the rest with Hub's `library/` where that is implied."""
    first, slash, remainder = text.partition("/")
    if slash and (first == "localhost" or first != first.lower() or "." in first or ":" in first):
        registry, rest = (DOCKER_HUB if first == _LEGACY_HUB else first), remainder
    else:
        registry, rest = DOCKER_HUB, text
    return registry, _OFFICIAL + rest if registry == DOCKER_HUB and "/" not in rest else rest


def _registry_problem(registry: str) -> str | None:
    return None if _REGISTRY.fullmatch(registry) else f"{quote(registry)} is not the name of a registry"


def _repository_problem(text: str, repository: str) -> str | None:
    if _REPOSITORY.fullmatch(repository):
        too_long = len(repository) > _LONGEST_REPOSITORY
        return f"the repository's name is longer than {_LONGEST_REPOSITORY} characters" if too_long else None
    if not repository:
        return f"{quote(text)} names no repository"
    written = repository if repository in text else repository.removeprefix(_OFFICIAL)
    if written != written.lower():
        return f"{quote(written)} has upper-case letters: a repository's name is lower-case"
    if not written:
        return f"{quote(text)} names no repository"
    if any(character.isspace() for character in text):
        return f"{quote(text)} has a space in it"
    return f"{quote(written)} is not the name of a repository"


def _tag_problem(tag: str) -> str | None:
    if _TAG.fullmatch(tag):
        return None
    if not tag:
        return "the tag after the colon is missing"
    return f"{quote(tag)} is not a tag: write up to 128 letters, digits, `_`, `.` and `-`, with no `.` or `-` in front"


def _digest_problem(digest: str) -> str | None:
    algorithm, _, encoded = digest.partition(":")
    if algorithm not in _HEX_LENGTHS:
        return f"{quote(digest)} is not a digest: write `sha256:` and 64 hexadecimal digits"
    length = _HEX_LENGTHS[algorithm]
    if len(encoded) != length or not re.fullmatch(r"[a-f0-9]+", encoded):
        return f"{quote(digest)} is not a digest: {algorithm} has {length} lower-case hexadecimal digits"
    return None
