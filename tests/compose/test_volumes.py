"""The short syntax of volumes, against the real Compose."""

from __future__ import annotations

import json
import posixpath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacks.compose.values import Invalid
from stacks.compose.volumes import VolumeMapping, VolumeType, is_host_path, parse_volume
from tests.compose.conformance import accepted_by_compose, read_by_compose, services_with
from tests.oracle import ComposeOracle

OPTIONS = ("--format", "json", "--no-path-resolution")
ACCEPTED = r"""a::b|/data|./d:/data|../d:/data|~/d:/data|~:/data|d:/data|d:/data:ro
|d:/data:ro,z|/a:/b:rshared|/a:/b:cached|/a:/b:bogus|/a:/b:ro,bogus|/a:/b:ro|/a:/b:rw
|/a:/b:z|/a:/b:Z|C:\a:/b|c:/a:/b|C:\a:C:\b|C:\a:C:\b:ro|c:a:/b|cc:/a:/b|d:/a|/a:b|::|a|ab
|abc|a:|a:b|.:/b|.|./|.hidden:/b|..:/b|/|\\.\pipe\x:\\.\pipe\x|\\srv\s:/b|d-1_2.x:/data
|-d:/data|data:data|1d:/data|d:./data|/a:~/b|~user/d:/b|é:/a|/a:/b:ro,rw|/a:/b:rw,ro
|/a:/b:private,z|named:/b:rprivate|named:/b:nocopy|named:/b:ro|/dev/nvidia0:/dev/nvidia0
|./a:/b/|./a/:/b|/a/../c:/b|/a:/b:,|/a:/b:ro,|C:|C:/|C:/x|/a:C:/x|D:\data:/data:ro|./a :/b
|./a: /b|x:/b:size=1|x:/b:ro:rw|/a:b:c:ro|hf-cache:/root/.cache/huggingface|/a:/b//c
|.:/b:z|/var/run/docker.sock:/var/run/docker.sock:ro""".replace("\n", "").split("|")
REFUSED = [
    "",
    ":/a",
    "/a:",
    "/a:/b:",
    "/a::ro",
    "/a:/b:ro:x",
    "//:::",
    "abc:",
    "/a:/b::",
    "€:",
    "€::",
    "/a:bb:cc:dd",
    ":::",
]

# Named volumes that no file can declare: Compose reads these and then misses the volume.
UNDECLARABLE = [" ./a:/b", "d/x:/data", "d x:/data", "$x:/b", "a\\b:/c", "%x:/b"]


def as_compose_prints(mapping: VolumeMapping) -> dict[str, Any]:
    """The parts of the long form that `config` prints of a mapping; it cleans the target's path."""
    row: dict[str, Any] = {"type": str(mapping.type), "target": posixpath.normpath(mapping.target)}
    if mapping.source is not None:
        row["source"] = mapping.source
    if mapping.read_only:
        row["read_only"] = True
    return row


def test_the_tables_are_as_large_as_they_should_be() -> None:
    assert len(ACCEPTED) + len(REFUSED) >= 80


def test_accepted_volumes_are_read_as_compose_reads_them(oracle: ComposeOracle) -> None:
    mappings = {text: parse_volume(text) for text in ACCEPTED}
    ours = {text: as_compose_prints(found) for text, found in mappings.items() if isinstance(found, VolumeMapping)}
    named = {row["source"] for row in ours.values() if row["type"] == "volume" and "source" in row}
    declared = "volumes:\n" + "".join(f"  {json.dumps(name, ensure_ascii=False)}: {{}}\n" for name in sorted(named))
    theirs = read_by_compose(oracle, "volumes", ACCEPTED, in_list=True, options=OPTIONS, more=declared)
    keys = ("type", "target", "source", "read_only")
    assert ours == {
        text: {key: row[key] for key in keys if key in row} for text, (row,) in zip(ACCEPTED, theirs, strict=True)
    }


def test_the_names_of_undeclared_volumes_are_those_that_compose_misses(oracle: ComposeOracle) -> None:
    for text in UNDECLARABLE:
        mapping = parse_volume(text)
        assert isinstance(mapping, VolumeMapping) and mapping.type is VolumeType.VOLUME
        answer = oracle.config(services_with("volumes", [text], in_list=True))
        assert f"refers to undefined volume {mapping.source}: " in answer.stderr


def test_refused_volumes_are_refused_by_both(oracle: ComposeOracle) -> None:
    assert [text for text in REFUSED if not isinstance(parse_volume(text), Invalid)] == []
    assert accepted_by_compose(oracle, "volumes", REFUSED, in_list=True) == []


@pytest.mark.parametrize(
    ("text", "hint"), [("", "empty"), ("/a:", "empty part between colons"), ("/a:/b:ro:x", "too many colons")]
)
def test_a_refusal_says_why(text: str, hint: str) -> None:
    answer = parse_volume(text)
    assert isinstance(answer, Invalid) and hint in answer.reason


def test_a_named_volume_of_one_letter_is_a_windows_drive() -> None:
    assert parse_volume("d:/data") == VolumeMapping(None, "d:/data", (), VolumeType.VOLUME)
    assert parse_volume("dd:/data") == VolumeMapping("dd", "/data", (), VolumeType.VOLUME)


def test_options_are_kept_and_unknown_ones_told_apart() -> None:
    mapping = parse_volume("/a:/b:ro,cached,z,r0,")
    assert isinstance(mapping, VolumeMapping)
    assert mapping.options == ("ro", "cached", "z", "r0", "")
    assert mapping.ignored_options == ("cached", "r0")
    assert mapping.read_only


@given(st.text(st.sampled_from("abC:/.~\\ro,é€ "), max_size=14) | st.text(max_size=8))
def test_it_never_raises_and_loses_no_character(text: str) -> None:
    answer = parse_volume(text)
    if isinstance(answer, VolumeMapping):
        parts = [answer.source, answer.target, ",".join(answer.options) if answer.options else None]
        assert ":".join(part for part in parts if part is not None) == text
        assert (answer.type is VolumeType.BIND) == (answer.source is not None and is_host_path(answer.source))
