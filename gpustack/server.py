"""The server of `make run`: waitress in one process, static files by WhiteNoise, no collectstatic."""

LARGEST_REQUEST = 16 * 1024 * 1024
"""Bytes of a request body; more is refused with 413 before Django reads it."""


def serve(host: str = "127.0.0.1", port: int = 8000) -> None:
    """Serve the web UI until it is interrupted."""
    import waitress

    from gpustack.wsgi import application

    waitress.serve(
        application,
        host=host,
        port=port,
        threads=8,
        max_request_body_size=LARGEST_REQUEST,
        ident="gpu-compose",
        clear_untrusted_proxy_headers=False,  # the settings believe X-Forwarded-Proto only with GPU_COMPOSE_HTTPS
    )
