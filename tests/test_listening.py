"""Where services listen, and who reaches them there."""

import pytest

from stacks.compose.document import Service, parse_document
from stacks.compose.editing import EditError
from stacks.compose.port_items import port_items
from stacks.compose.source import apply
from stacks.listening import keep_local, listening_ports, loopback_word, own_ports, port_owners, reachable

VLLM = "image: vllm/vllm-openai:v0.11.0"
OLLAMA = "image: ollama/ollama:0.13.5"
TRITON = "image: nvcr.io/nvidia/tritonserver:25.08-py3"
NOTEBOOK = "image: quay.io/jupyter/pytorch-notebook:cuda12-2025-08-18"


def service(body: str) -> Service:
    text = "services:\n  it:\n" + "".join(f"    {line}\n" for line in body.splitlines())
    found = parse_document(text).service("it")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (VLLM, (8000,)),
        (f"{VLLM}\ncommand: --port 9000", (9000,)),
        (f"{VLLM}\ncommand: --port", ()),
        (f"{VLLM}\ncommand: [--port, '99999']", ()),
        (f"{VLLM}\ncommand: [sh, -c, x]", ()),
        (f"{VLLM}\nentrypoint: x", ()),
        (f"{VLLM}\ncommand: ${{UNSET}}", ()),
        (f"{VLLM}\ncommand: [--model, '${{UNSET:-x}}']", (8000,)),
        (f"{VLLM}\nextends: other", ()),
        ("build: .\ncommand: vllm serve x --port 9000", (9000,)),
        ("build: .\ncommand: vllm serve x", (8000,)),
        ("build: .\nentrypoint: [vllm, serve]\ncommand: ['${UNSET}']", ()),
        ("build: .\ncommand: sh -c 'vllm serve x --port 9000 & app --port 1'", ()),
        ("build: .\ncommand: llama-server --port 9000", ()),
        (f"{VLLM}\nbuild: .", ()),
        (f"{OLLAMA}\nenvironment: {{OLLAMA_HOST: 0.0.0.0}}", (11434,)),
        (f"{OLLAMA}\nenvironment: {{OLLAMA_HOST: 'http://0.0.0.0:99'}}", (99,)),
        (f"{OLLAMA}\nenvironment: [OLLAMA_HOST]", ()),
        (f"{OLLAMA}\nenv_file: x", ()),
        (TRITON, ()),
        (f"{TRITON}\ncommand: tritonserver", (8000, 8001, 8002)),
        (NOTEBOOK, (8888,)),
        (f"{NOTEBOOK}\ncommand: streamlit run x", ()),
        ("image: nvcr.io/nim/x:1", ()),
        ("image: example/x", ()),
    ],
)
def test_ports(body: str, expected: tuple[int, ...]) -> None:
    assert listening_ports(service(body)) == expected


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (f"{VLLM}\ncommand: --host 127.0.0.1", "127.0.0.1"),
        (f"{VLLM}\ncommand: --host 0.0.0.0", None),
        (f"{OLLAMA}\nenvironment: {{OLLAMA_HOST: 'http://localhost:1'}}", "http://localhost:1"),
        (f"{OLLAMA}\nenvironment: {{OLLAMA_HOST: 0.0.0.0}}", None),
        (VLLM, None),
        ("image: example/x\ncommand: --host 127.0.0.1", None),
    ],
)
def test_loopback(body: str, word: str | None) -> None:
    found = loopback_word(service(body))
    assert (found.text if found is not None else None) == word


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('"80:81"', '"127.0.0.1:80:81"'),
        ('"81"', '"127.0.0.1::81"'),
        ('"0.0.0.0:80:81"', '"127.0.0.1:80:81"'),
        ('"[::]:80:81"', '"127.0.0.1:80:81"'),
        ('"${P:-80}:81"', '"127.0.0.1:${P:-80}:81"'),
        ("{target: 81}", '{target: 81, host_ip: "127.0.0.1"}'),
    ],
)
def test_keeping_a_port_local(written: str, expected: str) -> None:
    it = service(f"{VLLM}\nports: [{written}]")
    (item,) = port_items(it)
    assert f"ports: [{expected}]" in apply(it.document.source.text, keep_local(it, item))


def test_an_address_from_a_variable_is_left_alone() -> None:
    it = service(f"{VLLM}\nports: ['${{A:-0.0.0.0}}:80:81']")
    (item,) = port_items(it)
    with pytest.raises(EditError):
        keep_local(it, item)


def test_who_reaches_it() -> None:
    it = service(f"{VLLM}\nports: ['1:8000', '127.0.0.1:2:8000', '3:8000/udp', '4:9', '5-6:7999-8000']")
    assert [place.item.published[0] for place in reachable(it, (8000,)) if place.item] == [1, 5]
    host = service(f"{VLLM}\nnetwork_mode: host\nports: ['1:8000']")
    assert [place.item for place in reachable(host, (8000,))] == [None]


def test_owners() -> None:
    text = "services:\n  a:\n    image: ollama/ollama\n  b:\n    image: x\n    ports: ['90:80', '91-92:91-92']\n"
    text += "  c:\n    image: ollama/ollama\n    network_mode: host\n"
    document = parse_document(text)
    owners = {port: (service.name, target) for port, (service, target) in port_owners(document).items()}
    assert owners == {11434: ("a", 11434), 90: ("b", 80), 80: ("b", 80)}
    assert own_ports(document.services[1]) == {80, 91, 92}
