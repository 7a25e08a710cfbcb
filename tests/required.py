"""What a machine must be able to test.

GPU_COMPOSE_REQUIRE=browser,oracle turns a skip for want of either into a failure.

Loaded by `pytest -p tests.required`, as the Makefile does.
"""

import os
from collections.abc import Generator
from typing import Any

import pytest

NAMES = ("browser", "oracle")


def required() -> frozenset[str]:
    return frozenset(os.environ.get("GPU_COMPOSE_REQUIRE", "").replace(",", " ").split())


def pytest_configure(config: pytest.Config) -> None:
    unknown = required() - set(NAMES)
    if unknown:
        raise pytest.UsageError(f"GPU_COMPOSE_REQUIRE knows {' and '.join(NAMES)}, not {', '.join(sorted(unknown))}")


def needs(node: pytest.Item | pytest.Collector) -> frozenset[str]:
    """Which of the two a test cannot do without: by the fixtures it asks for, or the folder it lies in."""
    used = set(getattr(node, "fixturenames", ()))
    return frozenset(name for name in NAMES if name in used or name in node.path.parts)


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport, node: pytest.Item | pytest.Collector) -> None:
    missed = needs(node) & required()
    if report.skipped and missed and not hasattr(report, "wasxfail"):
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"required here (GPU_COMPOSE_REQUIRE): {', '.join(sorted(missed))}; yet {why}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: object) -> Generator[None, Any, pytest.TestReport]:
    report: pytest.TestReport = yield
    _refuse_skip(report, item)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, Any, pytest.CollectReport]:
    report: pytest.CollectReport = yield
    _refuse_skip(report, collector)
    return report
