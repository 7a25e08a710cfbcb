"""Reads something of a document or a service once, however many rules ask for it."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

Owner = TypeVar("Owner")
Read = TypeVar("Read")


def once(read: Callable[[Owner], Read]) -> Callable[[Owner], Read]:
    """Remember on the owner itself what `read` gives for it.

    So it goes when the owner goes, even where it refers to the owner; a table of weak references would keep both.
    """
    name = f"{read.__module__}.{read.__qualname__}"

    @wraps(read)
    def remembered(owner: Owner) -> Read:
        known = owner.__dict__
        try:
            found: Read = known[name]
        except KeyError:
            known[name] = found = read(owner)
        return found

    return remembered
