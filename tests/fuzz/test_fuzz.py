"""A small part of what `make fuzz` does, the same inputs each time."""

from __future__ import annotations

import gc
from random import Random
from weakref import ref

import pytest

from stacks.renderers.registry import Dialect, Pin
from stacks.rules.checker import check_text
from tests.fuzz.mutations import MUTATIONS, mutated
from tests.fuzz.seeds import load_hosts, load_seeds
from tests.fuzz.trial import Trial, attempt, trial_of


@pytest.mark.parametrize("batch", range(8))
def test_spoiled_files_are_survived(batch: int) -> None:
    random = Random(f"test/{batch}")
    seeds, hosts = load_seeds(), load_hosts()
    for _ in range(40):
        trial = trial_of(mutated(seeds, random), hosts, random)
        assert attempt(trial, slowest=20) is None, trial.text  # a busy machine is no fault


def test_a_seed_gives_the_same_inputs() -> None:
    seeds = load_seeds()
    first, second = Random("x"), Random("x")
    assert [mutated(seeds, first) for _ in range(20)] == [mutated(seeds, second) for _ in range(20)]


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
def test_a_mutation_changes_texts_and_takes_empty_ones(mutation: object) -> None:
    assert callable(mutation)
    text, random = "services:\n  a:\n    image: x  # c\n    ports: ['80:80']\n", Random(1)
    assert any(mutation(text, random, [text]) != text for _ in range(50))
    assert isinstance(mutation("", random, [text]), str)


def test_a_fault_is_told_from_none(monkeypatch: pytest.MonkeyPatch) -> None:
    random = Random(1)
    trial = trial_of("services: {a: {image: x}}\n", (None,), random)
    assert attempt(trial) is None

    def broken(*_: object, **__: object) -> None:
        raise ValueError("x")

    monkeypatch.setattr("tests.fuzz.trial.render", broken)
    fault = attempt(Trial(*trial))
    assert fault is not None and fault.kind == "traceback" and "ValueError" in fault.detail


def test_nothing_is_left_of_a_document_that_was_checked() -> None:
    """What rules remember of documents and services goes with them."""
    seeds, hosts = load_seeds(), load_hosts()
    gone = []
    for text in seeds[::25]:
        report = check_text(text, None, hosts[1])
        gone += [ref(report.document), *(ref(service) for service in report.document.services)]
    del report
    gc.collect()
    assert gone and not [each for each in gone if each() is not None]


@pytest.mark.parametrize("dialect", list(Dialect))
@pytest.mark.parametrize("pin", list(Pin))
def test_a_huge_number_costs_no_more_than_a_small_one(dialect: Dialect, pin: Pin) -> None:
    number = 10**15
    text = (
        f"services:\n  a:\n    image: x\n    scale: {number}\n    runtime: nvidia\n    environment:\n"
        f"      NVIDIA_VISIBLE_DEVICES: 0,{number}\n      CUDA_VISIBLE_DEVICES: 0-{number}\n"
        f"    gpus: [{{count: {number}}}]\n    deploy:\n      replicas: {number}\n"
        f"      resources: {{reservations: {{devices: [{{count: {number}, capabilities: [gpu]}}]}}}}\n"
    )
    for host in load_hosts():
        assert attempt(Trial(text, host, True, dialect, pin)) is None
