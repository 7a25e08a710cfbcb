"""What was probably meant by a key that Compose does not know: another spelling, or another place."""

from collections.abc import Collection
from functools import lru_cache
from typing import Final, NamedTuple

from stacks.compose.nodes import Path, path_text

# Words from other tools and other places, by what Compose calls them in a service.
_OTHER_NAMES: Final = {
    "env": "environment",
    "envs": "environment",
    "env_vars": "environment",
    "envfile": "env_file",
    "memory": "mem_limit",
    "memory_limit": "mem_limit",
    "mem": "mem_limit",
    "shm": "shm_size",
    "cmd": "command",
    "args": "command",
    "workdir": "working_dir",
    "cwd": "working_dir",
    "mounts": "volumes",
    "volume_mounts": "volumes",
    "name": "container_name",
    "restart_policy": "restart",
    "network": "networks",
    "health_check": "healthcheck",
    "replicas": "scale",
    "ids": "device_ids",
    "gpu_ids": "device_ids",
    "capability": "capabilities",
    "requests": "reservations",
}
_LONGEST: Final = 40
_MANY: Final = 150


class Suggestion(NamedTuple):
    """`key` is the spelling that was meant, None where it is not known; `certain` says that no other fits.

    `home` is the path of the mapping that takes the key as it is written, where it stands at a wrong depth.
    """

    key: str | None
    certain: bool
    home: tuple[str, ...] | None


def suggest_key(key: str, path: Path, known: tuple[str, ...], taken: Collection[str]) -> Suggestion:
    """What was meant by an unknown key of the mapping at `path`, which takes `known` and already has `taken`."""
    other = _OTHER_NAMES.get(key.lower())
    if other in known:
        return Suggestion(other, False, None)
    match, certain = closest(key, known)
    home = None if certain else find_home(key, tuple(str(step) for step in path))
    if home is not None:
        return Suggestion(None, False, home)
    return Suggestion(match, certain and match not in taken, None)


@lru_cache(maxsize=1000)
def closest(word: str, known: tuple[str, ...]) -> tuple[str | None, bool]:
    """The known word that is most like `word`, and whether it is surely meant."""
    if len(word) > _LONGEST or not known:
        return None, False
    lower = word.lower().replace("-", "_")
    exact = [each for each in known if each.lower() == lower]
    if exact:
        return exact[0], True
    if len(known) > _MANY:
        known = _likely(lower, known)
    from difflib import SequenceMatcher, get_close_matches  # only for a file with a fault

    near = get_close_matches(lower, known, n=2, cutoff=0.7)
    if not near:
        return None, False
    ratios = [SequenceMatcher(None, lower, each).ratio() for each in near]
    clear = len(near) == 1 or ratios[0] - ratios[1] > 0.05
    return near[0], clear and ratios[0] >= 0.85 and near[0] != lower


def _likely(word: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """Of many words those that begin or end alike: to compare with each in full would be felt."""
    near = (each for each in known if abs(len(each) - len(word)) < 3)
    return tuple(each for each in near if each[:2] == word[:2] or each[-3:] == word[-3:])[:_MANY]


@lru_cache(maxsize=1000)
def find_home(key: str, path: tuple[str, ...]) -> tuple[str, ...] | None:
    """The nearest mapping that takes the key, by the steps that its path shares with `path`; None where none does."""
    from stacks.compose.schema_file import homes

    best: tuple[int, int] | None = None
    found = None
    for home in homes().get(key, ()):
        shared = 0
        for step, other in zip(path, home, strict=False):
            if other not in (step, "*"):
                break
            shared += 1
        rank = (-shared, len(home))
        if best is None or rank < best:
            best, found = rank, home
    return found


def home_text(home: tuple[str, ...]) -> str:
    """The place as people write it."""
    if not home:
        return "at the top of the file"
    if home == ("services", "*"):
        return "in a service"
    if home[:2] == ("services", "*"):
        inner = path_text(tuple(step for step in home[2:] if step != "*"))
        return f"under the service's `{inner}`"
    return f"under `{home[0]}`" + (f", in one of its {home[0]}" if len(home) > 1 else "")
