"""What the tests of renderers read: public Compose files, where they lie beside the repository."""

from pathlib import Path

import pytest

_CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "dev"


@pytest.fixture(scope="session")
def public_files() -> list[Path]:
    """Compose files of public repositories; a skip where they are not here."""
    if not _CORPUS.is_dir():
        pytest.skip("the corpus of public Compose files is not here")
    return sorted(_CORPUS.glob("*.yml"))
