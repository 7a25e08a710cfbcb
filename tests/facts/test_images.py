"""What is known of images, by the text of their references."""

import re

import pytest

from stacks.compose.images import ImageReference, parse_image
from stacks.compose.sizes import parse_bytes
from stacks.facts.images import GpuKind, image_facts, image_suggestions, known_image, tag_for_capability
from stacks.facts.tables import table


@pytest.mark.parametrize(
    ("text", "gpu", "cuda"),
    [
        ("nvidia/cuda:12.9.1-base-ubuntu24.04", GpuKind.REQUIRED, (12, 9)),
        ("nvidia/cuda:12.9.1-devel-ubuntu24.04", GpuKind.USEFUL, (12, 9)),
        ("nvcr.io/nvidia/cuda:13.0.2-runtime-ubi9", GpuKind.REQUIRED, (13, 0)),
        ("pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime", GpuKind.USEFUL, (12, 8)),
        ("docker.io/pytorch/pytorch", GpuKind.USEFUL, None),
        ("vllm/vllm-openai:v0.14.1-cu130", GpuKind.REQUIRED, (13, 0)),
        ("vllm/vllm-openai:latest", GpuKind.REQUIRED, (12, 9)),
        ("ghcr.io/ggml-org/llama.cpp:server", GpuKind.NONE, None),
        ("ghcr.io/ggml-org/llama.cpp:server-cuda-b9128", GpuKind.REQUIRED, (12, 8)),
        ("ghcr.io/ggml-org/llama.cpp:full-cuda13", GpuKind.REQUIRED, (13, 0)),
        ("ghcr.io/ggml-org/llama.cpp:server-rocm", GpuKind.OTHER, None),
        ("tensorflow/tensorflow:2.18.0", GpuKind.NONE, None),
        ("tensorflow/tensorflow:2.18.0-gpu-jupyter", GpuKind.REQUIRED, (12, 5)),
        ("ghcr.io/open-webui/open-webui:main", GpuKind.NONE, None),
        ("ghcr.io/open-webui/open-webui:cuda", GpuKind.USEFUL, None),
        ("ollama/ollama:0.13.5-rocm", GpuKind.OTHER, None),
        ("nvcr.io/nim/meta/llama-3.1-8b-instruct:1.8.4", GpuKind.REQUIRED, None),
        ("yanwk/comfyui-boot:cu128-slim", GpuKind.REQUIRED, (12, 8)),
        ("team/app:1", GpuKind.UNKNOWN, None),
        ("Not A Reference", GpuKind.UNKNOWN, None),
        ("", GpuKind.UNKNOWN, None),
    ],
)
def test_facts(text: str, gpu: GpuKind, cuda: tuple[int, int] | None) -> None:
    facts = image_facts(text)
    assert (facts.gpu, facts.cuda) == (gpu, cuda)


def test_cuda_of_a_month() -> None:
    exact = image_facts("nvcr.io/nvidia/pytorch:25.10-py3")
    assert (exact.cuda, exact.cuda_is_minimum, exact.cuda_is_verified) == ((13, 0), False, True)
    between = image_facts("nvcr.io/nvidia/tritonserver:25.11-py3")
    assert (between.cuda, between.cuda_is_minimum) == ((13, 0), True)
    hearsay = image_facts("nvcr.io/nvidia/pytorch:25.01-py3")
    assert hearsay.cuda == (12, 8) and not hearsay.cuda_is_verified
    assert image_facts("nvcr.io/nvidia/pytorch:20.01-py3").cuda is None


def test_a_tag_with_a_major_version_states_the_oldest_possible_cuda() -> None:
    facts = image_facts("quay.io/jupyter/pytorch-notebook:cuda12-2025-08-18")
    assert (facts.cuda, facts.cuda_is_minimum) == ((12, 0), True)


@pytest.mark.parametrize(
    ("capability", "tag"),
    [
        ((7, 5), "turing-1.9"),
        ((8, 0), "1.9"),
        ((8, 6), "86-1.9"),
        ((8, 7), "86-1.9"),
        ((8, 9), "89-1.9"),
        ((9, 0), "hopper-1.9"),
        ((12, 0), "120-1.9"),
        ((7, 0), None),
    ],
)
def test_image_of_an_architecture(capability: tuple[int, int], tag: str | None) -> None:
    reference = parse_image("ghcr.io/huggingface/text-embeddings-inference:hopper-1.9")
    assert isinstance(reference, ImageReference)
    assert tag_for_capability(reference, capability) == tag
    if tag is not None:
        capabilities = image_facts(f"{reference.familiar_name}:{tag}").capabilities
        assert capabilities is not None and capabilities[0] <= capability <= capabilities[1]


def test_known_image_ignores_the_tag() -> None:
    reference = parse_image("ollama/ollama:anything")
    assert isinstance(reference, ImageReference)
    known = known_image(reference)
    assert known is not None and known.port == 11434 and known.volumes == ("/root/.ollama",)
    other = parse_image("team/app")
    assert isinstance(other, ImageReference) and known_image(other) is None


def test_suggestions_are_pinned_references() -> None:
    suggestions = image_suggestions()
    assert len(suggestions) >= 10
    for known in suggestions:
        facts = image_facts(known.suggestion or "")
        assert facts.reference is not None and facts.reference.tag not in (None, "latest")
        assert facts.known == known


def test_every_row_is_whole() -> None:
    data = table("images")
    names = [row["name"] for row in data["image"]]
    assert len(names) == len(set(names))
    for row in data["image"]:
        assert row["mark"] in {"S", "I", "U"} and row["source"].startswith("https://")
        assert row["gpu"] in {kind.value for kind in GpuKind}
        for key in ("shm", "memory"):
            assert key not in row or isinstance(parse_bytes(row[key]), int)
        for refinement in row.get("tags", ()):
            groups = re.compile(refinement["pattern"]).groupindex
            assert refinement.get("cuda") != "pattern" or "major" in groups
            assert refinement.get("cuda") != "month" or "month" in groups
