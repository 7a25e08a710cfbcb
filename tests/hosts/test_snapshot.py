"""What identifiers name on a host, and how two descriptions of one host become one."""

from __future__ import annotations

import pytest

from stacks.hosts.snapshot import (
    Engine,
    Gpu,
    GpuMatch,
    HostSnapshot,
    MigInstance,
    Note,
    NoteLevel,
    Source,
)

WHEN = "2026-11-23T08:00:00Z"
FIRST = Gpu(0, "NVIDIA H200", "GPU-11111111-aaaa-4bbb-8ccc-000000000000")
SECOND = Gpu(1, "NVIDIA H200", "GPU-11112222-aaaa-4bbb-8ccc-000000000001", mig_enabled=False)
SLICES = (
    MigInstance(0, "MIG-aaaaaaaa-1111-5222-8333-444444444444", "3g.71gb", 1, 0),
    MigInstance(1, "MIG-bbbbbbbb-1111-5222-8333-444444444444", "1g.18gb", 7, 0),
)
CUT = Gpu(2, "NVIDIA H200", "GPU-33333333-aaaa-4bbb-8ccc-000000000002", mig_enabled=True, mig_instances=SLICES)
HOST = HostSnapshot(Source.NVML, WHEN, gpus=(FIRST, SECOND, CUT))


@pytest.mark.parametrize(
    ("identifier", "gpu", "instance"),
    [
        ("0", FIRST, None),
        (" 1 ", SECOND, None),
        ("GPU-11111111-aaaa-4bbb-8ccc-000000000000", FIRST, None),
        ("gpu-11111111-AAAA-4bbb-8ccc-000000000000", FIRST, None),
        ("GPU-11112", SECOND, None),
        ("GPU-3", CUT, None),
        ("2:0", CUT, SLICES[0]),
        ("MIG-bbbbbbbb-1111-5222-8333-444444444444", CUT, SLICES[1]),
        ("MIG-bb", CUT, SLICES[1]),
        ("MIG-GPU-33333333-aaaa-4bbb-8ccc-000000000002/7/0", CUT, SLICES[1]),
    ],
)
def test_identifiers_that_name_one_thing(identifier: str, gpu: Gpu, instance: MigInstance | None) -> None:
    assert HOST.resolve_gpu(identifier) == GpuMatch(gpu, instance)
    assert HOST.lacks(identifier) is False


@pytest.mark.parametrize(
    "identifier",
    [
        "3", "00", "-1", "0-1", "0,1", "٣", "", "GPU-", "MIG-", "GPU", "all", "GPU-44", "NVIDIA H200", "MIG-cc",
        "2:2", "0:0", "3:0", "2:", ":0",
        "MIG-GPU-33333333-aaaa-4bbb-8ccc-000000000002/9/0", "MIG-GPU-33333333-aaaa-4bbb-8ccc-000000000002/7",
    ],
)  # fmt: skip
def test_identifiers_that_name_nothing(identifier: str) -> None:
    assert HOST.resolve_gpu(identifier) is None
    assert HOST.matches(identifier) == ()
    assert HOST.lacks(identifier) is True


def test_ambiguous_prefix_names_no_single_gpu_but_is_not_lacking() -> None:
    assert HOST.matches("GPU-1111") == (GpuMatch(FIRST), GpuMatch(SECOND))
    assert HOST.resolve_gpu("GPU-1111") is None
    assert HOST.lacks("GPU-1111") is False


def test_whole_uuid_wins_over_a_longer_one() -> None:
    short, long = Gpu(0, "X", "GPU-1"), Gpu(1, "X", "GPU-11")
    assert HostSnapshot(Source.NVML, WHEN, gpus=(short, long)).resolve_gpu("GPU-1") == GpuMatch(short)


def test_mig_name_of_old_drivers_is_its_uuid() -> None:
    name = "MIG-GPU-33333333-aaaa-4bbb-8ccc-000000000002/1/0"
    instance = MigInstance(0, name, None, 1, 0)
    gpu = Gpu(0, "A100", "GPU-33333333-aaaa-4bbb-8ccc-000000000002", mig_instances=(instance,))
    assert HostSnapshot(Source.NVML, WHEN, gpus=(gpu,)).matches(name) == (GpuMatch(gpu, instance),)


def test_unknown_gpus_lack_nothing_for_sure() -> None:
    unknown = HostSnapshot(Source.DOCKER, WHEN)
    assert unknown.gpu_by_index(0) is None
    assert [unknown.lacks(name) for name in ("0", "GPU-1", "MIG-1", "0:0")] == [None] * 4


def test_host_without_gpus_lacks_all() -> None:
    none = HostSnapshot(Source.NVML, WHEN, gpus=())
    assert [none.lacks(name) for name in ("0", "GPU-1", "MIG-1", "0:0")] == [True] * 4


@pytest.mark.parametrize(
    ("gpu", "identifier", "lacking"),
    [
        (Gpu(0, "X"), "GPU-1", None),
        (Gpu(0, "X"), "1", True),
        (Gpu(0, "X", "GPU-2", mig_instances_known=False), "MIG-1", None),
        (Gpu(0, "X", "GPU-2", mig_instances_known=False), "0:0", None),
        (Gpu(0, "X", "GPU-2", mig_instances_known=False), "1:0", True),
        (Gpu(0, "X", "GPU-2", mig_enabled=False, mig_instances_known=False), "MIG-1", True),
        (Gpu(0, "X", "GPU-2", mig_instances=(MigInstance(0),)), "MIG-1", None),
        (Gpu(0, "X", "GPU-2", mig_instances=(MigInstance(0),)), "0:1", True),
    ],
)
def test_what_a_reader_could_not_see_is_not_lacking(gpu: Gpu, identifier: str, lacking: bool | None) -> None:
    assert HostSnapshot(Source.NVML, WHEN, gpus=(gpu,)).lacks(identifier) is lacking


def test_properties_of_a_gpu() -> None:
    assert (FIRST.uuid_tail, Gpu(0, "X").uuid_tail) == ("00000000", None)
    assert Gpu(0, "X", memory_total=10, memory_used=4).memory_free == 6
    assert Gpu(0, "X", memory_total=10, memory_used=14).memory_free == 0
    assert Gpu(0, "X", memory_total=10).memory_free is None
    assert HOST.gpu_by_index(2) is CUT


def test_gpus_of_one_and_engine_of_the_other() -> None:
    gpus = HostSnapshot(
        Source.NVML, "2026-11-23T08:00:05Z", gpus=(FIRST,), driver_version="580", notes=(Note(NoteLevel.INFO, "a"),)
    )
    engine = HostSnapshot(
        Source.DOCKER,
        WHEN,
        engine=Engine(version="28"),
        cpus=2,
        notes=(Note(NoteLevel.INFO, "b"), Note(NoteLevel.INFO, "a")),
    )
    merged = gpus.merge(engine)
    assert merged == HostSnapshot(
        Source.MIXED,
        WHEN,
        gpus=(FIRST,),
        driver_version="580",
        engine=Engine(version="28"),
        cpus=2,
        notes=(Note(NoteLevel.INFO, "a"), Note(NoteLevel.INFO, "b")),
    )
    assert engine.merge(gpus).gpus == (FIRST,)


def test_merge_names_the_source_that_told_something() -> None:
    nothing = HostSnapshot(Source.DOCKER, WHEN)
    assert HOST.merge(nothing).source is Source.NVML
    assert nothing.merge(HOST).source is Source.NVML
    assert nothing.merge(HostSnapshot(Source.NVML, WHEN)).source is Source.DOCKER
    assert HOST.merge(HOST).source is Source.NVML


def test_merge_fills_what_is_not_known_of_the_same_gpu() -> None:
    mine = Gpu(0, "NVIDIA H200", "GPU-1", memory_total=5, mig_instances_known=False)
    theirs = Gpu(7, "other", "gpu-1", memory_total=6, compute_capability=(9, 0), mig_instances=SLICES)
    stranger = Gpu(1, "NVIDIA H200", "GPU-9", compute_capability=(8, 0))
    merged = HostSnapshot(Source.MANUAL, WHEN, gpus=(mine,)).merge(
        HostSnapshot(Source.NVML, WHEN, gpus=(stranger, theirs))
    )
    assert merged.gpus == (
        Gpu(0, "NVIDIA H200", "GPU-1", memory_total=5, compute_capability=(9, 0), mig_instances=SLICES),
    )


def test_merge_pairs_by_index_and_name_where_a_uuid_is_not_known() -> None:
    table = HostSnapshot(Source.NVIDIA_SMI_TABLE, WHEN, gpus=(Gpu(0, "NVIDIA H200"), Gpu(1, "other")))
    merged = table.merge(HOST).gpus
    assert merged is not None and [gpu.uuid for gpu in merged] == [FIRST.uuid, None]


def test_merge_keeps_none_apart_from_unknown() -> None:
    none = HostSnapshot(Source.NVML, WHEN, gpus=())
    assert none.merge(HOST).gpus == ()
    assert HOST.merge(none).gpus == HOST.gpus
    assert HostSnapshot(Source.DOCKER, WHEN).merge(none).gpus == ()
