"""The words of device requests: drivers, capabilities and keys, out of device_requests.toml."""

from collections.abc import Iterable

from stacks.compose.devices import GPU_WORDS
from stacks.facts.spelling import closest
from stacks.facts.tables import table

_NAME = "device_requests"


def known_drivers() -> frozenset[str]:
    """The drivers that some version of the engine registers."""
    return frozenset(table(_NAME)["drivers"]["known"])


def driver_meant(word: str) -> str | None:
    return _meant("drivers", word)


def capability_meant(word: str) -> str | None:
    """The capability that a word which is none stands for; None where nobody can tell."""
    return _meant("capabilities", word)


def capabilities_meant(words: Iterable[str]) -> list[str]:
    """The capabilities that were meant, each once; empty where one of them stands for nothing that an engine knows."""
    found: dict[str, None] = {}
    for word in words:
        meant = word if word in GPU_WORDS else capability_meant(word)
        if meant is None:
            return []
        found[meant] = None
    return list(found)


def key_meant(word: str) -> str | None:
    return _meant("keys", word)


def _meant(section: str, word: str) -> str | None:
    words = table(_NAME)[section]
    found: str | None = words["meant"].get(word.strip().lower())
    return found or closest(word, words["known"])
