"""Reads the deployment's choices from environment variables and the data folder."""

import os
import secrets
from pathlib import Path


def flag(name: str) -> bool:
    """Whether the environment variable says yes (`1`, `true`, `yes`, `on`); absent means no."""
    return os.environ.get(name, "").strip().lower() in {"1", "true", "yes", "on"}


def words(name: str, default: str = "") -> list[str]:
    """The comma-separated words of an environment variable, without blanks."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def data_folder(default: Path) -> Path:
    """The folder for everything that a run writes; made readable by its owner only."""
    folder = Path(os.environ.get("GPU_COMPOSE_DATA") or default).expanduser().absolute()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def write_private(path: Path, text: str) -> bool:
    """Write a new file that only its owner reads; False, and nothing written, when it is there already.

    The text is complete before the name appears, so two processes that start together agree on one file.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    try:
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True


def secret_key(folder: Path) -> str:
    """The signing key: `GPU_COMPOSE_SECRET_KEY`, or one generated into the data folder on the first run."""
    given = os.environ.get("GPU_COMPOSE_SECRET_KEY")
    if given:
        return given
    path = folder / "secret-key"
    if not path.exists():
        write_private(path, secrets.token_urlsafe(50))
    return path.read_text(encoding="utf-8").strip()
