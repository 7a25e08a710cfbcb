"""How the dialects write what is odd: one behaviour a test. `{…}` is the body of one service."""

import pytest

from stacks.compose.document import parse_document
from stacks.hosts.snapshot import HostSnapshot
from stacks.renderers.registry import WRITERS, Dialect, Pin, Rendered, RenderError, render
from tests.rules.case_files import load_host

DEPLOY = "deploy: {{resources: {{reservations: {{devices: [{}]}}}}}}"


def rendered(body: str, dialect: Dialect, pin: Pin = Pin.KEEP, host: HostSnapshot | None = None) -> Rendered:
    lines = "".join(f"    {line}\n" for line in ["image: x:1", *body.splitlines()])
    return render(parse_document(f"services:\n  a:\n{lines}"), dialect, pin, host)


def body_of(result: Rendered) -> str:
    """What the service holds beside its image."""
    return "".join(line.removeprefix("    ") for line in result.text.splitlines(keepends=True)[4:])


def words_of(result: Rendered) -> str:
    return "; ".join(note.text for note in result.notes)


def test_the_document_itself_is_the_text_unchanged() -> None:
    text = "\ufeff# mine\r\nservices: {a: {image: x, gpus: all}}"
    result = render(parse_document(text), Dialect.DOCUMENT, Pin.UUID)
    assert (result.text, result.pin, result.notes) == (text, Pin.KEEP, ())


@pytest.mark.parametrize("dialect", WRITERS)
def test_services_without_gpus_stay(dialect: Dialect) -> None:
    body = "privileged: true\ndevices: [/dev/fuse, amd.com/gpu=0]\nenvironment: [NVIDIA_VISIBLE_DEVICES=all]\n"
    generic = (
        "deploy: {resources: {reservations: {generic_resources: [{discrete_resource_spec: {kind: gpu, value: 1}}]}}}\n"
    )
    result = rendered(body + generic, dialect)
    assert body_of(result) == body + generic and not result.notes


@pytest.mark.parametrize("dialect", WRITERS)
def test_each_file_says_first_what_it_is_for(dialect: Dialect) -> None:
    result = rendered("gpus: all", dialect, Pin.INDEX, load_host("mixed"))
    heading = result.text.splitlines()[0]
    assert heading.startswith(
        f"# Rendered by gpu-compose for {WRITERS[dialect].target}; GPUs pinned by index on mixed ("
    )
    again = render(parse_document(result.text), dialect, Pin.KEEP)
    assert again.text.count("# Rendered by") == 1 and "named as in the original" in again.text


def test_capabilities_of_the_driver_become_a_variable_of_the_runtime() -> None:
    body = DEPLOY.format("{count: 1, capabilities: [gpu, video, tpu]}")
    result = rendered(body + "\nenvironment: [A=b]", Dialect.RUNTIME)
    assert body_of(result) == (
        "environment: [A=b, NVIDIA_VISIBLE_DEVICES=0, NVIDIA_DRIVER_CAPABILITIES=video]\nruntime: nvidia\n"
    )
    assert "`tpu` mean nothing" in words_of(result)


def test_the_capability_that_gpus_implies_is_written_out() -> None:
    result = rendered("gpus: [{count: 1, capabilities: [compute]}]", Dialect.DEPLOY)
    assert "capabilities: [gpu, compute]" in result.text


@pytest.mark.parametrize("dialect", WRITERS)
def test_variables_stay_variables(dialect: Dialect) -> None:
    body = DEPLOY.format("{driver: nvidia, device_ids: ['${FIRST:-0}', '${SECOND:-1}'], capabilities: [gpu]}")
    assert "${FIRST:-0}" in rendered(body, dialect).text and "${SECOND:-1}" in rendered(body, dialect).text


def test_a_variable_for_several_names_gives_way_to_its_value() -> None:
    result = rendered("runtime: nvidia\nenvironment: {NVIDIA_VISIBLE_DEVICES: '${IDS:-0,1}'}", Dialect.GPUS)
    assert 'device_ids: ["0", "1"]' in result.text
    assert words_of(result) == "`${IDS:-0,1}` was replaced by its value `0,1`"


def test_one_id_that_holds_several_is_split() -> None:
    result = rendered("gpus: [{device_ids: ['0,1']}]", Dialect.DEPLOY)
    assert 'device_ids: ["0", "1"]' in result.text and "`0,1` was split" in words_of(result)


def test_a_request_overrides_the_variable() -> None:
    body = "runtime: nvidia\nenvironment: {NVIDIA_VISIBLE_DEVICES: all}\ngpus: [{device_ids: ['1']}]"
    result = rendered(body, Dialect.GPUS)
    assert body_of(result) == "gpus: [{device_ids: ['1']}]\n"
    assert "`NVIDIA_VISIBLE_DEVICES=all` was taken out" in words_of(result)
    result = rendered(body, Dialect.RUNTIME)
    assert body_of(result) == 'runtime: nvidia\nenvironment: {NVIDIA_VISIBLE_DEVICES: "1"}\n'
    assert "was `all`, which a device request overrides" in words_of(result)


def test_a_request_for_none_overrides_nothing() -> None:
    body = "runtime: nvidia\nenvironment: {NVIDIA_VISIBLE_DEVICES: '1'}\ngpus: [{count: 0}]"
    assert body_of(rendered(body, Dialect.CDI)) == "devices:\n  - nvidia.com/gpu=1\n"


def test_the_variable_goes_on_saying_what_the_request_says() -> None:
    body = "gpus: [{count: 2}]\nenvironment: ['NVIDIA_VISIBLE_DEVICES=0,1', CUDA_VISIBLE_DEVICES=0]"
    host = load_host("h200-x2")
    assert host.gpus is not None
    first, second = (gpu.uuid for gpu in host.gpus)
    result = rendered(body, Dialect.GPUS, Pin.UUID, host)
    assert f"NVIDIA_VISIBLE_DEVICES={first},{second}" in result.text
    assert "CUDA_VISIBLE_DEVICES=0]" in result.text


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("runtime: nvidia", "the image decides"),
        ("runtime: nvidia\nenvironment: [NVIDIA_VISIBLE_DEVICES]", "is taken from the shell"),
        ("runtime: nvidia\nenvironment: [NVIDIA_VISIBLE_DEVICES=void]", "asks for no GPU"),
        ("gpus: [{driver: amd, count: 1}]", "`driver: amd` stays as it is"),
        ("gpus: [{driver: cdi, device_ids: [amd.com/gpu=0]}]", "`driver: cdi` stays as it is"),
        ("gpus: [{count: two}]", "`count: two` is not a number"),
        ("gpus: !override [{driver: nvidia}]", "`!override` says what other files may set here"),
        ("runtime: nvidia\nenvironment: !reset {NVIDIA_VISIBLE_DEVICES: all}", "`!reset` says what other files"),
    ],
)
def test_what_no_other_form_can_say_stays(body: str, words: str) -> None:
    result = rendered(body, Dialect.CDI)
    assert body_of(result) == body + "\n" and words in words_of(result)


def test_an_empty_list_of_ids_makes_room_for_the_count() -> None:
    """Docker Compose refuses both keys, even where the list is empty."""
    result = rendered(DEPLOY.format("{driver: nvidia, device_ids: [], capabilities: [gpu]}"), Dialect.DEPLOY)
    assert "device_ids" not in result.text and "count: all" in result.text


@pytest.mark.parametrize("dialect", [Dialect.GPUS, Dialect.DEPLOY])
def test_the_cdi_driver_gets_names(dialect: Dialect) -> None:
    body = DEPLOY.format("{driver: cdi, device_ids: [nvidia.com/gpu=all], capabilities: [gpu]}")
    assert "nvidia.com/gpu=all" in rendered(body, dialect).text and "count" not in rendered(body, dialect).text
    named = rendered("devices: [nvidia.com/gpu=1]\ngpus: [{driver: cdi, count: 1}]", dialect).text
    assert "device_ids: [nvidia.com/gpu=0, nvidia.com/gpu=1]" in named.replace('"', "")


def test_each_user_of_a_shared_request_gets_its_own() -> None:
    text = (
        "x-gpu: &gpu\n  deploy:\n    resources:\n      limits: {memory: 8g}\n      reservations:\n"
        "        devices: [{driver: nvidia, count: 1, capabilities: [gpu]}]\n"
        "services:\n  a:\n    <<: *gpu\n    image: a:1\n  b:\n    image: b:1\n    deploy: &own\n      resources:\n"
        "        reservations: {devices: [{count: all, capabilities: [gpu]}]}\n  c:\n    image: c:1\n    deploy: *own\n"
    )
    services = parse_document(render(parse_document(text), Dialect.GPUS).text).data["services"]  # type: ignore[index, call-overload]
    assert services == {
        "a": {
            "image": "a:1",
            "deploy": {"resources": {"limits": {"memory": "8g"}}},
            "gpus": [{"driver": "nvidia", "count": 1}],
        },
        "b": {"image": "b:1", "gpus": [{"count": "all"}]},
        "c": {"image": "c:1", "gpus": [{"count": "all"}]},
    }


def test_a_request_through_a_merge_is_written_out_where_its_key_changes() -> None:
    text = (
        "x-req: &req {driver: nvidia, count: 1, capabilities: [gpu]}\n"
        "services:\n  a:\n    image: x:1\n    gpus:\n      - <<: *req\n        x-why: kept\n"
    )
    result = render(parse_document(text), Dialect.GPUS, Pin.INDEX)
    assert result.text.startswith("# Rendered") and '- driver: nvidia\n        device_ids: ["0"]\n' in result.text
    assert "x-why: kept" in result.text


def test_what_cannot_be_rendered_is_refused_in_words() -> None:
    for text in ("services: [\n", "- a\n", "", "a: &a [*a]\n"):
        with pytest.raises(RenderError, match="mend it first"):
            render(parse_document(text), Dialect.GPUS)
    with pytest.raises(RenderError, match="the GPU parts cannot be rewritten: "):
        rendered("deploy: 5\ngpus: all", Dialect.DEPLOY)
