"""Image references, against the parser inside the real Compose."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacks.compose.images import ImageReference, parse_image
from stacks.compose.values import Invalid
from tests.compose.conformance import services_with
from tests.oracle import ComposeOracle

SHA = "sha256:" + "0123456789abcdef" * 4
ACCEPTED = """python|python:3.12|library/python|docker.io/python
|docker.io/library/python:3|index.docker.io/python|nvidia/cuda:12.4.1-base-ubuntu22.04
|nvcr.io/nvidia/pytorch:24.05-py3|localhost/x|localhost:5000/x:1|host:5000/a/b/c|HOST/x
|Ghcr.io/x/y|[::1]:5000/x|127.0.0.1/x|a__b/c--d.e|x:_tag|x:TAG|x:1.-|a.b/c|a/b|x:latest
|quay.io/a/b_c|library/a/b|docker.io/library/a/b|0/1|x:5000
|ghcr.io/huggingface/text-generation-inference:2.0|ollama/ollama:0.3.12-rocm""".replace("\n", "").split("|")
ACCEPTED += [f"x@{SHA}", f"nvidia/cuda:12@{SHA}", f"a.b:1/c@{SHA}", "x@sha512:" + "a" * 128, "x:" + "t" * 128]
REFUSED = """x y|UPPER|a/B|x::y|x:|:x|/x|x/|a//b|localhost:1/|localhost:1/x:|x@|x@sha256:1
|x@md5:0123|x:-tag|x:.tag|a_.b|a..b|-a|a-|_a|a___b|a.b:port/x|$x|x:a/b|x:t:u|http://x/y
|x@sha256|é|x:é|a.b-/x|.a/x|x:la test| x|x |[::1/x|[]:1/x|<image>""".replace("\n", "").split("|")
REFUSED += ["x:" + "t" * 129, "a" * 64, f"x@{SHA.upper()}", f"x@{SHA}0", f"@{SHA}", "x" * 257, f"x@{SHA}@{SHA}", "x\n"]


def says_compose(oracle: ComposeOracle, text: str) -> str | None:
    """The reference as Compose normalises it; None where it refuses. Without an engine it gets no further than that."""
    answer = oracle.config(services_with("image", [text]), options=("--resolve-image-digests",))
    if found := re.search(r"failed to resolve digest for (\S+): ", answer.stderr):
        return found[1]
    return str(answer.stdout and text) if answer.accepted else None


def test_the_normalised_reference_is_the_one_compose_uses(oracle: ComposeOracle) -> None:
    for text in ACCEPTED:
        reference = parse_image(text)
        assert isinstance(reference, ImageReference), text
        tag = f":{reference.tag or 'latest'}" if reference.digest is None else ""
        full = f"{reference.name}{tag}" + (f"@{reference.digest}" if reference.digest else "")
        said = says_compose(oracle, text)
        assert said is not None and (full == said or (text == said and reference.digest)), text


def test_refused_references_are_refused_by_both(oracle: ComposeOracle) -> None:
    assert [text for text in REFUSED if not isinstance(parse_image(text), Invalid)] == []
    assert [text for text in REFUSED if says_compose(oracle, text) is not None] == []


@pytest.mark.parametrize(
    ("text", "name", "familiar"),
    [
        ("python:3", "docker.io/library/python", "python"),
        ("index.docker.io/nvidia/cuda:12", "docker.io/nvidia/cuda", "nvidia/cuda"),
        ("nvcr.io/nvidia/pytorch", "nvcr.io/nvidia/pytorch", "nvcr.io/nvidia/pytorch"),
        ("library/a/b", "docker.io/library/a/b", "library/a/b"),
    ],
)
def test_names(text: str, name: str, familiar: str) -> None:
    reference = parse_image(text)
    assert isinstance(reference, ImageReference)
    assert (reference.name, reference.familiar_name) == (name, familiar)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "the image is empty"),
        ("Python", "`Python` has upper-case letters"),
        ("nvidia/CUDA:12", "`nvidia/CUDA` has upper-case letters"),
        ("x:", "tag after the colon is missing"),
        ("x:-t", "`-t` is not a tag"),
        ("x@sha256:1", "64 lower-case hexadecimal digits"),
        ("x@md5:1", "is not a digest"),
        ("x y", "has a space in it"),
        ("a" * 64, "image id"),
        ("a.b-/x", "`a.b-` is not the name of a registry"),
        (":tag", "names no repository"),
    ],
)
def test_a_refusal_says_why(text: str, hint: str) -> None:
    answer = parse_image(text)
    assert isinstance(answer, Invalid) and hint in answer.reason


@given(st.text(st.sampled_from("abAB01.:/@-_[]$ "), max_size=16) | st.text(max_size=8))
def test_it_never_raises_and_what_is_printed_is_read_back(text: str) -> None:
    reference = parse_image(text)
    if isinstance(reference, ImageReference):
        assert parse_image(str(reference)) == reference


def test_a_hostile_length_ends_at_once() -> None:
    assert isinstance(parse_image("a-" * 500_000), Invalid)
    assert isinstance(parse_image("a." * 500_000 + "/x"), Invalid)
