"""What is known of the servers in images."""

import pytest

from stacks.compose.images import ImageReference, parse_image
from stacks.facts.images import known_image
from stacks.facts.services import (
    image_entrypoint,
    is_placeholder,
    lacking_image,
    manages_containers,
    moved_image,
    served_image,
    token_maker,
)
from stacks.facts.tables import table

TOKEN = "hf_" + "QwErTyUiOpAsDfGhJkLzXcVbNmQwErTyUi"


def test_rows_are_whole() -> None:
    rows = table("services")
    for row in (*rows["service"], *rows["moved"], *rows["shell"], *rows["lacking"], *rows["entrypoint"]):
        assert row["mark"] in ("S", "I", "U")
        assert row["source"].startswith("https://")
    for row in rows["service"]:
        assert all(0 < port < 65536 for port in row.get("ports", ()))
        assert all(kept["folder"].startswith("/") for kept in row.get("keeps", ()))


def test_ports_agree_with_the_table_of_images() -> None:
    for row in table("services")["service"]:
        reference = parse_image(row["name"].removesuffix("*") + ("x" if row["name"].endswith("*") else ""))
        assert isinstance(reference, ImageReference)
        known = known_image(reference)
        if known is not None and known.port is not None and "ports" in row:
            assert known.port in row["ports"], row["name"]


def test_a_server_by_its_image() -> None:
    vllm = served_image("vllm/vllm-openai:v0.11.0")
    assert vllm is not None and vllm.ports == (8000,) and vllm.is_slow
    nim = served_image("nvcr.io/nim/meta/llama-3.1-8b-instruct:1.8.0")
    assert nim is not None and nim.user == 1000
    assert served_image("example/app") is None
    assert served_image("not an image") is None


@pytest.mark.parametrize(("tag", "lacks"), [("1.0.15", True), ("latest", True), ("0.4.24", False)])
def test_what_a_tag_lacks(tag: str, lacks: bool) -> None:
    assert (lacking_image(f"chromadb/chroma:{tag}") is not None) is lacks


def test_what_images_lack() -> None:
    ollama = lacking_image("ollama/ollama")
    assert ollama is not None and ollama.programs == ("curl",) and ollama.check == ("CMD", "ollama", "list")
    alpine = lacking_image("python:3.12-alpine")
    assert alpine is not None and "wget" not in alpine.programs
    assert lacking_image("python:3.12") is None and lacking_image("a b") is None


@pytest.mark.parametrize(
    ("image", "reference", "gone"),
    [
        ("jupyter/scipy-notebook:x", "quay.io/jupyter/scipy-notebook:x", False),
        ("ghcr.io/ggerganov/llama.cpp:server", "ghcr.io/ggml-org/llama.cpp:server", False),
        ("bitnami/kafka:3.9", "bitnamilegacy/kafka:3.9", True),
        ("fedirz/faster-whisper-server:latest-cuda", None, False),
    ],
)
def test_moved(image: str, reference: str | None, gone: bool) -> None:
    moved = moved_image(image)
    assert moved is not None and moved.reference == reference and moved.is_gone is gone


@pytest.mark.parametrize("image", ["jupyterhub/jupyterhub:5", "bitnami/kafka", "bitnami/kafka:latest", "a b"])
def test_not_moved(image: str) -> None:
    assert moved_image(image) is None


def test_entrypoints() -> None:
    vllm = image_entrypoint("vllm/vllm-openai:v0.11.0")
    assert vllm is not None and vllm.words == ("vllm", "serve")
    assert image_entrypoint("ghcr.io/ggml-org/llama.cpp:server-cuda") is not None
    assert image_entrypoint("ghcr.io/ggml-org/llama.cpp:full-cuda") is None
    assert image_entrypoint("pytorch/pytorch") is None


def test_who_manages_containers() -> None:
    assert manages_containers("portainer/portainer-ce:2.33.0") and manages_containers("traefik:v3")
    assert not manages_containers("vllm/vllm-openai")


@pytest.mark.parametrize(
    ("text", "maker"),
    [
        (TOKEN, "Hugging Face"),
        (f"HF_TOKEN={TOKEN}", "Hugging Face"),
        ("AKIAQ7W3E5R9T2Y4U6I8", "AWS"),
        ("nvapi-" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7" * 2, "NVIDIA NGC"),
        ("AKIAIOSFODNN7EXAMPLE", None),
        ("hf_" + "x" * 34, None),
        ("hf_models_that_are_no_token", None),
        ("a" * 200, None),
        ("short", None),
    ],
)
def test_tokens(text: str, maker: str | None) -> None:
    assert token_maker(text) == maker


@pytest.mark.parametrize("text", ["", "your_token", "<token>", "changeme", "EMPTY", "sk-no-key-required", "xxxx"])
def test_placeholders(text: str) -> None:
    assert is_placeholder(text)
    assert not is_placeholder(TOKEN)
