"""All that a real host says of itself, in every format, must be one and the same host."""

from __future__ import annotations

import json
from dataclasses import fields

import pytest

from stacks.facts.gpus import model_of
from stacks.hosts.reading import read_host
from stacks.hosts.snapshot import ComputeMode, Gpu, GpuProcess, HostSnapshot, Source
from tests.hosts.captures import DATA, capture

HOSTS = sorted(path.name for path in DATA.iterdir() if (path / "smi.xml").exists())
FORMATS = {
    "detect.json": Source.NVML,
    "smi.xml": Source.NVIDIA_SMI_XML,
    "smi-L.txt": Source.NVIDIA_SMI_LIST,
    "query.csv": Source.NVIDIA_SMI_CSV,
    "smi.txt": Source.NVIDIA_SMI_TABLE,
}


def known_facts(gpu: Gpu) -> dict[str, object]:
    """What a reader says of a GPU, without what may move between two readings and what it does not know."""
    moving = {"memory_used", "processes", "mig_instances_known"}
    facts = {field.name: getattr(gpu, field.name) for field in fields(gpu) if field.name not in moving}
    return {name: value for name, value in facts.items() if value is not None}


def readings(host: str) -> dict[str, HostSnapshot]:
    return {name: read_host(capture(f"{host}/{name}")) for name in FORMATS if (DATA / host / name).exists()}


@pytest.mark.parametrize("host", HOSTS)
def test_every_format_is_recognised(host: str) -> None:
    snapshots = readings(host)
    assert {"smi.xml", "smi.txt"} <= snapshots.keys()
    assert {name: snapshot.source for name, snapshot in snapshots.items()} == {
        name: FORMATS[name] for name in snapshots
    }


@pytest.mark.parametrize("host", HOSTS)
def test_formats_agree_with_each_other(host: str) -> None:
    snapshots = list(readings(host).values())
    for one in snapshots:
        for other in snapshots:
            assert one.gpus is not None and other.gpus is not None
            for gpu, twin in zip(one.gpus, other.gpus, strict=True):
                facts, others = known_facts(gpu), known_facts(twin)
                shared = facts.keys() & others.keys()
                assert {name: facts[name] for name in shared} == {name: others[name] for name in shared}
            assert one.driver_version in (None, other.driver_version or one.driver_version)
            assert one.cuda_version in (None, other.cuda_version or one.cuda_version)


@pytest.mark.parametrize("host", [host for host in HOSTS if (DATA / host / "detect.json").exists()])
def test_nvml_and_nvidia_smi_agree_on_what_moves(host: str) -> None:
    """Both were read within a second while nothing changed; nvidia-smi rounds memory up to MiB."""
    nvml = read_host(capture(f"{host}/detect.json")).gpus
    assert nvml is not None
    for name in ("smi.xml", "smi.txt"):
        gpus = read_host(capture(f"{host}/{name}")).gpus
        assert gpus is not None
        for told, printed in zip(nvml, gpus, strict=True):
            assert told.memory_used is not None and printed.memory_used is not None
            assert 0 <= printed.memory_used - told.memory_used < 1024**2
            assert printed.processes in (None, told.processes)
    assert not read_host(capture(f"{host}/smi.xml")).lacks(nvml[0].uuid or "")


def test_busy_host_names_who_holds_its_memory() -> None:
    snapshot = read_host(capture("h200-x2-busy/detect.json"))
    assert snapshot.gpus is not None
    assert [gpu.processes for gpu in snapshot.gpus] == [
        (GpuProcess(4242, "python3", 543162368),),
        (GpuProcess(4242, "python3", 4934598656),),
    ]


def test_h100_is_in_the_table_of_models() -> None:
    snapshot = read_host(capture("h100/detect.json"))
    assert snapshot.gpus is not None
    (gpu,) = snapshot.gpus
    model = model_of(gpu)
    assert model is not None
    assert (model.name, model.compute_capability) == ("H100 SXM5 80 GB", gpu.compute_capability)
    assert model.memory_expected == gpu.memory_total


def test_two_h200_in_full() -> None:
    xml, table = read_host(capture("h200-x2/smi.xml")), read_host(capture("h200-x2/query.csv"))
    snapshot = xml.merge(table)
    assert (snapshot.driver_version, snapshot.cuda_version) == ("580.159.04", (13, 0))
    assert snapshot.gpus is not None
    assert snapshot.gpus[1] == Gpu(
        index=1,
        name="NVIDIA H200",
        uuid="GPU-22222222-aaaa-4bbb-8ccc-000000000001",
        memory_total=150754820096,
        memory_used=0,
        compute_capability=(9, 0),
        pci_bus_id="00000000:00:07.0",
        minor_number=1,
        mig_enabled=False,
        mig_instances=(),
        compute_mode=ComputeMode.DEFAULT,
        processes=(),
    )


@pytest.mark.parametrize("name", ["smi.xml", "smi-L.txt", "query.csv", "smi.txt"])
def test_two_h200_agree_with_nvml(name: str) -> None:
    told = json.loads(capture("h200-x2/nvml.json"))
    snapshot = read_host(capture(f"h200-x2/{name}"))
    assert snapshot.driver_version in (None, told["driver"])
    assert snapshot.cuda_version in (None, (told["cuda_driver_version"] // 1000, 0))
    assert snapshot.gpus is not None
    for gpu, facts in zip(snapshot.gpus, told["gpus"], strict=True):
        expected = {
            "index": facts["index"],
            "name": facts["name"],
            "uuid": facts["uuid"],
            "memory_total": facts["memory"]["total"],
            "compute_capability": tuple(facts["cc"]),
            "pci_bus_id": facts["pci"],
            "minor_number": facts["minor"],
            "mig_enabled": bool(facts["mig"][0]),
            "mig_instances": (),
            "compute_mode": ComputeMode.DEFAULT,
        }
        known = known_facts(gpu)
        assert known == {name: value for name, value in expected.items() if name in known}
        assert gpu.memory_used in (None, 0)
