"""Names of GPUs: what an engine takes, and what people write in their place."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stacks.compose.gpu_identifiers import (
    IdentifierKind,
    identifier_kind,
    is_whole_uuid,
    repaired_identifier,
    split_identifiers,
)

UUID = "3a23c669-1f69-c64e-cf85-44e9b07e7a2a"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("0", IdentifierKind.INDEX),
        ("15", IdentifierKind.INDEX),
        ("1:0", IdentifierKind.MIG_POSITION),
        (f"GPU-{UUID}", IdentifierKind.GPU_UUID),
        (f"gpu-{UUID.upper()}", IdentifierKind.GPU_UUID),
        ("GPU-3a23c", IdentifierKind.GPU_UUID),
        (f"MIG-{UUID}", IdentifierKind.MIG_UUID),
        (f"MIG-GPU-{UUID}/7/0", IdentifierKind.MIG_UUID),
        ("nvidia.com/gpu=0", IdentifierKind.CDI),
        ("", None),
        (" 0", None),
        ("-1", None),
        ("0,1", None),
        ("all", None),
        ("GPU-", None),
        (f"GPU-{UUID}0", None),
        ("GPU-3a23c669_1f69", None),
        (UUID, None),
        ("MIG-GPU-xyz/7/0", None),
        ("²", None),
    ],
)
def test_kinds(text: str, kind: IdentifierKind | None) -> None:
    assert identifier_kind(text) is kind


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("cuda:0", "0"),
        ("gpu1", "1"),
        ("GPU 2", "2"),
        ("/dev/nvidia3", "3"),
        (" 0 ", "0"),
        ("'0'", "0"),
        (f'"GPU-{UUID}"', f"GPU-{UUID}"),
        ("first", None),
        ("0", None),
    ],
)
def test_repairs(text: str, meant: str | None) -> None:
    assert repaired_identifier(text) == meant


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("0,1", ("0", "1")),
        ("0, 1", ("0", "1")),
        ("0;1", ("0", "1")),
        ("0 1", ("0", "1")),
        ("[0, 1]", ("0", "1")),
        ("[0]", ("0",)),
        ("0-3", ("0", "1", "2", "3")),
        ("cuda:0,cuda:1", ("0", "1")),
        (f"GPU-{UUID},1", (f"GPU-{UUID}", "1")),
        ("0", ()),
        (" 0", ()),
        ("3-0", ()),
        ("0-999", ()),
        ("a,b", ()),
    ],
)
def test_splits(text: str, names: tuple[str, ...]) -> None:
    assert split_identifiers(text) == names


def test_bare_uuid() -> None:
    assert is_whole_uuid(UUID)
    assert not is_whole_uuid(UUID[:-1])


@settings(max_examples=200)
@given(st.text(max_size=40))
def test_never_raises_and_gives_only_names(text: str) -> None:
    repaired = repaired_identifier(text)
    for name in (*split_identifiers(text), *(() if repaired is None else (repaired,))):
        assert identifier_kind(name) is not None
