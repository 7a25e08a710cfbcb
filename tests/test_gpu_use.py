"""How services use GPUs, and which run at the same time."""

import pytest

from stacks.allocation import allocate
from stacks.compose.document import Document, parse_document
from stacks.gpu_use import Hold, free_gpus, gpu_words, means_gpu, observes, overlapping, requests_gpu
from tests.rules.case_files import load_host


def document(text: str) -> Document:
    return parse_document("services:\n" + text)


@pytest.mark.parametrize(
    ("service", "requests", "means"),
    [
        ("{gpus: all}", True, True),
        ("{runtime: nvidia}", True, True),
        ("{devices: [nvidia.com/gpu=0]}", True, True),
        ("{devices: [/dev/nvidia0]}", False, True),
        ("{volumes: ['/dev/nvidia0:/dev/nvidia0']}", False, True),
        ("{environment: [CUDA_VISIBLE_DEVICES=0]}", False, True),
        ("{privileged: true}", False, True),
        ("{privileged: false, runtime: runc}", False, False),
        ("{devices: [/dev/dri]}", False, False),
        ("{deploy: {resources: {reservations: {devices: [{capabilities: [tpu]}]}}}}", False, False),
        ("{deploy: {resources: {reservations: {devices: [{capabilities: [gpu]}]}}}}", True, True),
    ],
)
def test_asking_for_a_gpu(service: str, requests: bool, means: bool) -> None:
    (found,) = document(f"  a: {service}").services
    assert (requests_gpu(found), means_gpu(found)) == (requests, means)


def holders(text: str) -> list[tuple[str, list[str]]]:
    claims = allocate(document(text), None).claims
    holds = [Hold(claim, claim.span, "gpu") for claim in claims]
    return [
        (hold.claim.service.name, [other.claim.service.name for other in others])
        for hold, others in overlapping(holds, same_way=True)
    ]


def test_services_overlap_with_earlier_ones() -> None:
    assert holders("  a: {gpus: all}\n  b: {gpus: all}\n  c: {gpus: all}") == [("b", ["a"]), ("c", ["a", "b"])]


def test_at_most_three_are_named() -> None:
    text = "\n".join(f"  s{index}: {{gpus: all}}" for index in range(9))
    assert holders(text)[-1] == ("s8", ["s0", "s1", "s2"])


def test_one_service_does_not_overlap_with_itself() -> None:
    assert holders("  a: {gpus: all, devices: [nvidia.com/gpu=0]}") == []


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        ("profiles: [x]", "profiles: [y]", False),
        ("profiles: [x]", "profiles: [x, y]", True),
        ("profiles: [x]", "restart: always", True),
        ("scale: 0", "restart: always", False),
        ("restart: always", "depends_on: {a: {condition: service_completed_successfully}}", False),
        ("depends_on: {b: {condition: service_completed_successfully}}", "restart: always", False),
        ("restart: always", "depends_on: {a: {condition: service_healthy}}", True),
        ("restart: always", "depends_on: [a]", True),
    ],
)
def test_who_runs_at_the_same_time(first: str, second: str, together: bool) -> None:
    found = holders(f"  a: {{gpus: all, {first}}}\n  b: {{gpus: all, {second}}}")
    assert found == ([("b", ["a"])] if together else [])


def test_other_ways_are_told_apart() -> None:
    claims = allocate(document("  a: {gpus: all}\n  b: {gpus: all}"), None).claims
    holds = [Hold(claim, claim.span, claim.service.name) for claim in claims]
    assert [hold.way for hold, _ in overlapping(holds, same_way=False)] == ["b"]
    assert list(overlapping(holds, same_way=True)) == []


@pytest.mark.parametrize(
    ("indexes", "words"),
    [
        ([], "no GPU"),
        ([3], "GPU 3"),
        ([1, 0], "GPUs 0 and 1"),
        ([0, 1, 2], "GPUs 0 to 2"),
        ([0, 2, 5], "GPUs 0, 2 and 5"),
    ],
)
def test_words(indexes: list[int], words: str) -> None:
    assert gpu_words(indexes) == words


def test_free_gpus_leaves_out_held_partitioned_and_busy_ones() -> None:
    held = document("  a:\n    gpus: [{device_ids: ['0']}]")
    assert [gpu.index for gpu in free_gpus(allocate(held, load_host("mixed")))] == [1]
    assert [gpu.index for gpu in free_gpus(allocate(document("  a: {image: x}"), load_host("mig")))] == [1]
    assert free_gpus(allocate(held, None)) == ()


def test_exporters_hold_nothing() -> None:
    (service,) = document(
        "  m: {gpus: all, image: 'nvcr.io/nvidia/k8s/dcgm-exporter:4.4.1-4.6.0-ubuntu22.04'}"
    ).services
    assert observes(service)
    assert [gpu.index for gpu in free_gpus(allocate(service.document, load_host("mixed")))] == [0, 1]
