"""The three stacks of an article that many people copied: every mistake on its line, and a repair that means the same.

https://github.com/compose-spec/compose-spec says what the article missed: a file asks for GPUs by a device request,
whatever its `version`, and has done so since Docker Compose 1.28.
"""

import pytest

from stacks.hosts.snapshot import HostSnapshot
from stacks.rules.checker import Report, check_text
from stacks.rules.context import Context
from stacks.rules.findings import Severity
from stacks.rules.fixer import fix_all
from tests.oracle import ComposeOracle
from tests.rules.case_files import load_host

ALL_GPUS = """\
version: "3.7"
services:
  gpu-service:
    image: nvidia/cuda:11.4.0-base
    deploy:
      resources:
        limits:
          memory: 4gb
    environment:
      - CUDA_VISIBLE_DEVICES=all
"""
BIND_MOUNT = """\
version: "3.7"
services:
  my-gpu-app:
    build:
      context: ./app
      dockerfile: Dockerfile
    volumes:
      - /dev/nvidia0:/dev/nvidia0
      - ./app:/app
    environment:
      - CUDA_VISIBLE_DEVICES=0
"""
ONE_EACH = """\
version: "3.7"
services:
  gpu-service-1:
    image: nvidia/cuda:11.4.0-base
    environment:
      - CUDA_VISIBLE_DEVICES=0
  gpu-service-2:
    image: nvidia/cuda:11.4.0-base
    environment:
      - CUDA_VISIBLE_DEVICES=1
"""
STACKS = {"all-gpus": ALL_GPUS, "bind-mount": BIND_MOUNT, "one-each": ONE_EACH}
DIAGNOSTICS = {
    "all-gpus": [("COM080", 1), ("IMG102", 4), ("ENV101", 10)],
    "bind-mount": [("COM080", 1), ("DEV601", 8), ("ENV201", 11)],
    "one-each": [("COM080", 1), ("IMG102", 4), ("ENV201", 6), ("IMG102", 8), ("ENV201", 10)],
}
# What the article promised: which service is given which GPUs of a host with two.
PROMISED = {
    "all-gpus": {"gpu-service": [0, 1]},
    "bind-mount": {"my-gpu-app": [0]},
    "one-each": {"gpu-service-1": [0], "gpu-service-2": [1]},
}

HOSTS = [pytest.param(False, id="no-host"), pytest.param(True, id="two-gpus")]


def host_if(wanted: bool) -> HostSnapshot | None:
    return load_host("h200-x2") if wanted else None


def held(report: Report) -> dict[str, list[int]]:
    allocation = Context(report.document, load_host("h200-x2")).allocation
    return {
        service.name: [holding.gpu.index for holding in allocation.held_by(service.name)]
        for service in report.document.services
    }


@pytest.mark.parametrize("with_host", HOSTS)
@pytest.mark.parametrize("name", STACKS)
def test_every_mistake_is_told_on_its_line(name: str, with_host: bool) -> None:
    report = check_text(STACKS[name], host=host_if(with_host))
    position = report.document.source.position
    assert [(each.code, position(each.span.start).line) for each in report.diagnostics] == DIAGNOSTICS[name]


@pytest.mark.parametrize("name", STACKS)
def test_as_written_no_service_holds_a_gpu(name: str) -> None:
    assert not any(held(check_text(STACKS[name])).values())


@pytest.mark.parametrize("with_host", HOSTS)
@pytest.mark.parametrize("name", STACKS)
def test_safe_fixes_give_what_the_article_promised(name: str, with_host: bool) -> None:
    fixed = fix_all(STACKS[name], host=host_if(with_host))
    left = [each for each in fixed.report.diagnostics if each.severity is Severity.ERROR]
    assert not left
    assert held(fixed.report) == PROMISED[name]
    assert fix_all(fixed.text, host=host_if(with_host)).text == fixed.text


@pytest.mark.parametrize("name", STACKS)
def test_docker_compose_accepts_the_repaired_stack(name: str, oracle: ComposeOracle) -> None:
    services = oracle.config(fix_all(STACKS[name]).text).project["services"]
    for service in services.values():
        assert service["deploy"]["resources"]["reservations"]["devices"][0]["capabilities"] == ["gpu"]


def test_untouched_lines_stay() -> None:
    fixed = fix_all(BIND_MOUNT).text
    for line in ("    build:", "      context: ./app", "      - ./app:/app", "  my-gpu-app:"):
        assert line in fixed.splitlines()
    assert "/dev/nvidia0" not in fixed
