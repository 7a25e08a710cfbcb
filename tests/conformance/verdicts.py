"""Our verdict on a Compose file beside that of the real Docker Compose.

Ours is that of the layers yaml, schema and compose: they claim to refuse exactly what `docker compose config` refuses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from stacks.rules.checker import check_text
from stacks.rules.findings import Layer, Severity
from tests.oracle import ComposeOracle

VARIANTS = Path(__file__).with_name("variants.txt")
_HEADER = re.compile(r"^== (accepted|refused: .*)\n", re.MULTILINE)
_LAYERS = (Layer.YAML, Layer.SCHEMA, Layer.COMPOSE)

# What Compose finds in its environment when a shell runs it in the folder `project`.
ENVIRONMENT = {"PWD": "/home/user/project", "HOME": "/home/user", "PATH": "/usr/bin", "COMPOSE_PROJECT_NAME": "project"}

ODD_BYTES = (
    ("", False),
    ("\ufeffservices: {a: {image: x}}\n", True),
    ("services:\r\n  a:\r\n    image: x\r\n", True),
    ("services: {a: {image: 'x\x07y'}}\n", False),
)

# Files on which we differ, each with its reason. Nothing else may.
KNOWN_DIFFERENCES = {
    "services:\n  a:\n    image: x\n    network_mode: ''\n    networks: [default]\n": (
        "an empty network_mode takes away the default network, unless another service uses it; nobody writes that"
    ),
    "services:\n  b:\n    image: x\n    environment: {A: b}\n  a:\n    extends: b\n    environment: A\n": (
        "a single text becomes a list when it is merged with a base; alone it is refused, and we say so"
    ),
}


@dataclass(frozen=True)
class Variant:
    """A small file with the oracle's recorded verdict."""

    text: str
    accepted: bool


def load_variants() -> list[Variant]:
    """The files of variants.txt, whose headers say what Docker Compose 2.40.3 answered."""
    parts = _HEADER.split(VARIANTS.read_text(encoding="utf-8"))[1:]
    recorded = [Variant(text, header == "accepted") for header, text in zip(parts[::2], parts[1::2], strict=True)]
    return [*recorded, *(Variant(*odd) for odd in ODD_BYTES)]


def our_errors(
    text: str, environment: Mapping[str, str] = ENVIRONMENT, file_exists: Callable[[str], bool] = lambda path: False
) -> list[tuple[str, str]]:
    """The codes and messages for which we say that Compose refuses the file."""
    report = check_text(text, environment, None, file_exists)
    return [
        (each.code, each.message)
        for each in report.diagnostics
        if each.severity is Severity.ERROR and each.layer in _LAYERS
    ]


def ask_oracle(oracle: ComposeOracle, texts: Iterable[str]) -> list[bool]:
    """Whether Compose accepts each text, asked several at a time."""
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(lambda text: oracle.config(text, options=("-q",)).accepted, texts))
