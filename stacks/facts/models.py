"""How much GPU memory language models take: look-ups in `models.toml`, and the estimate that follows from them.

weights = parameters × bits / 8; keys and values = 2 × layers × kv_heads × head_dim × bytes for each token; both are
divided over the GPUs of a tensor-parallel group. Source: https://arxiv.org/abs/2305.13245 for the kv_heads; the logs of
vLLM in https://github.com/vllm-project/vllm/issues/12330 for the rest, which is an estimate: hence a band of 15 %.
"""

import re
from enum import StrEnum
from functools import cache, lru_cache
from typing import NamedTuple

from stacks.facts.tables import table

GIB = 1024**3
_OVERHEAD = 1.15 * GIB  # CUDA's context, activations and graphs of each GPU: 0.8 to 1.5 GiB for small models
_BAND = 0.15


class Verdict(StrEnum):
    """Whether something fits into memory, as far as an estimate can say."""

    FITS = "fits"
    TIGHT = "tight"
    DOES_NOT_FIT = "does not fit"


class LanguageModel(NamedTuple):
    """A model as its name tells it. Sizes are bytes; `kv_token` is for one token at 16 bits, `heads` for attention."""

    title: str
    weights: float
    kv_token: int
    context: int
    kv_is_upper: bool
    is_verified: bool
    context_is_verified: bool
    heads: int | None = None


@lru_cache(maxsize=512)
def find_model(name: str, quantization: str = "") -> LanguageModel | None:
    """The model of that name, path or file, with the bits that the name or the server's option tell; None: unknown."""
    plain = _plain(name)
    if any(f"-{word}-" in plain for word in table("models")["other"] if word != "distill"):
        return None
    for row in table("models")["models"]:
        if any(f"-{each}-" in plain for each in row["names"]):
            break
    else:
        return None
    if "-distill-" in plain and not any("distill" in each for each in row["names"]):
        return None
    bits, is_verified = _bits(plain, quantization)
    weights = row["parameters"] * 1e9 * bits / 8
    if "weights_gib" in row:
        weights = row["weights_gib"] * GIB
    kib = row.get("kv_kib") or 4 * row["layers"] * row["kv_heads"] * row["head_dim"] // 1024
    verified = row["mark"] == "S"
    return LanguageModel(
        row["title"],
        weights,
        kib * 1024,
        row["context"],
        row.get("upper", False),
        verified and is_verified,
        verified and row.get("context_mark") == "S",
        row.get("heads"),
    )


def memory_of(model: LanguageModel, context: int, gpus: int, kv_bytes: int = 2) -> float:
    """The bytes on each of `gpus` GPUs for the weights and one sequence of `context` tokens."""
    return (model.weights + model.kv_token * context * kv_bytes / 2) / gpus + _OVERHEAD


def verdict(needed: float, available: float) -> Verdict:
    """Whether an estimated need fits: surely, or surely not, beyond the band of the estimate."""
    if needed * (1 - _BAND) > available:
        return Verdict.DOES_NOT_FIT
    return Verdict.TIGHT if needed * (1 + _BAND) > available else Verdict.FITS


def gib(size: float) -> str:
    """A size for a sentence: `14.9 GiB`, `131 GiB`."""
    amount = size / GIB
    return f"{amount:.1f} GiB" if amount < 100 else f"{amount:.0f} GiB"


def _bits(plain: str, quantization: str) -> tuple[float, bool]:
    option = _plain(quantization)
    for row in _rows_of_bits():
        if any(word in plain or word in option for word in row[0]):
            return row[1], row[2]
    return 16, quantization in ("", "none")


@cache
def _rows_of_bits() -> tuple[tuple[tuple[str, ...], float, bool], ...]:
    rows = table("models")["bits"]
    return tuple((tuple(f"-{word}-" for word in row["words"]), row["bits"], row["mark"] == "S") for row in rows)


def _plain(name: str) -> str:
    return f"-{re.sub(r'[/_:@ ]|.gguf$', '-', name.casefold())}-"
