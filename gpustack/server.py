"""The server of `make run`: waitress in one process, static files by WhiteNoise, no collectstatic."""

LARGEST_REQUEST = 16 * 1024 * 1024
"""Bytes of a request body; more is refused with 413 before Django reads it."""


_GARBAGE = 200_000
"""Objects between two walks of the cyclic collector. A check makes and drops some ten thousand, so that the usual 700
would have it walk them after each request: a fifth of the live panel's time. They come to some 20 MB at the most."""


def prepare_process() -> None:
    """Have ready what each check needs, and spare what is there now all later walks of the cyclic collector."""
    import gc

    from stacks.compose.schema_file import validator

    validator()
    gc.set_threshold(_GARBAGE, 20, 20)
    gc.collect()
    gc.freeze()


def serve(host: str = "127.0.0.1", port: int = 8000) -> None:
    """Serve the web UI until it is interrupted."""
    import waitress

    from gpustack.wsgi import application

    prepare_process()
    waitress.serve(
        application,
        host=host,
        port=port,
        threads=8,
        max_request_body_size=LARGEST_REQUEST,
        ident="gpu-compose",
        clear_untrusted_proxy_headers=False,  # the settings believe X-Forwarded-Proto only with GPU_COMPOSE_HTTPS
    )
