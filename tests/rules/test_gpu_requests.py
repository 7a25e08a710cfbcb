"""Requests for GPUs as a whole: against the real Docker Compose, and made at random."""

from collections.abc import Mapping

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stacks.compose.source import apply
from stacks.rules.checker import Report, check_text
from stacks.rules.findings import Layer, Severity
from stacks.rules.fixer import fix_all
from tests.oracle import ComposeOracle
from tests.rules.case_files import load_host

REFUSING = frozenset({Layer.YAML, Layer.SCHEMA, Layer.COMPOSE})
UNDER_DEPLOY = "services:\n  a:\n    image: x:1\n    deploy: {resources: {reservations: {devices: %s}}}\n"
UNDER_GPUS = "services:\n  a:\n    image: x:1\n    gpus: %s\n"
UNDER_SERVICE = "services:\n  a:\n    image: x:1\n    %s\n"

VALUES = """\
[{capabilities: [gpu], count: 1, device_ids: ['0']}]
[{capabilities: [gpu], count: 1, device_ids: []}]
[{count: 1}]
[{capabilities: gpu}]
[{capabilities: [[gpu]]}]
[{capabilities: [gpu, gpu]}]
[{capabilities: []}]
[{capabilities: [gpu], count: 1.0}]
[{capabilities: [gpu], count: '1.5'}]
[{capabilities: [gpu], count: two}]
[{capabilities: [gpu], count: ''}]
[{capabilities: [gpu], count: }]
[{capabilities: [gpu], count: true}]
[{capabilities: [gpu], count: [1]}]
[{capabilities: [gpu], count: '+1'}]
[{capabilities: [gpu], count: ' 1'}]
[{capabilities: [gpu], count: 0x2}]
[{capabilities: [gpu], count: 1e1}]
[{capabilities: [gpu], count: -3}]
[{capabilities: [gpu], count: aLL}]
[{capabilities: [gpu], device_ids: [0]}]
[{capabilities: [gpu], device_ids: ['0', '0']}]
[{capabilities: [gpu], device_ids: '0'}]
[{capabilities: [gpu], device_ids: }]
[{capabilities: [gpu], device_ids: [null]}]
[{capabilities: [gpu], device_ids: ['']}]
[{capabilities: [gpu], device_ids: [1:0]}]
[{capabilities: [gpu], device_id: ['0']}]
[{capabilities: [gpu], x-note: 1, count: 1}]
[{capabilities: [gpu], options: []}]
[{capabilities: [gpu], options: {a: 1}}]
[{capabilities: [gpu], options: fast}]
[{capabilities: [gpu], options: [a, a]}]
[{capabilities: [gpu], options: {a: [1]}}]
[{capabilities: [gpu], driver: }]
[{capabilities: [gpu], driver: 1}]
[{capabilities: [gpu], driver: nvdia}]
[{capabilities: [1]}]
[{}]
[null]
[gpu]
[]
{capabilities: [gpu], count: 1}
all
ALL
2
'0'
true
~"""

ELSEWHERE = """\
gpu: 1
gpus: all
runtime: nvidia
deploy: {devices: [{driver: nvidia, capabilities: [gpu]}]}
deploy: {resources: {devices: [{driver: nvidia, capabilities: [gpu]}]}}
deploy: {resources: {limits: {devices: [{driver: nvidia, capabilities: [gpu]}]}}}
deploy: {resources: {limits: {nvidia.com/gpu: 1}}}
deploy: {reservations: {devices: [{driver: nvidia, capabilities: [gpu]}]}}
resources: {reservations: {devices: [{driver: nvidia, capabilities: [gpu]}]}}
device_requests: [{driver: nvidia, capabilities: [gpu]}]
devices: [{driver: nvidia, capabilities: [gpu]}]
devices: ["nvidia.com/gpu=0"]"""

TEXTS = [
    *(UNDER_DEPLOY % value for value in VALUES.splitlines()),
    *(UNDER_GPUS % value for value in VALUES.splitlines()),
    *(UNDER_SERVICE % line for line in ELSEWHERE.splitlines()),
]


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.splitlines()[-1].strip()[:90])
def test_refuses_what_docker_compose_refuses(text: str, oracle: ComposeOracle) -> None:
    report = check_text(text)
    refused = [each for each in report.diagnostics if each.severity is Severity.ERROR and each.layer in REFUSING]
    assert bool(refused) is not oracle.config(text).accepted, refused


words = st.sampled_from(["gpu", "gpus", "GPU", "compute", "utility", "video", "nvidia-compute", "tpu", "all"])
identifiers = st.sampled_from(
    [
        "0",
        "1",
        "0,1",
        "0-1",
        "all",
        "none",
        "",
        " 0",
        "'0'",
        "cuda:0",
        "1:0",
        "GPU-3a23c669",
        "nvidia.com/gpu=0",
        0,
        1,
        None,
    ]
)
counts = st.sampled_from([0, 1, 2, -1, -2, "all", "ALL", "two", "1", 1.0, 0.5, True, None, [0, 1], {}])
requests = st.fixed_dictionaries(
    {},
    optional={
        "driver": st.sampled_from(["nvidia", "nvdia", "cdi", "", None, 1]),
        "count": counts,
        "device_ids": st.one_of(identifiers, st.lists(identifiers, max_size=3)),
        "capabilities": st.one_of(words, st.none(), st.lists(st.one_of(words, st.lists(words)), max_size=3)),
        "options": st.sampled_from([{}, {"a": "b"}, [], None, "fast"]),
        "device_id": identifiers,
        "counts": counts,
    },
)
asked = st.one_of(requests, st.none(), identifiers, counts, st.lists(st.one_of(requests, identifiers), max_size=2))
variables = st.dictionaries(
    st.sampled_from(["CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES", "NVIDIA_DRIVER_CAPABILITIES", "TZ"]),
    st.sampled_from(["all", "0", "1", "0,0", "0-1", "-1", "", "none", '"0"', "GPU-3a23c669", "gpu,compute"]),
    max_size=3,
)
services = st.fixed_dictionaries(
    {"image": st.just("nvidia/cuda:12.9.1-base-ubuntu24.04")},
    optional={
        "gpus": asked,
        "gpu": asked,
        "deploy": st.one_of(
            st.fixed_dictionaries({"devices": asked}),
            st.fixed_dictionaries(
                {},
                optional={
                    "resources": st.fixed_dictionaries(
                        {},
                        optional={
                            section: st.fixed_dictionaries({}, optional={"devices": asked, "memory": st.just("1g")})
                            for section in ("limits", "reservations")
                        },
                    )
                },
            ),
        ),
        "environment": st.one_of(
            variables, variables.map(lambda given: [f"{name}={value}" for name, value in given.items()])
        ),
        "volumes": st.lists(st.sampled_from(["/dev/nvidia0:/dev/nvidia0", "./app:/app"]), unique=True),
        "devices": st.lists(st.sampled_from(["/dev/nvidia1", "/dev/nvidiactl", "nvidia.com/gpu=0"]), unique=True),
        "runtime": st.sampled_from(["nvidia", "runc"]),
        "privileged": st.booleans(),
    },
)
stacks = st.dictionaries(st.sampled_from(["one", "two"]), services, min_size=1, max_size=2)


def errors(report: Report) -> int:
    return sum(each.severity is Severity.ERROR for each in report.diagnostics)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stacks, st.booleans(), st.booleans(), st.booleans())
def test_fixing_never_fails_and_never_harms(
    given_services: Mapping[str, object], flow: bool, with_host: bool, unsafe: bool
) -> None:
    text = yaml.safe_dump({"services": given_services}, default_flow_style=flow or None, sort_keys=False)
    host = load_host("h200-x2") if with_host else None
    before = check_text(text, host=host)
    for diagnostic in before.diagnostics:
        if diagnostic.fix is not None:
            assert check_text(apply(text, diagnostic.fix.edits), host=host).document.is_complete, diagnostic.code
    fixed = fix_all(text, host=host, unsafe=unsafe)
    assert errors(fixed.report) <= errors(before)
    assert fix_all(fixed.text, host=host, unsafe=unsafe).text == fixed.text


def test_a_shared_fault_is_mended_where_it_is_written() -> None:
    text = "x-gpu: &gpu\n  - count: two\nservices:\n  a: {image: 'x:1', gpus: *gpu}\n  b: {image: 'x:1', gpus: *gpu}\n"
    assert fix_all(text).text == text.replace("two", "2")
