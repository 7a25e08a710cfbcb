"""Ways to spoil a Compose file: bytes, characters, lines, values, and pieces of other files."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random
from typing import TypeAlias

Mutation: TypeAlias = Callable[[str, Random, Sequence[str]], str]

_LONGEST = 60_000  # characters; longer inputs are for the tests of limits, and would leave time for few here
_VALUE = re.compile(r"(?<=: )[^\n#]+|(?<=- )[^\n#]+")
_KEY = re.compile(r"^(\s*(?:- )?)([A-Za-z_][\w.-]*)(?=:)", re.MULTILINE)

WORDS = (
    *(
        "services:",
        "gpus: all",
        "gpus: [{count: 1}]",
        "gpus:\n      - device_ids: ['0']",
        "runtime: nvidia",
        "<<: *base",
    ),
    *("&base", "*base", "!reset", "!override", "!!binary", "!!set", "? key", "|-", ">+2", "---", "...", "%YAML 1.2"),
    *(
        "${A",
        "${A:-",
        "${A:?x}",
        "$$",
        "${A:-${B:-${C}}}",
        "$",
        "${1}",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "- ",
        "\t",
        "#",
        "'",
    ),
    *(
        '"',
        "\\",
        "\x00",
        "\x07",
        "\ufeff",
        "\u2028",
        "\x85",
        "😀",
        "e\u0301",
        "\r",
        "\r\n",
        "\n\n",
        "    ",
        "~",
        "null",
    ),
    *("0", "-1", "1e999", "0x10", "0o17", "010", ".inf", ".nan", "22:22", "2001-01-01", "9" * 400, "on", "No", "all"),
    *(
        "deploy:",
        "devices:",
        "capabilities: [gpu]",
        "device_ids: [0, 0]",
        "count: -1",
        "driver: cdi",
        "options: {a: b}",
    ),
    *("environment:", "NVIDIA_VISIBLE_DEVICES: all", "- CUDA_VISIBLE_DEVICES=0,0", "/dev/nvidia0:/dev/nvidia0"),
    *(
        "ports: ['1-65535:1-65535']",
        "8080:80/udp",
        "[::1]:80:80",
        "shm_size: 1.5gb",
        "mem_limit: '-1'",
        "replicas: 1e3",
    ),
    *("nvidia.com/gpu=all", "GPU-11111111-1111-4111-8111-111111111111", "MIG-1", "0:0", "x-gpu-compose: {vram: 1gb}"),
    *("extends: a", "extends: {service: a, file: a.yaml}", "include: [a.yaml]", "depends_on: [a]", "profiles: ['']"),
    *(
        "# gpu-compose: ignore",
        "# gpu-compose: ignore[DEV101]",
        "# gpu-compose: ignore-file",
        "version: '3.7'",
        "name: ''",
    ),
)


def _cut(text: str, random: Random) -> tuple[int, int]:
    start = random.randrange(len(text) + 1)
    return start, min(len(text), start + random.choice((0, 1, 2, 5, 20, 200)))


def remove(text: str, random: Random, others: Sequence[str]) -> str:
    start, end = _cut(text, random)
    return text[:start] + text[end:]


def repeat(text: str, random: Random, others: Sequence[str]) -> str:
    start, end = _cut(text, random)
    return text[:end] + text[start:end] * random.choice((1, 2, 9)) + text[end:]


def put_word(text: str, random: Random, others: Sequence[str]) -> str:
    start, _ = _cut(text, random)
    return text[:start] + random.choice(WORDS) + text[start:]


def put_character(text: str, random: Random, others: Sequence[str]) -> str:
    start, end = _cut(text, random)
    return text[:start] + chr(random.choice((random.randrange(128), random.randrange(0xD7FF)))) + text[end:]


def put_piece(text: str, random: Random, others: Sequence[str]) -> str:
    other = random.choice(others)
    start, end = _cut(other, random)
    place, _ = _cut(text, random)
    return text[:place] + other[start:end] + text[place:]


def join(text: str, random: Random, others: Sequence[str]) -> str:
    other = random.choice(others)
    return text[: random.randrange(len(text) + 1)] + other[random.randrange(len(other) + 1) :]


def change_value(text: str, random: Random, others: Sequence[str]) -> str:
    found = list(_VALUE.finditer(text))
    if not found:
        return text
    match = random.choice(found)
    donors = found if random.random() < 0.5 else list(_VALUE.finditer(random.choice(others))) or found
    value = random.choice(WORDS) if random.random() < 0.4 else random.choice(donors).group()
    return text[: match.start()] + value + text[match.end() :]


def change_key(text: str, random: Random, others: Sequence[str]) -> str:
    found = list(_KEY.finditer(text))
    if not found:
        return text
    match = random.choice(found)
    donors = found if random.random() < 0.5 else list(_KEY.finditer(random.choice(others))) or found
    return text[: match.start(2)] + random.choice(donors).group(2) + text[match.end(2) :]


def change_lines(text: str, random: Random, others: Sequence[str]) -> str:
    """Remove, repeat, swap, indent or outdent some lines."""
    lines = text.splitlines(keepends=True)
    if not lines:
        return text
    start = random.randrange(len(lines))
    end = min(len(lines), start + random.choice((1, 1, 2, 4)))
    block = lines[start:end]
    ways: tuple[Callable[[], list[str]], ...] = (
        list,
        lambda: block * 2,
        lambda: list(reversed(block)),
        lambda: ["  " + line for line in block],
        lambda: [line.removeprefix("  ") for line in block],
        lambda: ["# " + line for line in block],
        lambda: [line.rstrip("\r\n") for line in block],
    )
    lines[start:end] = random.choice(ways)()
    if random.random() < 0.2:
        lines.insert(random.randrange(len(lines) + 1), random.choice(block))
    return "".join(lines)


MUTATIONS: tuple[Mutation, ...] = (
    *(remove, repeat, put_word, put_character, put_piece, join),
    *(change_value, change_value, change_value, change_key, change_key, change_lines, change_lines),
)


def mutated(seeds: Sequence[str], random: Random) -> str:
    """One of the seeds with one to six changes. The same state of `random` gives the same text."""
    text = random.choice(seeds)
    for _ in range(random.choice((1, 1, 1, 2, 2, 3, 6))):
        text = random.choice(MUTATIONS)(text, random, seeds)[:_LONGEST]
    return text
