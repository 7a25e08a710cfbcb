"""The typed view on the tree."""

import pytest

from stacks.compose.devices import ALL_GPUS, RequestOrigin
from stacks.compose.document import parse_document
from stacks.compose.problems import ProblemKind

FILE = """\
services:
  a:
    image: ${IMAGE:-vllm/vllm-openai}:${TAG}
    environment:
      - PLAIN=1
      - "QUOTED=x=y"
      - INHERITED
    deploy:
      replicas: 3
      resources:
        reservations:
          devices:
            - driver: nvidia
              count: all
              capabilities: [gpu]
            - {driver: cdi, device_ids: ["nvidia.com/gpu=1"], capabilities: [gpu]}
    devices:
      - nvidia.com/gpu=0
      - /dev/fuse:/dev/fuse:rwm
  b:
    environment: {NUMBER: 8.0, EMPTY: , WORD: on}
    gpus: all
    scale: 2
"""


def test_parts_of_a_service() -> None:
    document = parse_document(FILE, {"TAG": "v0.11"})
    a, b = document.services
    assert a.image is not None
    assert a.image.string == "vllm/vllm-openai:v0.11"
    assert [(each.name, each.value) for each in a.environment] == [
        ("PLAIN", "1"),
        ("QUOTED", "x=y"),
        ("INHERITED", None),
    ]
    assert [FILE[each.value_span.start : each.value_span.end] for each in a.environment] == ["1", "x=y", "INHERITED"]
    assert [(each.name, each.value) for each in b.environment] == [("NUMBER", "8.0"), ("EMPTY", None), ("WORD", "on")]
    assert (a.replicas, b.replicas) == (3, 2)
    first, second = a.device_requests
    assert first.asks_for_all and first.count is not None and first.count.number == ALL_GPUS
    assert second.is_cdi and [each.string for each in second.device_ids or ()] == ["nvidia.com/gpu=1"]
    assert b.device_requests[0].origin is RequestOrigin.GPUS
    assert [each.is_cdi for each in a.device_mappings] == [True, False]


def test_variables_are_known() -> None:
    document = parse_document(FILE)
    assert [(reference.name, reference.unset) for _, reference in document.variables] == [
        ("IMAGE", True),
        ("TAG", True),
    ]


@pytest.mark.parametrize(
    ("count", "number"),
    [("2", 2), ("'2'", 2), ("ALL", ALL_GPUS), ("-3", ALL_GPUS), ("0", 0), ("1.5", None), ("two", None), ("true", None)],
)
def test_counts_as_compose_decodes_them(count: str, number: int | None) -> None:
    document = parse_document(f"services:\n  a:\n    gpus:\n      - count: {count}\n")
    read = document.services[0].device_requests[0].count
    assert read is not None and read.number == number


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("", [ProblemKind.EMPTY]),
        ("# only a comment\n", [ProblemKind.EMPTY]),
        ("- a\n", [ProblemKind.NOT_A_MAPPING]),
        ("just text\n", [ProblemKind.NOT_A_MAPPING]),
        ("a: 1\na: 2\na: 3\n", [ProblemKind.DUPLICATE_KEY] * 2),
        ("a: 2024-01-01\nb: '2024-01-01'\nc: [2024-1-2]\n", [ProblemKind.TIMESTAMP] * 2),
        ("<<: 5\n", [ProblemKind.MERGE]),
        ("a: 1\n---\nb: 2\n", [ProblemKind.SEVERAL_DOCUMENTS]),
    ],
)
def test_problems_of_the_tree(text: str, kinds: list[ProblemKind]) -> None:
    assert [problem.kind for problem in parse_document(text).problems] == kinds


@pytest.mark.parametrize("text", ["services: []", "services: x", "services:", "services:\n  a:\n  b: 1\n", "x: 1"])
def test_odd_services_do_not_raise(text: str) -> None:
    document = parse_document(text)
    for service in document.services:
        assert service.image is None
        assert service.device_requests == ()
        assert service.environment == ()
