"""What a misspelt word was meant to be."""

from collections.abc import Iterable


def closest(word: str, known: Iterable[str], cutoff: float = 0.7) -> str | None:
    """The known word that is nearest to `word`, other case included; None where none is near."""
    from difflib import get_close_matches

    by_plain = {_plain(each): each for each in known}
    exact = by_plain.get(_plain(word))
    if exact is not None:
        return exact
    near = get_close_matches(_plain(word), by_plain, 1, cutoff)
    return by_plain[near[0]] if near else None


def _plain(word: str) -> str:
    return word.strip().strip("'\"").lower().replace("-", "_")
