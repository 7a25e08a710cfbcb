"""The tags of nvidia/cuda: reading them, and naming one that exists."""

import pytest

from stacks.facts.cuda_tags import in_order, is_overdue, is_withdrawn, newest_for, parse_cuda_tag, replacement
from stacks.hosts.snapshot import HostSnapshot, Source


@pytest.mark.parametrize(
    ("text", "version", "cudnn", "flavour", "system"),
    [
        ("12.9.1-base-ubuntu24.04", "12.9.1", False, "base", "ubuntu24.04"),
        ("12.8.1-cudnn-runtime-ubuntu22.04", "12.8.1", True, "runtime", "ubuntu22.04"),
        ("11.4.0-base", "11.4.0", False, "base", None),
        ("11.0-cudnn8-devel-centos7", "11.0", True, "devel", "centos7"),
        ("12.4.1", "12.4.1", False, None, None),
        ("12.6.3-devel-ubi9", "12.6.3", False, "devel", "ubi9"),
        ("latest", None, False, None, None),
    ],
)
def test_parse(text: str, version: str | None, cudnn: bool, flavour: str | None, system: str | None) -> None:
    tag = parse_cuda_tag(text)
    assert (tag.version, tag.cudnn, tag.flavour, tag.system) == (version, cudnn, flavour, system)


@pytest.mark.parametrize(
    ("text", "follows"),
    [
        ("12.9.1-base-ubuntu24.04", True),
        ("12.2.2-cudnn8-devel-ubuntu22.04", True),
        ("12.8.1-runtime-cudnn-ubuntu24.04", False),
        ("12.8.1-cudnn9-devel-ubuntu24.04", False),
        ("12.6-base-ubuntu24.04", False),
    ],
)
def test_grammar(text: str, follows: bool) -> None:
    assert parse_cuda_tag(text).follows_grammar is follows


@pytest.mark.parametrize(
    ("text", "newest", "expected"),
    [
        (None, None, "12.9.1-base-ubuntu24.04"),
        ("11.4.0-base", (13, 0), "12.9.1-base-ubuntu24.04"),
        ("11.4.0-base", (12, 4), "12.4.1-base-ubuntu22.04"),
        ("11.7.0-cudnn8-devel-ubuntu22.04", None, "12.9.1-cudnn-devel-ubuntu22.04"),
        ("11.7.0-cudnn8-devel-ubuntu22.04", (12, 2), "12.2.2-cudnn8-devel-ubuntu22.04"),
        ("10.2-runtime-ubuntu18.04", None, "12.9.1-runtime-ubuntu24.04"),
        ("11.0-base", (12, 0), "12.2.2-base-ubuntu22.04"),
        ("11.0-base", (11, 4), "11.8.0-base-ubuntu22.04"),
        ("11.0-cudnn8", None, "12.9.1-cudnn-runtime-ubuntu24.04"),
    ],
)
def test_replacement(text: str | None, newest: tuple[int, int] | None, expected: str) -> None:
    assert replacement(text, newest) == expected
    assert parse_cuda_tag(expected).follows_grammar


def test_in_order() -> None:
    assert in_order(parse_cuda_tag("12.8.1-runtime-cudnn-ubuntu24.04")) == "12.8.1-cudnn-runtime-ubuntu24.04"
    assert in_order(parse_cuda_tag("12.6-base-ubuntu24.04")) == "12.6.3-base-ubuntu24.04"
    assert in_order(parse_cuda_tag("12.5-base-ubuntu24.04")) is None


@pytest.mark.parametrize(
    ("text", "gone", "overdue"),
    [
        ("10.2-base-ubuntu18.04", True, True),
        ("11.0.3-base-ubuntu20.04", True, True),
        ("11.4.0-base-ubuntu20.04", True, True),
        ("11.4.3-base-ubuntu20.04", False, True),
        ("11.8.0-base-ubuntu22.04", False, True),
        ("12.0.0-base-ubuntu22.04", False, False),
        ("something", False, False),
    ],
)
def test_withdrawn(text: str, gone: bool, overdue: bool) -> None:
    tag = parse_cuda_tag(text)
    assert (is_withdrawn(tag), is_overdue(tag)) == (gone, overdue)


def test_newest_for_a_host() -> None:
    host = HostSnapshot(Source.MANUAL, "2026-01-01T00:00:00Z", driver_version="550.54.15")
    assert newest_for(host) == (12, 4)
    assert newest_for(None) is None
    assert newest_for(HostSnapshot(Source.MANUAL, "2026-01-01T00:00:00Z")) is None
