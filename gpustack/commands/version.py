"""The version of gpu-compose, as installed."""


def version() -> str:
    """`0` where the package runs from its folder without being installed."""
    from importlib import metadata  # takes as long to import as a small check takes to run

    try:
        return metadata.version("gpu-compose")
    except metadata.PackageNotFoundError:
        return "0"
