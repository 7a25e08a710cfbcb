"""Which versions of Docker Engine and Docker Compose can do what."""

import pytest

from stacks.facts.engine import Feature, cdi_is_off, is_before, version_of
from stacks.facts.memory import default_shm, engine_minimum
from stacks.facts.tables import table
from stacks.hosts.snapshot import Engine


@pytest.mark.parametrize(
    ("version", "expected"),
    [("2.29.7", True), ("v2.30.0", False), ("2.30", False), ("5.5.0+71", False), ("1.29.2", True), ("unknown", False)],
)
def test_is_before(version: str, expected: bool) -> None:
    assert is_before(version, Feature.GPUS_LIST) is expected


@pytest.mark.parametrize("feature", Feature)
def test_every_feature_has_a_row_with_a_source(feature: Feature) -> None:
    section, _, key = feature.value.partition(".")
    row = table("engine")[section][key]
    assert row["source"].startswith("https://") and version_of(feature).count(".") == 2


@pytest.mark.parametrize(
    ("engine", "expected"),
    [
        (Engine(cdi_enabled=True, version="24.0.0"), False),
        (Engine(cdi_enabled=False, version="28.0.0"), True),
        (Engine(version="20.10.24"), True),
        (Engine(version="27.0.0"), False),
        (Engine(), False),
    ],
)
def test_cdi_is_off_only_where_that_is_sure(engine: Engine, expected: bool) -> None:
    assert cdi_is_off(engine) is expected


def test_memory() -> None:
    assert engine_minimum() == 6 * 1024**2
    assert default_shm() == 64 * 1024**2
