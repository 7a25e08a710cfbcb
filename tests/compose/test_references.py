"""Who needs whom, who extends whom, and who is on."""

from __future__ import annotations

from stacks.compose.document import Document, parse_document
from stacks.compose.nodes import Scalar
from stacks.compose.references import (
    dependency_cycles,
    extended,
    is_enabled,
    is_self_contained,
    lineage,
    own_references,
    service_references,
)

TEXT = """
services:
  base:
    image: x
    depends_on: {store: {condition: service_started, required: false}}
    mem_limit: 1g
    profiles: [p]
  heir:
    extends: {service: base}
    links: ["cache:redis"]
    network_mode: service:vpn
    mem_limit:
  other:
    extends: {service: base, file: elsewhere.yaml}
  lost:
    extends: nobody
"""


def by_name(document: Document, name: str) -> list[str]:
    service = document.service(name)
    assert service is not None
    return [f"{each.key} {each.name} {each.required}" for each in service_references(service)]


def test_references_with_inherited_ones() -> None:
    document = parse_document(TEXT)
    assert by_name(document, "heir") == ["links cache True", "network_mode vpn True", "depends_on store False"]
    heir = document.services[1]
    assert [each.name for each in own_references(heir)] == ["cache", "vpn"]


def test_lineage() -> None:
    base, heir, other, lost = parse_document(TEXT).services
    assert [each.name for each in lineage(heir).services] == ["heir", "base"]
    assert lineage(heir).is_whole
    assert not lineage(other).is_whole
    assert not lineage(lost).is_whole
    found = lineage(heir).find("mem_limit")
    assert isinstance(found, Scalar) and found.string == "1g"
    assert extended(base) is None


def test_profiles_are_inherited_and_chosen_by_the_environment() -> None:
    base, heir, *_ = parse_document(TEXT).services
    assert not is_enabled(base)
    assert not is_enabled(heir)
    assert all(map(is_enabled, parse_document(TEXT, {"COMPOSE_PROFILES": "q, p"}).services))


def test_self_contained() -> None:
    assert is_self_contained(parse_document(TEXT))
    assert not is_self_contained(parse_document(f"include: [a.yaml]\n{TEXT}"))
    assert not is_self_contained(parse_document(f"a: 1\n---\n{TEXT}"))


def test_a_long_chain_and_a_circle() -> None:
    chain = "".join(f"  s{index}: {{image: x, depends_on: [s{index + 1}]}}\n" for index in range(5000))
    document = parse_document(f"services:\n{chain}  s5000: {{image: x}}\n")
    assert dependency_cycles(document) == ()
    document = parse_document(f"services:\n{chain}  s5000: {{image: x, depends_on: [s0]}}\n")
    (cycle,) = dependency_cycles(document)
    assert len(cycle) == 5001
