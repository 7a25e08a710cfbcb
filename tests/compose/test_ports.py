"""The short syntax of ports, against the real Compose."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacks.compose.ports import PortMapping, parse_port
from stacks.compose.values import Invalid
from tests.compose.conformance import accepted_by_compose, read_by_compose
from tests.oracle import ComposeOracle

ACCEPTED = """80|8080:80|127.0.0.1:8080:80|127.0.0.1::80|8000-8010|8000-8002:9000-9002
|8000-8010:80|[::1]:8080:80|[::1]::80|[::]:80:80|80/udp|80/UDP|80/sctp|80/|80/tcp/udp|:80
|::80|0:80|65535|80-80|8000-9000-10:80|1-3-5|0.0.0.0:80:80|[1.2.3.4]:80:80|[]:80:80|080
|0080:80|22:22|3000-3001:3000-3001/udp|127.0.0.1:5000-5003:5000-5003|000080|8080:80/tcp/
|[::ffff:1.2.3.4]:80:80|[2001:DB8::1]:80:80|1.2.3.4:80-81:80|80-81-:80|80-81-x:80|56:56
|8888:8888/tcp|192.168.0.255:8000:8000|6006:6006|11434:11434|255.255.255.255:1:1|1:1
|65535:65535""".replace("\n", "").split("|")
REFUSED = """|8000:9000-9001|::1:8080:80|80/icmp|/tcp|80:|8080:|:::80|::|0|65536|99999:80
|80:99999|-1|80-|-80|80-70|8080:80-82|8080-8081:80-82|a:80|80:a|localhost:8080:80
|1.2.3:80:80|1.2.3.4:80|256.1.1.1:80:80|01.2.3.4:80:80|[::1:8080:80|::1]:8080:80
|[fe80::1%eth0]:80:80|[::1]80:80|+80|8_0| 80|80 |8080: 80|tcp:80|http|1.5|80/tcp:80|80:0
|0-2:0-2|1:2:3:4|a:b:c:d|8080:80:tcp|[::1]:80|[::1]|1.2.3.4::|1.2.3.4:80:|65535-65536|0x50
|٨٠|1.2.3.4:80:80-81|1.2.3.4.:80:80|[[::1]]:80:80|[::g]:80:80|2001:db8::1:80:80|80,81
|8080->80""".replace("\n", "").split("|")


def as_compose_prints(mapping: PortMapping) -> list[dict[str, Any]]:
    """The long form that `config` expands a mapping to."""
    rows = []
    for offset, target in enumerate(mapping.targets):
        row: dict[str, Any] = {"mode": "ingress", "target": target, "protocol": mapping.protocol}
        if mapping.host_ip is not None:
            row["host_ip"] = mapping.host_ip
        if mapping.picks_from_range:
            row["published"] = f"{mapping.published_start}-{mapping.published_end}"
        elif mapping.published:
            row["published"] = str(mapping.published[offset])
        rows.append(row)
    return rows


def test_the_tables_are_as_large_as_they_should_be() -> None:
    assert len(ACCEPTED) + len(REFUSED) >= 100


def test_accepted_ports_expand_as_compose_expands_them(oracle: ComposeOracle) -> None:
    ours = [as_compose_prints(mapping) for mapping in map(parse_port, ACCEPTED) if isinstance(mapping, PortMapping)]
    theirs = read_by_compose(oracle, "ports", ACCEPTED, in_list=True)
    assert dict(zip(ACCEPTED, ours, strict=True)) == dict(zip(ACCEPTED, theirs, strict=True))


def test_refused_ports_are_refused_by_both(oracle: ComposeOracle) -> None:
    assert [text for text in REFUSED if not isinstance(parse_port(text), Invalid)] == []
    assert accepted_by_compose(oracle, "ports", REFUSED, in_list=True) == []


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("99999:80", "`99999` is not a host port: ports go up to 65535"),
        ("http", "`http` is not a container port"),
        ("80/icmp", "unknown protocol `icmp`"),
        ("80-70", "ends before it starts"),
        ("8080-8081:80-82", "maps 2 host ports to 3 container ports"),
        ("localhost:80:80", "Compose takes no host name here"),
        ("::1:80:80", "write IPv6 in brackets"),
        ("[::g]:80:80", "`[::g]` is not an IP address"),
        ("127.0.0.1:80", "write `127.0.0.1:PORT:80`"),
        ("8080:", "names no container port"),
        ("80:0", "container port 0"),
    ],
)
def test_a_refusal_says_why(text: str, hint: str) -> None:
    answer = parse_port(text)
    assert isinstance(answer, Invalid) and hint in answer.reason


def test_a_mapping_knows_its_host_ports() -> None:
    free, picked, pairs = parse_port("80"), parse_port("8000-8010:80"), parse_port("1.2.3.4:1-2:3-4/udp")
    assert isinstance(free, PortMapping) and not free.published and not free.picks_from_range
    assert isinstance(picked, PortMapping) and picked.picks_from_range and 8010 in picked.published
    assert pairs == PortMapping("1.2.3.4", 1, 2, 3, 4, "udp") and not pairs.picks_from_range


@given(st.text(st.sampled_from("0123456789:-/.[]tcpu "), max_size=20) | st.text(max_size=10))
def test_it_never_raises_and_stays_in_range(text: str) -> None:
    answer = parse_port(text)
    if isinstance(answer, PortMapping):
        assert 1 <= answer.target_start <= answer.target_end <= 65535
        assert all(0 <= port <= 65535 for port in (answer.published_start or 0, answer.published_end or 0))
