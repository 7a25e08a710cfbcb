"""The table of GPU models, and finding a model by what NVML calls it."""

from __future__ import annotations

import re

import pytest

from stacks.facts.gpus import compute_capability_of, find_gpu, known_gpus, model_of
from stacks.hosts.manual import GpuModel
from stacks.hosts.snapshot import Gpu

GIB = 1024**3


@pytest.mark.parametrize("model", known_gpus(), ids=lambda model: model.name)
def test_every_row_is_whole(model: GpuModel) -> None:
    assert model.aliases and model.name
    assert 3 <= model.compute_capability[0] <= 15
    assert 6 <= model.vram_gb <= 512
    assert 0.9 < model.memory_expected / GIB / model.vram_gb <= 1
    assert model.source.startswith("https://") and re.fullmatch(r"20\d\d-\d\d-\d\d", model.checked)
    for name in (model.name, *model.aliases):
        assert find_gpu(name, model.memory_expected) == model


@pytest.mark.parametrize("model", [model for model in known_gpus() if model.mig_profiles], ids=lambda model: model.name)
def test_mig_profiles_fit_their_gpu(model: GpuModel) -> None:
    slices = {name: (int(name[0]), int(name.partition(".")[2].partition("gb")[0])) for name, _ in model.mig_profiles}
    assert model.mig_profiles[0][1] == model.mig_instances_max
    for name, count in model.mig_profiles:
        compute, gigabytes = slices[name]
        assert 1 <= count * compute <= model.mig_instances_max
        assert count * gigabytes <= model.vram_gb * 1.02


def test_names_are_unique() -> None:
    names = [model.name for model in known_gpus()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("NVIDIA H200", "H200 SXM"),
        ("h200  sxm", "H200 SXM"),
        ("NVIDIA GeForce RTX 4090", "GeForce RTX 4090"),
        ("GeForce RTX 3090", "GeForce RTX 3090"),
        ("Tesla T4", "T4"),
        ("NVIDIA A100-SXM4-80GB", "A100 SXM4 80 GB"),
    ],
)
def test_find_by_name(name: str, found: str) -> None:
    model = find_gpu(name)
    assert model is not None and model.name == found


@pytest.mark.parametrize("name", ["", "NVIDIA", "NVIDIA GeForce RTX 4090 Laptop GPU", "Voodoo2", "NVIDIA A100-SXM..."])
def test_other_names_are_not_guessed(name: str) -> None:
    assert find_gpu(name) is None


@pytest.mark.parametrize(("gigabytes", "found"), [(10, "GeForce RTX 3080 10 GB"), (12, "GeForce RTX 3080 12 GB")])
def test_memory_tells_apart_what_shares_a_name(gigabytes: int, found: str) -> None:
    model = model_of(Gpu(0, "NVIDIA GeForce RTX 3080", memory_total=gigabytes * GIB))
    assert model is not None and model.name == found


def test_compute_capability_of_a_gpu_whose_reader_could_not_tell() -> None:
    assert compute_capability_of(Gpu(0, "NVIDIA L4")) == (8, 9)
    assert compute_capability_of(Gpu(0, "NVIDIA L4", compute_capability=(9, 9))) == (9, 9)
    assert compute_capability_of(Gpu(0, "Voodoo2")) is None
