"""Rules of several families together: what people bring, repaired in one go on different hosts."""

import pytest

from stacks.rules.checker import check_text
from stacks.rules.fixer import fix_all
from tests.oracle import ComposeOracle
from tests.rules.case_files import load_host

OLD_GUIDE = """\
version: "3.7"
services:
  check:  # from a guide of 2021
    image: nvidia/cuda:11.4.0-base
    command: nvidia-smi
    environment:
      - CUDA_VISIBLE_DEVICES=all
"""
DEVICE_NODE = """\
services:
  app:
    build: ./app
    volumes:
      - /dev/nvidia0:/dev/nvidia0
      - ./app:/app
    environment:
      - CUDA_VISIBLE_DEVICES=0
"""
ONE_EACH = """\
services:
  first:
    image: nvidia/cuda
    environment:
      CUDA_VISIBLE_DEVICES: "0"
  second:
    image: nvidia/cuda:latest
    environment:
      CUDA_VISIBLE_DEVICES: "1"
"""
COUNTED_TWICE = """\
services:
  chat:
    image: ollama/ollama:0.13.5
    gpus: [{count: 1}]
  train:
    image: pytorch/pytorch:2.9.1-cuda12.6-cudnn9-runtime
    gpus: [{count: 1}]
"""
STACKS = {"old-guide": OLD_GUIDE, "device-node": DEVICE_NODE, "one-each": ONE_EACH, "counted-twice": COUNTED_TWICE}
HOSTS = [None, "h200-x2", "mixed"]


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("name", STACKS)
def test_safe_fixes_leave_no_error_and_nothing_to_do(name: str, host: str | None, oracle: ComposeOracle) -> None:
    snapshot = load_host(host) if host else None
    before = check_text(STACKS[name], {}, snapshot)
    assert before.errors + before.warnings > 0
    fixed = fix_all(STACKS[name], {}, snapshot)
    assert fixed.report.errors == 0
    assert fix_all(fixed.text, {}, snapshot).text == fixed.text
    assert oracle.config(fixed.text).accepted


def test_the_new_tag_fits_the_driver_of_the_host() -> None:
    fixed = fix_all(OLD_GUIDE, {}, load_host("old-compose"))
    assert "image: nvidia/cuda:12.4.1-base-ubuntu22.04\n" in fixed.text
    assert "DRV101" not in {each.code for each in fixed.report.diagnostics}


def test_services_counted_twice_get_a_gpu_each() -> None:
    fixed = fix_all(COUNTED_TWICE, {}, load_host("h200-x2"))
    assert 'gpus: [{device_ids: ["1"]}]' in fixed.text
    assert fixed.report.warnings == 0


def test_an_error_of_the_host_is_not_told_without_one() -> None:
    text = COUNTED_TWICE.replace("count: 1", 'device_ids: ["9"]')
    assert check_text(text, {}).errors == 0
    assert {each.code for each in check_text(text, {}, load_host("mixed")).diagnostics} >= {"GPU102", "GPU203"}


def test_a_fix_that_was_refused_is_tried_again_once_others_are_made() -> None:
    """Here `gpus` can be rewritten for an old Compose only after the key in it is mended."""
    text = "services:\n  serve:\n    image: python:3.12\n    mem_limt: 32g\n    gpus: [{coun: 1}]\n"
    host = load_host("old-compose")
    once = fix_all(text, None, host, unsafe=True)
    assert "ENG105" in {each.code for each in once.applied}
    assert fix_all(once.text, None, host, unsafe=True).text == once.text


def test_harmful_fixes_do_not_keep_the_others_waiting() -> None:
    """More fixes than rounds, of which some would make things worse: all others are made all the same."""
    server = "    image: vllm/vllm-openai:v0.11.0\n    command: --model Qwen/Qwen3-0.6B\n"
    text = "services:\n" + "".join(f"  vllm-{number}:\n{server}" for number in range(30))
    once = fix_all(text, None, load_host("h200-x2"), unsafe=True)
    assert not once.report.errors
    assert sum(each.code == "MEM201" for each in once.applied) == 30
    assert fix_all(once.text, None, load_host("h200-x2"), unsafe=True).text == once.text
