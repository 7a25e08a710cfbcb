"""Which service gets which GPUs."""

import pytest

from stacks.allocation import Allocation, ClaimKind, ClaimOrigin, allocate
from stacks.compose.document import parse_document
from stacks.hosts.snapshot import Gpu, HostSnapshot, MigInstance, Source

UUIDS = ("GPU-11111111-aaaa-4bbb-8ccc-000000000000", "GPU-22222222-aaaa-4bbb-8ccc-000000000001")
HOST = HostSnapshot(
    source=Source.MANUAL,
    taken_at="2026-11-23T08:00:00Z",
    gpus=(
        Gpu(0, "NVIDIA H200", UUIDS[0]),
        Gpu(
            1,
            "NVIDIA H200",
            UUIDS[1],
            mig_enabled=True,
            mig_instances=(MigInstance(0, "MIG-aaaa"), MigInstance(1, "MIG-bbbb")),
        ),
    ),
)


def allocated(body: str, host: HostSnapshot | None = HOST) -> Allocation:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return allocate(parse_document(f"services:\n  a:\n{lines}"), host)


DEPLOY = "deploy: {resources: {reservations: {devices: [%s]}}}"


@pytest.mark.parametrize(
    ("body", "origin", "kind", "held"),
    [
        ("gpus: all", ClaimOrigin.GPUS, ClaimKind.ALL, [(0, None), (1, None)]),
        ("gpus: [{count: 1}]", ClaimOrigin.GPUS, ClaimKind.COUNT, [(0, None)]),
        ("gpus: [{count: 9}]", ClaimOrigin.GPUS, ClaimKind.COUNT, [(0, None), (1, None)]),
        ("gpus: [{driver: nvidia}]", ClaimOrigin.GPUS, ClaimKind.ALL, [(0, None), (1, None)]),
        (DEPLOY % "{device_ids: ['1'], capabilities: [gpu]}", ClaimOrigin.DEPLOY, ClaimKind.IDENTIFIERS, [(1, None)]),
        (DEPLOY % "{device_ids: ['1:1'], capabilities: [gpu]}", ClaimOrigin.DEPLOY, ClaimKind.IDENTIFIERS, [(1, 1)]),
        (
            DEPLOY % "{device_ids: [GPU-2222], capabilities: [gpu]}",
            ClaimOrigin.DEPLOY,
            ClaimKind.IDENTIFIERS,
            [(1, None)],
        ),
        (
            DEPLOY % "{device_ids: [all], capabilities: [gpu]}",
            ClaimOrigin.DEPLOY,
            ClaimKind.ALL,
            [(0, None), (1, None)],
        ),
        ("devices: ['nvidia.com/gpu=0']", ClaimOrigin.CDI, ClaimKind.IDENTIFIERS, [(0, None)]),
        ("devices: ['nvidia.com/gpu=all']", ClaimOrigin.CDI, ClaimKind.ALL, [(0, None), (1, None)]),
        (
            "runtime: nvidia\nenvironment: [NVIDIA_VISIBLE_DEVICES=all]",
            ClaimOrigin.RUNTIME,
            ClaimKind.ALL,
            [(0, None), (1, None)],
        ),
        (
            "runtime: nvidia\nenvironment: ['NVIDIA_VISIBLE_DEVICES=MIG-bbbb,0']",
            ClaimOrigin.RUNTIME,
            ClaimKind.IDENTIFIERS,
            [(1, 1), (0, None)],
        ),
    ],
)
def test_each_way_to_ask(body: str, origin: ClaimOrigin, kind: ClaimKind, held: list[tuple[int, int | None]]) -> None:
    allocation = allocated(body)
    (claim,) = allocation.claims
    assert (claim.origin, claim.kind) == (origin, kind)
    assert [
        (each.gpu.index, each.mig_instance.index if each.mig_instance else None) for each in allocation.held_by("a")
    ] == held


@pytest.mark.parametrize(
    "body",
    [
        "environment: [NVIDIA_VISIBLE_DEVICES=all]",
        "runtime: nvidia",
        "runtime: nvidia\nenvironment: [NVIDIA_VISIBLE_DEVICES=void]",
        "devices: ['/dev/nvidia0', 'amd.com/gpu=0']",
        DEPLOY % "{driver: tpu, count: 1, capabilities: [tpu]}",
    ],
)
def test_what_is_no_claim(body: str) -> None:
    assert allocated(body).claims == ()


def test_count_zero_holds_nothing() -> None:
    allocation = allocated("gpus: [{count: 0}]")
    assert allocation.claims[0].is_nothing
    assert allocation.holdings == ()


def test_names_that_the_host_lacks_are_unresolved() -> None:
    allocation = allocated(DEPLOY % "{device_ids: ['0', '7'], capabilities: [gpu]}")
    assert [identifier.text for _, identifier in allocation.unresolved] == ["7"]
    assert [each.claim.service.name for each in allocation.on_gpu(0)] == ["a"]


def test_without_a_host_only_claims_are_known() -> None:
    allocation = allocated("gpus: all", None)
    assert len(allocation.of_service("a")) == 1
    assert allocation.holdings == allocation.unresolved == ()


def test_a_variable_that_a_request_overrides_holds_nothing() -> None:
    document = parse_document(
        "services:\n  a:\n    image: x\n    runtime: nvidia\n    environment:\n      NVIDIA_VISIBLE_DEVICES: all\n"
        '    gpus: [{device_ids: ["1"]}]\n'
    )
    allocation = allocate(document, HOST)
    assert len(allocation.claims) == 2
    assert [holding.gpu.index for holding in allocation.held_by("a")] == [1]
