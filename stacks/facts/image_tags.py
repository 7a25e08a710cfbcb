"""Tags that an image has none of, and names under which there is no image: look-ups in `image_tags.toml`."""

from typing import Any, NamedTuple

from stacks.compose.images import ImageReference
from stacks.facts.tables import table
from stacks.patterns import lazy_pattern


class NoSuchTag(NamedTuple):
    """Why a tag is none of the image's, the tag that was meant where that is known, and otherwise one that there is."""

    why: str
    meant: str | None
    such: str | None


def no_such_tag(reference: ImageReference) -> NoSuchTag | None:
    """What is wrong with a tag that people write; None for those that there are, and those that nobody knows."""
    tag = reference.tag or "latest"
    rows: list[dict[str, Any]] = table("image_tags")["tag"]
    for row in rows:
        match = lazy_pattern(row["wrong"]).fullmatch(tag) if reference.name in row["images"] else None
        if match is not None:
            return NoSuchTag(row["why"], match.expand(row["right"]) if "right" in row else None, row.get("such"))
    return None


def owned_name(reference: ImageReference) -> str | None:
    """The whole name of an image that is written without its owner."""
    names: dict[str, str] = table("image_tags")["names"]["of"]
    return names.get(reference.name.removeprefix("docker.io/library/"))
