"""Ports, mounts and health checks of a service, as rules see them."""

import pytest

from stacks.compose.document import Service, parse_document
from stacks.compose.health_checks import grace, health_check, seconds
from stacks.compose.mount_items import covers, mount_items
from stacks.compose.port_items import port_items


def service(body: str, more: str = "") -> Service:
    text = "services:\n  it:\n" + "".join(f"    {line}\n" for line in body.splitlines()) + more
    found = parse_document(text).service("it")
    assert found is not None
    return found


def ports(written: str) -> list[tuple[str, list[int], list[int], str, bool, str]]:
    it = service(f"ports:\n{written}")
    return [
        (
            item.address,
            list(item.published),
            list(item.targets),
            item.protocol,
            item.is_open,
            it.document.source.text[item.target_span.start : item.target_span.end],
        )
        for item in port_items(it)
    ]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('- "8080:80"', ("", [8080], [80], "tcp", True, "80")),
        ("- 127.0.0.1:53:54/udp", ("127.0.0.1", [53], [54], "udp", False, "54")),
        ("- 80", ("", [], [80], "tcp", True, "80")),
        ('- "[::1]:1-2:3-4"', ("::1", [1, 2], [3, 4], "tcp", False, "3-4")),
        ('- {target: 80, published: "8080-8081"}', ("", [8080, 8081], [80], "tcp", True, "80")),
        ("- {target: 80, host_ip: 10.0.0.1}", ("10.0.0.1", [], [80], "tcp", True, "80")),
        ("- {target: 80, published: x, protocol: UDP}", ("", [], [80], "udp", True, "80")),
        ('- "${P:-1}:80"', ("", [1], [80], "tcp", True, '"${P:-1}:80"')),
    ],
)
def test_ports(written: str, expected: tuple[str, list[int], list[int], str, bool, str]) -> None:
    assert ports(written) == [expected]


@pytest.mark.parametrize("written", ["- x:y", "- {published: 1}", "- [1]", "- {target: x}", "- null"])
def test_ports_that_cannot_be_read(written: str) -> None:
    assert ports(written) == []


def test_mounts_of_all_kinds_and_of_the_base() -> None:
    it = service(
        "extends: base\ntmpfs: [/run, '/cache:size=1g']\nvolumes:\n  - ./a:/a/\n  - bb:/b\n  - /c\n"
        "  - {type: bind, source: d, target: /d}\n  - {source: e, target: /e}\n  - {source: ./f, target: /f}\n  - ''\n"
        "  - {type: volume}\n  - [x]",
        "  base:\n    tmpfs: /t\n    volumes: ['gg:/g']\n",
    )
    assert [(item.source, item.target, item.kind) for item in mount_items(it)] == [
        ("./a", "/a", "bind"),
        ("bb", "/b", "volume"),
        ("", "/c", "volume"),
        ("d", "/d", "bind"),
        ("e", "/e", "volume"),
        ("./f", "/f", "bind"),
        ("", "/run", "tmpfs"),
        ("", "/cache", "tmpfs"),
        ("gg", "/g", "volume"),
        ("", "/t", "tmpfs"),
    ]


def test_what_a_mount_covers() -> None:
    assert covers("/a", "/a/b") and covers("/a", "/a") and covers("/", "/a")
    assert not covers("/a", "/ab") and not covers("/a/b", "/a")


@pytest.mark.parametrize(
    ("test", "programs", "asked"),
    [
        ('["CMD", "curl", "http://localhost:80/x"]', ("curl",), (80,)),
        ("curl -f http://127.0.0.1:8000 || wget http://other:90", ("curl", "wget"), (8000,)),
        ('["CMD-SHELL", "if ! nc -z localhost 1; then exit 1; fi"]', ("nc", "exit", "fi"), ()),
        ('["CMD", "bash", "-c", "curl x && true"]', ("bash", "curl", "true"), ()),
    ],
)
def test_health_check(test: str, programs: tuple[str, ...], asked: tuple[int, ...]) -> None:
    check = health_check(service(f"healthcheck:\n  test: {test}"))
    assert check is not None
    assert check.programs == programs
    assert check.ports == asked


@pytest.mark.parametrize(
    "body",
    [
        "image: x",
        "healthcheck: {interval: 1s}",
        "healthcheck: {test: [NONE]}",
        "healthcheck: {test: []}",
        "healthcheck: {test: [CMD]}",
        "healthcheck: {test: [[x]]}",
        "healthcheck: {test: 3}",
        "healthcheck: {test: x, disable: true}",
    ],
)
def test_no_health_check(body: str) -> None:
    assert health_check(service(body)) is None


def test_times() -> None:
    it = service("healthcheck: {test: x, interval: 10s, retries: 5, start_period: 1m30s}")
    assert seconds(it, "interval") == 10 and grace(it) == 140
    assert grace(service("healthcheck: {test: x}")) == 90
    assert grace(service("healthcheck: {test: x, interval: soon}")) is None
    assert grace(service("healthcheck: {test: x, retries: many}")) is None
