"""What Docker Engine asks and gives of memory, in bytes: look-ups in `memory.toml`."""

from functools import cache

from stacks.compose.sizes import parse_bytes
from stacks.facts.tables import table


@cache
def engine_minimum() -> int:
    """The least that the engine takes as a memory limit or reservation."""
    return _size("minimum")


@cache
def default_shm() -> int:
    """The size of a container's `/dev/shm` where the file says nothing."""
    return _size("shm")


def _size(key: str) -> int:
    size = parse_bytes(table("memory")["engine"][key]["size"])
    assert isinstance(size, int)
    return size
