"""What a container gets of a YAML value, held against the real Docker Compose."""

import pytest

from stacks.compose.container_text import container_text
from stacks.compose.document import parse_document
from tests.oracle import ComposeOracle

MEASURED = {
    "8.0": "8",
    "12.10": "12.1",
    "0123": "83",
    "1e3": "1000",
    "1e6": "1e+06",
    "1234567.5": "1.2345675e+06",
    "123456789012345678901": "1.2345678901234568e+20",
    "18446744073709551615": "18446744073709551615",
    "0.0001": "0.0001",
    "0.00001": "1e-05",
    "-0.0": "-0",
    "-0": "0",
    "+5": "5",
    ".5": "0.5",
    "5.": "5",
    "1_000": "1000",
    "0b11": "3",
    ".inf": "+Inf",
    "-.inf": "-Inf",
    ".nan": "NaN",
    "TRUE": "true",
    "yes": "yes",
    "22:22": "22:22",
    '"8.0"': "8.0",
    "~": None,
}


def text_with(values: list[str]) -> str:
    lines = "".join(f"      V{index}: {value}\n" for index, value in enumerate(values))
    return f"services:\n  a:\n    image: x:1\n    environment:\n{lines}"


@pytest.mark.parametrize(("written", "given"), MEASURED.items())
def test_text_in_the_container(written: str, given: str | None) -> None:
    service = parse_document(text_with([written])).service("a")
    assert service is not None
    assert container_text(service.environment[0].node) == given


def test_docker_compose_gives_the_same(oracle: ComposeOracle) -> None:
    given = oracle.config(text_with(list(MEASURED))).project["services"]["a"]["environment"]
    assert [given[f"V{index}"] for index in range(len(MEASURED))] == list(MEASURED.values())
