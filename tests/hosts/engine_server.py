"""A Docker Engine as far as `GET /info` and `GET /version` go, on a Unix socket."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingMixIn, UnixStreamServer
from typing import Any


class _Server(ThreadingMixIn, UnixStreamServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, path: Path, answers: dict[str, tuple[int, Any]], silence: threading.Event | None) -> None:
        super().__init__(str(path), _Handler)
        self.answers = answers
        self.silence = silence


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.server.silence is not None:
            self.server.silence.wait(20)
        status, answer = self.server.answers["/" + self.path.rpartition("/")[2]]
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def address_string(self) -> str:
        return "test"

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def engine(
    path: Path, info: Any, version: Any, *, status: int = 200, silence: threading.Event | None = None
) -> Iterator[str]:
    """Serve these answers; gives the value for DOCKER_HOST. `status` is that of /info; `silence` holds answers back."""
    server = _Server(path, {"/info": (status, info), "/version": (200, version)}, silence)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"unix://{path}"
    finally:
        if silence is not None:
            silence.set()
        server.shutdown()
        server.server_close()
        thread.join()
