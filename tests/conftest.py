"""Fixtures that every part of the suite may use."""

from __future__ import annotations

import os

import pytest

from tests.oracle import ComposeOracle, find_oracle


@pytest.fixture(scope="session")
def oracle() -> ComposeOracle:
    """The real Docker Compose. Absent: a skip on a developer's machine, a failure where CI=true."""
    found = find_oracle()
    if found is None:
        message = "no Docker Compose oracle: set GPU_COMPOSE_ORACLE to a docker-compose binary"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return found
