"""The memory that services may use."""

import pytest

from stacks.compose.document import Service, parse_document
from stacks.hosts.snapshot import Engine, HostSnapshot, Source
from stacks.memory import has_shared_memory, host_ipc, host_memory, memory_limit, memory_limits, memory_reservations


def service(fields: str) -> Service:
    return parse_document(f"services:\n  a: {{{fields}}}\n").services[0]


@pytest.mark.parametrize(
    ("fields", "sizes"),
    [
        ("mem_limit: 1g", [1024**3]),
        ("mem_limit: 16", [16]),
        ("deploy: {resources: {limits: {memory: 512M}}}", [512 * 1024**2]),
        ("mem_limit: 1g, deploy: {resources: {limits: {memory: 1024m}}}", [1024**3, 1024**3]),
        ("mem_limit: 0", []),
        ("mem_limit: much", []),
        ("mem_limit: [1g]", []),
        ("deploy: {resources: 3}", []),
        ("image: x", []),
    ],
)
def test_limits(fields: str, sizes: list[int]) -> None:
    found = service(fields)
    assert [limit.size for limit in memory_limits(found)] == sizes
    limit = memory_limit(found)
    assert (limit.size if limit else None) == (sizes[0] if sizes else None)


def test_reservations_and_bare_numbers() -> None:
    found = memory_reservations(service("mem_reservation: 4096, deploy: {resources: {reservations: {memory: 2g}}}"))
    assert [(size.size, size.is_bare) for size in found] == [(4096, True), (2 * 1024**3, False)]
    assert found[1].path == ("deploy", "resources", "reservations", "memory")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("shm_size: 1g", True),
        ("ipc: host", True),
        ("ipc: 'service:other'", True),
        ("ipc: shareable", False),
        ("tmpfs: /dev/shm", True),
        ("tmpfs: ['/run', '/dev/shm:size=8g']", True),
        ("volumes: ['/dev/shm:/dev/shm']", True),
        ("volumes: [{type: tmpfs, target: /dev/shm}]", True),
        ("volumes: ['data:/data']", False),
    ],
)
def test_shared_memory(fields: str, expected: bool) -> None:
    assert has_shared_memory(service(fields)) is expected


def test_host_ipc() -> None:
    assert host_ipc(service("ipc: host")) is not None
    assert host_ipc(service("ipc: private")) is None


def test_host_memory_prefers_the_engine() -> None:
    host = HostSnapshot(Source.MANUAL, "2026-01-01T00:00:00Z", memory_total=64, engine=Engine(memory_total=8))
    assert host_memory(host) == 8
    assert host_memory(HostSnapshot(Source.MANUAL, "2026-01-01T00:00:00Z", memory_total=64)) == 64
    assert host_memory(None) is None
