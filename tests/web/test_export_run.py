"""How an exported file is started, and what its containers should then print of their GPUs."""

from __future__ import annotations

import pytest

from stacks.compose.document import parse_document
from stacks.services.export_run import running
from tests.rules.case_files import load_host


@pytest.mark.parametrize(
    ("service", "up", "look"),
    [
        ("image: 'nvidia/cuda:12.9.1-base-ubuntu24.04', command: nvidia-smi", "up", "run --rm a nvidia-smi -L"),
        ("image: 'nvidia/cuda:12.9.1-base-ubuntu24.04'", "up", "run --rm a nvidia-smi -L"),
        ("image: 'nvidia/cuda:12.9.1-base-ubuntu24.04', command: nvidia-smi -l 5", "up -d", "exec a nvidia-smi -L"),
        ("image: 'nvidia/cuda:12.9.1-base-ubuntu24.04', command: sleep infinity", "up -d", "exec a nvidia-smi -L"),
        ("image: 'nvidia/cuda:12.9.1-base-ubuntu24.04', tty: true", "up -d", "exec a nvidia-smi -L"),
        ("image: 'x:1', command: hf download m", "up", "run --rm --entrypoint nvidia-smi a -L"),
        (
            "image: 'nvidia/cuda:12.9.1-base-ubuntu24.04', entrypoint: nvidia-smi",
            "up",
            "run --rm --entrypoint nvidia-smi a -L",
        ),
    ],
)
def test_a_container_that_ends_is_not_looked_into(service: str, up: str, look: str) -> None:
    found = running(parse_document(f"services: {{a: {{{service}, gpus: all}}}}\n"), load_host("h200-x2"))
    assert (found.up, found.seen[0].command) == (f"docker compose {up}", f"docker compose {look}")
    assert found.seen[0].output.startswith("GPU 0: NVIDIA H200")


def test_a_service_that_stays_is_left_running_beside_one_that_ends() -> None:
    text = "services: {a: {image: 'x:1', command: nvidia-smi, gpus: all}, web: {image: 'x:1'}}\n"
    found = running(parse_document(text), load_host("h200-x2"))
    assert found.up == "docker compose up -d"
    assert found.seen[0].command.startswith("docker compose run --rm")


def test_profiles_are_started_and_odd_names_quoted() -> None:
    host = load_host("h200-x2")
    document = parse_document(
        "services:\n  'a b':\n    image: x:1\n    gpus: all\n    profiles: [gpu jobs]\n"
        "  off:\n    image: x:1\n    gpus: all\n    scale: 0\n  web:\n    image: x:1\n"
    )
    found = running(document, host)
    assert found.up == "docker compose --profile 'gpu jobs' up -d"
    assert [seen.command for seen in found.seen] == ["docker compose exec 'a b' nvidia-smi -L"]
    assert found.seen[0].output.splitlines()[1].startswith("GPU 1: NVIDIA H200 (UUID: GPU-22222222-")


def test_a_gpu_that_the_host_lacks_is_no_line_to_expect() -> None:
    document = parse_document("services: {a: {image: 'x:1', gpus: [{device_ids: ['7']}]}}\n")
    (seen,) = running(document, load_host("h200-x2")).seen
    assert (seen.command, seen.output) == ("", "") and "will not start" in seen.words
    (seen,) = running(document, None).seen
    assert seen.output == "" and "Choose a host" in seen.words


def test_a_mig_instance_is_shown_under_its_gpu() -> None:
    document = parse_document("services: {a: {image: 'x:1', gpus: [{device_ids: ['0:0']}]}}\n")
    lines = running(document, load_host("mig")).seen[0].output.splitlines()
    assert lines[0].startswith("GPU 0: ") and lines[1].startswith("  MIG ")
