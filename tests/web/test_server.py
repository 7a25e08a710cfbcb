"""The server itself, as a fresh clone starts it: no collectstatic, no debug mode."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gpustack.server import LARGEST_REQUEST


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a server with an empty data folder."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GPU_COMPOSE_")}
    environment["GPU_COMPOSE_DATA"] = str(tmp_path_factory.mktemp("data"))
    code = f"from gpustack.server import serve; serve('127.0.0.1', {port})"
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen([sys.executable, "-c", code], env=environment, cwd=root) as server:
        try:
            _wait(server, port)
            yield port
        finally:
            server.terminate()


def _wait(server: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("the server did not start")


def get(port: int, path: str, **headers: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, body


def test_it_answers_with_styles_scripts_and_the_editor(port: int) -> None:
    assert get(port, "/health/") == (200, b"ok")
    status, page = get(port, "/login/")
    assert status == 200
    for path in (b"/static/css/base.css", b"/static/js/page.js", b"/static/django_htmx/htmx-2.min.js"):
        assert path in page
        assert get(port, path.decode())[0] == 200
    assert get(port, "/static/django_ace/ace/mode-yaml.js")[0] == 200


@pytest.mark.parametrize("path", ["/static/../manage.py", "/static/%2e%2e/manage.py", "/static/css/", "/var/x"])
def test_it_serves_nothing_but_static_files(port: int, path: str) -> None:
    assert get(port, path)[0] == 404


def test_it_answers_to_its_own_names_only(port: int) -> None:
    status, page = get(port, "/login/", Host="evil.example")
    assert status == 400
    assert b"DisallowedHost" not in page


def test_a_body_that_is_too_large_is_refused_before_it_is_read(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.putrequest("POST", "/login/")
    connection.putheader("Content-Length", str(LARGEST_REQUEST + 1))
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()
