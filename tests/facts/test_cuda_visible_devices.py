"""Every row of the measurement: two H200, driver 580.159.04, CUDA 13.0, one process a value."""

import pytest

from stacks.facts.cuda_visible_devices import read_cuda_visible_devices

FIRST, SECOND = "GPU-3a23c669-1f69-c64e-cf85-44e9b07e7a2a", "GPU-b1028956-cfa2-0990-bf4a-5da9abb51763"
HOST_GPUS = 2

# The value, and how many of two GPUs CUDA then saw.
MEASURED = [
    ("all", 0),
    ("", 0),
    ("none", 0),
    ("void", 0),
    ("true", 0),
    ("NoDevFiles", 0),
    ("-1", 0),
    ("7", 0),
    (FIRST, 1),
    (FIRST[:12], 1),
    (FIRST.upper(), 1),
    ("GPU", 0),
    ("gpu", 0),
    ("GPU-00000000-0000-0000-0000-000000000000", 0),
    ("0,1", 2),
    ("1,0", 2),
    ("0, 1", 2),
    ("0", 1),
    ("1", 1),
    (" 1", 1),
    ("1 ", 1),
    ("0,0", 0),
    ("0,all", 1),
    ("all,0", 0),
    ("1,5,0", 1),
    ("0,-1,1", 1),
    ("0-1", 1),
    ("0;1", 1),
    ("'0'", 0),
    ('"0"', 0),
    ("0x1", 1),
]


def seen(value: str) -> int:
    """How many GPUs are left of the measured host: the entries before the first that it does not have."""
    read = read_cuda_visible_devices(value)
    if read.duplicate is not None:
        return 0
    count = 0
    for device in read.devices:
        present = (
            device < HOST_GPUS
            if isinstance(device, int)
            else any(uuid.lower().startswith(device) for uuid in (FIRST, SECOND))
        )
        if not present:
            break
        count += 1
    return count


@pytest.mark.parametrize(("value", "count"), MEASURED, ids=[repr(value) for value, _ in MEASURED])
def test_reads_as_measured(value: str, count: int) -> None:
    assert seen(value) == count


def test_says_where_the_list_ends() -> None:
    assert read_cuda_visible_devices("0,-1,1").cut_at == "-1"
    assert read_cuda_visible_devices("1,0-3,2").partly_read == "0-3"
    assert read_cuda_visible_devices("1,0-3,2").devices == (1, 0)
    assert read_cuda_visible_devices("2,3,2").duplicate == 2
    assert read_cuda_visible_devices("0,0-1").duplicate == 0
    assert read_cuda_visible_devices("all").sees_nothing
    assert not read_cuda_visible_devices("0").sees_nothing
