"""The sizes of models, against what servers have printed of them."""

import pytest

from stacks.facts.models import GIB, Verdict, find_model, memory_of, verdict


@pytest.mark.parametrize(
    ("name", "weights"),
    [
        # https://github.com/vllm-project/vllm/issues/12330 logs 14.9595 GiB.
        ("meta-llama/Llama-3.1-8B-Instruct", 14.96),
        ("Qwen/Qwen3-32B", 61.1),
        ("RedHatAI/Meta-Llama-3.1-70B-Instruct-FP8", 67.4),
        ("/models/Qwen2.5-32B-Instruct-Q8_0.gguf", 32.4),
    ],
)
def test_weights(name: str, weights: float) -> None:
    model = find_model(name)
    assert model is not None
    assert model.weights / GIB == pytest.approx(weights, rel=0.01)


def test_keys_and_values_of_a_token() -> None:
    llama, deepseek = find_model("meta-llama/Llama-3.1-8B"), find_model("deepseek-ai/DeepSeek-R1")
    assert llama is not None and deepseek is not None
    assert llama.kv_token == 131_072
    assert deepseek.kv_token == 69 * 1024


@pytest.mark.parametrize(
    "name",
    [
        "Qwen/Qwen3-Embedding-8B",
        "deepseek-ai/DeepSeek-R1-Distill-Qwen-14B",
        "org/my-model",
        "Qwen/Qwen2.5-VL-7B-Instruct",
        "org/Llama-3.1-8B-lora",
        "",
    ],
)
def test_names_of_other_models(name: str) -> None:
    assert find_model(name) is None


def test_the_option_says_the_bits_where_the_name_does_not() -> None:
    plain, quantised = find_model("Qwen/Qwen3-8B"), find_model("Qwen/Qwen3-8B", "bitsandbytes")
    assert plain is not None and quantised is not None
    assert quantised.weights < plain.weights / 3
    assert plain.is_verified and not quantised.is_verified


def test_an_unknown_way_to_quantise_makes_the_size_uncertain() -> None:
    model = find_model("Qwen/Qwen3-8B", "torchao")
    assert model is not None and not model.is_verified


def test_verdicts_around_the_example_of_an_l4() -> None:
    """https://github.com/vllm-project/vllm/issues/2418: 8B at its own 131072 tokens does not start on 22.5 GiB."""
    model, available = find_model("meta-llama/Llama-3.1-8B"), 0.92 * 22.49 * GIB
    assert model is not None
    assert verdict(memory_of(model, 131_072, 1), available) is Verdict.DOES_NOT_FIT
    assert verdict(memory_of(model, 40_192, 1), available) is Verdict.TIGHT
    assert verdict(memory_of(model, 4_096, 1), available) is Verdict.FITS
    assert verdict(memory_of(model, 131_072, 2), available) is Verdict.FITS
