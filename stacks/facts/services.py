"""What is known of the servers in images: look-ups in `services.toml` by the text of an image reference."""

import re
from functools import cache, lru_cache
from typing import Any, NamedTuple

from stacks.facts.images import image_facts
from stacks.facts.tables import table
from stacks.patterns import lazy_pattern


class KeptFolder(NamedTuple):
    """A folder of the container that should outlive it, and what lies there, for a sentence."""

    folder: str
    what: str


class ServedImage(NamedTuple):
    """What is known of the server in an image. `ports` begins with the main one; empty where they are not known.

    `programs`: it serves only where one of these words is in the command, or, with `by_itself`, without a command.
    `opens`: what anybody can do who reaches it without a key; empty where it has accounts of its own, or is not known.
    """

    title: str
    ports: tuple[int, ...]
    port_options: tuple[str, ...]
    port_variables: tuple[str, ...]
    host_options: tuple[str, ...]
    host_variables: tuple[str, ...]
    programs: tuple[str, ...]
    by_itself: bool
    keeps: tuple[KeptFolder, ...]
    moved_by: tuple[str, ...]
    opens: str
    key_options: tuple[str, ...]
    key_variables: tuple[str, ...]
    is_slow: bool
    user: int | None
    needs_sys_admin: bool
    is_verified: bool
    source: str


class LackingImage(NamedTuple):
    """Programs that an image does not have, and a health check that works without; empty where none is known."""

    programs: tuple[str, ...]
    check: tuple[str, ...]
    is_verified: bool


class ImageEntrypoint(NamedTuple):
    """The program that an image starts, as words, and what that says to arguments which it does not know."""

    words: tuple[str, ...]
    says: str


class MovedImage(NamedTuple):
    """An image that is published under another name now. `reference`: the same with the new name, where the tag holds.

    `is_gone`: the tag can no longer be pulled under the former name.
    """

    new_name: str
    reference: str | None
    since: str
    is_gone: bool


@lru_cache(maxsize=4096)
def served_image(text: str) -> ServedImage | None:
    """What is known of an image by its text, after interpolation; None where nothing is."""
    reference = image_facts(text).reference
    row = _row("service", "name", reference.name) if reference is not None else None
    if row is None:
        return None
    return ServedImage(
        title=row["title"],
        ports=tuple(row.get("ports", ())),
        port_options=tuple(row.get("port_options", ())),
        port_variables=tuple(row.get("port_variables", ())),
        host_options=tuple(row.get("host_options", ())),
        host_variables=tuple(row.get("host_variables", ())),
        programs=tuple(row.get("programs", ())),
        by_itself=row.get("by_itself", False),
        keeps=tuple(KeptFolder(each["folder"], each["what"]) for each in row.get("keeps", ())),
        moved_by=tuple(row.get("moved_by", ())),
        opens=row.get("open", ""),
        key_options=tuple(row.get("key_options", ())),
        key_variables=tuple(row.get("key_variables", ())),
        is_slow=row.get("slow", False),
        user=row.get("user"),
        needs_sys_admin=row.get("needs_sys_admin", False),
        is_verified=row["mark"] != "U",
        source=row["source"],
    )


@lru_cache(maxsize=4096)
def image_entrypoint(text: str) -> ImageEntrypoint | None:
    """The program that takes all of `command` as its options; None where that is not known."""
    reference = image_facts(text).reference
    row = _row("entrypoint", "name", reference.name) if reference is not None else None
    if reference is None or row is None or re.search(row.get("tags", ""), reference.tag or "latest") is None:
        return None
    return ImageEntrypoint(tuple(row["starts"]), row["says"])


@lru_cache(maxsize=4096)
def lacking_image(text: str) -> LackingImage | None:
    """What an image does not have, by its text; None where nothing is known to lack."""
    reference = image_facts(text).reference
    if reference is None:
        return None
    for row in table("services")["lacking"]:
        if row["name"] == reference.name and re.search(row.get("tags", ""), reference.tag or "latest"):
            return LackingImage(tuple(row["programs"]), tuple(row.get("check", ())), row["mark"] != "U")
    return None


@lru_cache(maxsize=4096)
def moved_image(text: str) -> MovedImage | None:
    """Where an image has moved to; None for one that has not, as far as is known."""
    reference = image_facts(text).reference
    row = _row("moved", "from", reference.name) if reference is not None else None
    if reference is None or row is None:
        return None
    new = row["to"]
    if new.endswith("*"):
        new = new[:-1] + reference.name.removeprefix(row["from"][:-1])
    familiar = new.removeprefix("docker.io/")
    gone = row.get("gone", False)
    if gone and reference.tag in (None, "latest"):
        return None
    tag = f":{reference.tag}" if reference.tag is not None else ""
    holds = not row.get("renamed", False) and reference.digest is None
    return MovedImage(familiar, f"{familiar}{tag}" if holds else None, row["since"], gone)


def manages_containers(text: str) -> bool:
    """Whether an image is one of those that are of no use without the engine's socket."""
    reference = image_facts(text).reference
    return reference is not None and reference.name in _socket_images()


def token_maker(text: str) -> str | None:
    """Whose access token `text` is by its form; None where it has no such form, or is a placeholder."""
    if len(text) < 20:
        return None
    for maker, pattern in _token_patterns():
        found = pattern.search(text)
        if found is not None and len(set(found.group())) > 9 and not is_placeholder(found.group()):
            return maker
    return None


def starts_a_shell(text: str) -> bool:
    """Whether an image starts nothing but a shell, or another program that ends without a terminal."""
    reference = image_facts(text).reference
    row = _row("shell", "name", reference.name) if reference is not None else None
    if reference is None or row is None:
        return False
    return re.search(row.get("but_not", "(?!)"), reference.tag or "") is None


def is_official(text: str) -> bool:
    """Whether an image is an official one of Docker, such as `python` or `ubuntu`, in which nothing is of NVIDIA."""
    reference = image_facts(text).reference
    name = reference.name.removeprefix("docker.io/library/") if reference is not None else ""
    return name in table("services")["official"]["names"]


def may_hold_token(text: str) -> bool:
    """Whether a long text is worth looking through for tokens: it has the beginning of one somewhere."""
    return any(begin in text for row in table("services")["tokens"]["patterns"] for begin in row["begins"])


def is_placeholder(text: str) -> bool:
    """Whether a value only holds the place of a secret that somebody has to write."""
    return re.search(table("services")["tokens"]["placeholder"], text) is not None


@cache
def _token_patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    rows = table("services")["tokens"]["patterns"]
    return tuple((row["of"], lazy_pattern(rf"(?<![A-Za-z0-9_-]){row['pattern']}(?![A-Za-z0-9_-])")) for row in rows)


@cache
def _socket_images() -> frozenset[str]:
    return frozenset(table("services")["socket"]["images"])


def _row(section: str, key: str, name: str) -> dict[str, Any] | None:
    exact, prefixes = _rows(section, key)
    return exact.get(name) or next((row for row in prefixes if name.startswith(row[key][:-1])), None)


@cache
def _rows(section: str, key: str) -> tuple[dict[str, dict[str, Any]], tuple[dict[str, Any], ...]]:
    rows = table("services")[section]
    exact = {row[key]: row for row in rows if not row[key].endswith("*")}
    return exact, tuple(row for row in rows if row[key].endswith("*"))
