"""All that a real host says of itself, in every format, must be one and the same host."""

from __future__ import annotations

import json
from dataclasses import fields

import pytest

from stacks.hosts.reading import read_host
from stacks.hosts.snapshot import ComputeMode, Gpu, HostSnapshot, Source
from tests.hosts.captures import DATA, capture

HOSTS = sorted(path.name for path in DATA.iterdir() if (path / "smi.xml").exists())
FORMATS = {
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
    assert {name: snapshot.source for name, snapshot in readings(host).items()} == FORMATS


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


@pytest.mark.parametrize("name", FORMATS)
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
