"""Reads something of a service once, however many rules ask for it."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar
from weakref import WeakKeyDictionary

from stacks.compose.document import Service

Read = TypeVar("Read")


def per_service(read: Callable[[Service], Read]) -> Callable[[Service], Read]:
    """Remember what `read` gives for a service as long as the service is there; it must not refer to the service."""
    known: WeakKeyDictionary[Service, Read] = WeakKeyDictionary()

    @wraps(read)
    def remembered(service: Service) -> Read:
        try:
            return known[service]
        except KeyError:
            known[service] = found = read(service)
            return found

    return remembered
