"""How GPUs are named: by UUID, index or count, and what a host makes of it."""

import pytest

from stacks.hosts.snapshot import Engine, Gpu, HostSnapshot, MigInstance, Source
from stacks.renderers.registry import WRITERS, Dialect, Pin, RenderError
from tests.renderers.test_dialects import rendered, words_of

FIRST, SECOND = "GPU-11111111-1111-4111-8111-111111111111", "GPU-22222222-2222-4222-8222-222222222222"
SLICE = "MIG-33333333-3333-5333-9333-333333333333"
GPUS = (
    Gpu(0, "NVIDIA H200", FIRST),
    Gpu(
        1,
        "NVIDIA H200",
        SECOND,
        mig_enabled=True,
        mig_instances=(MigInstance(0, SLICE, gpu_instance_id=7, compute_instance_id=0), MigInstance(1)),
    ),
    Gpu(2, "NVIDIA L4"),
)


def host(*cdi_devices: str, gpus: tuple[Gpu, ...] | None = GPUS) -> HostSnapshot:
    engine = Engine(cdi_devices=tuple(f"nvidia.com/gpu={name}" for name in cdi_devices)) if cdi_devices else None
    return HostSnapshot(source=Source.MANUAL, taken_at="2026-11-23T08:00:00Z", gpus=gpus, engine=engine)


def names(*each: str) -> str:
    return f"gpus: [{{device_ids: [{', '.join(repr(name) for name in each)}]}}]"


@pytest.mark.parametrize(
    ("body", "pin", "written"),
    [
        (names("0"), Pin.UUID, f"device_ids: ['{FIRST}']"),
        (names("GPU-2222"), Pin.UUID, f"device_ids: ['{SECOND}']"),
        (names(FIRST, "0"), Pin.INDEX, "device_ids: ['0']"),
        (names(SECOND, FIRST), Pin.COUNT, "count: 2"),
        (names("0", FIRST), Pin.COUNT, "count: 1"),
        (names("1:0"), Pin.UUID, f"device_ids: ['{SLICE}']"),
        ("gpus: [{count: 2}]", Pin.UUID, f"device_ids: [{FIRST}, {SECOND}]"),
        ("gpus: [{count: '${N:-2}'}]", Pin.INDEX, "device_ids: ['0', '1']"),
        ("gpus: [{count: 1}]", Pin.COUNT, "count: 1"),
        ("gpus: [{count: all}]", Pin.UUID, "count: all"),
        ("gpus: [{count: 0}]", Pin.UUID, "count: 0"),
    ],
)
def test_gpus_are_named_as_asked(body: str, pin: Pin, written: str) -> None:
    result = rendered(body, Dialect.GPUS, pin, host())
    assert written in result.text


@pytest.mark.parametrize(
    ("body", "pin", "written", "words"),
    [
        (names("1"), Pin.COUNT, "device_ids: ['1']", "a count always gives the first GPUs"),
        (names("1:0"), Pin.INDEX, "device_ids: ['1:0']", "is a MIG instance and keeps its name"),
        (names("1:1"), Pin.UUID, "device_ids: ['1:1']", "is a MIG instance and keeps its name"),
        (names("1:0"), Pin.COUNT, "device_ids: ['1:0']", "cannot be a count"),
        (names("2"), Pin.UUID, "device_ids: ['2']", "the UUID of GPU 2 is not known"),
        (names("9"), Pin.UUID, "device_ids: ['9']", "the host has no GPU `9`"),
        ("gpus: [{count: 4}]", Pin.UUID, "count: 4", "the host has 3 GPUs"),
        (names("${ID:-0}"), Pin.UUID, FIRST, "`${ID:-0}` was replaced by its value `0`"),
    ],
)
def test_what_cannot_be_named_so_stays_and_is_said(body: str, pin: Pin, written: str, words: str) -> None:
    result = rendered(body, Dialect.GPUS, pin, host())
    assert written in result.text and words in words_of(result)


@pytest.mark.parametrize("dialect", [Dialect.RUNTIME, Dialect.CDI])
def test_a_count_over_the_host_becomes_names_where_there_are_no_counts(dialect: Dialect) -> None:
    result = rendered("gpus: [{count: 4}]", dialect, Pin.UUID, host())
    assert FIRST in result.text and SECOND in result.text and "the host has no GPU `3`" in words_of(result)


@pytest.mark.parametrize("dialect", WRITERS)
def test_a_name_that_only_a_host_knows_is_refused_without_one(dialect: Dialect) -> None:
    for known in (None, host(gpus=None)):
        with pytest.raises(RenderError, match=r"GPUs cannot be pinned by UUID: .*; choose a host"):
            rendered(names("0"), dialect, Pin.UUID, known)
        with pytest.raises(RenderError, match="GPUs cannot be pinned by index"):
            rendered(names(FIRST), dialect, Pin.INDEX, known)


@pytest.mark.parametrize("dialect", WRITERS)
def test_what_needs_no_host_is_pinned_without_one(dialect: Dialect) -> None:
    assert rendered("gpus: [{count: 2}]", dialect, Pin.INDEX).text
    assert rendered(names("0", "1"), dialect, Pin.COUNT).text
    assert rendered("gpus: all", dialect, Pin.UUID).text


@pytest.mark.parametrize(
    ("listed", "name", "written"),
    [
        (("0", "1", "all"), FIRST, "nvidia.com/gpu=0"),
        ((FIRST, SECOND), "0", f"nvidia.com/gpu={FIRST}"),
        (("0", FIRST), "0", "nvidia.com/gpu=0"),
        (("0", FIRST), FIRST.lower(), "nvidia.com/gpu=0"),
        (("1:0",), SLICE, "nvidia.com/gpu=1:0"),
        ((SLICE,), f"MIG-{SECOND}/7/0", f"nvidia.com/gpu={SLICE}"),
        ((), "GPU-1111", f"nvidia.com/gpu={FIRST}"),
        ((), "mig-3333", f"nvidia.com/gpu={SLICE}"),
        ((), f"MIG-{SECOND}/7/0", "nvidia.com/gpu=1:0"),
        (("2",), "0", "nvidia.com/gpu=0"),
        (("0",), "9", "nvidia.com/gpu=9"),
    ],
)
def test_cdi_devices_have_the_names_that_the_host_lists(listed: tuple[str, ...], name: str, written: str) -> None:
    result = rendered(names(name), Dialect.CDI, Pin.KEEP, host(*listed))
    assert f"{written}\n" in result.text
    assert ("which is what CDI on this host calls that GPU" in words_of(result)) is (not written.endswith(f"={name}"))


def test_a_mig_instance_by_cdi_takes_the_long_form() -> None:
    """Docker Compose cuts the short form at the colon."""
    written = "- source: nvidia.com/gpu=1:0\n        target: nvidia.com/gpu=1:0\n"
    assert written in rendered(names("1:0"), Dialect.CDI).text


def test_a_name_that_cdi_cannot_take_leaves_the_service() -> None:
    result = rendered(names(f"MIG-{SECOND}/7/0"), Dialect.CDI)
    assert names(f"MIG-{SECOND}/7/0") in result.text and "cannot be a CDI name" in words_of(result)
