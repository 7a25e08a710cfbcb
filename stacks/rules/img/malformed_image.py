from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.images import ImageReference, parse_image
from stacks.compose.values import Invalid, quote
from stacks.facts.images import image_facts
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.fixes import fix_at
from stacks.rules.registry import rule


@rule(
    "IMG108",
    title="The image is no reference that the engine can read",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=Service,
    url="https://github.com/distribution/reference/blob/main/reference.go",
)
def malformed_image(service: Service, context: Context) -> Iterator[Finding]:
    """An image is `[REGISTRY/]NAME[:TAG][@DIGEST]`. The name is in lower case, the tag up to 128 letters, digits, `_`,
    `.` and `-`; there are no blanks, and no `https://`. Capitals before the first `/` make that part the name of a
    registry, which nobody has: `NVIDIA/cuda` is not looked for on Docker Hub. Docker Compose does not look at it; the
    engine does, when it pulls: `invalid reference format`.

    ```yaml bad
    services:
      vllm:
        image: vllm/vLLM-openai:v0.11.0
        shm_size: 8gb
    ```
    ```yaml good
    services:
      vllm:
        image: vllm/vllm-openai:v0.11.0
        shm_size: 8gb
    ```
    """
    image = service.image
    if image is None or image.interpolated is not None or not image.string.strip():
        return
    reference = image_facts(image.string).reference
    if reference is not None and (image.string.islower() or service.get("build") is not None):
        return
    parsed = parse_image(image.string)
    reason = parsed.reason if isinstance(parsed, Invalid) else _registry_by_capitals(parsed)
    if reason is None:
        return
    meant = _meant(image.string)
    path = (*service.path, "image")
    edits = partial(editing.set_value, context.document, path, meant)
    yield Finding(
        image.span,
        f"this image cannot be pulled: {reason}",
        f"Write `{meant}`." if meant is not None else "Write `NAME:TAG`.",
        fix_at(context.document, path, f"write `{meant}`", edits, safe=False) if meant is not None else None,
    )


def _registry_by_capitals(reference: ImageReference) -> str | None:
    """Why a name such as `NVIDIA/cuda` is not looked for on Docker Hub; None for all others."""
    plain = reference.registry != reference.registry.lower() and not {".", ":"} & set(reference.registry)
    return f"the capitals make {quote(reference.registry)} the name of a registry" if plain else None


def _meant(text: str) -> str | None:
    """The reference without an address's scheme, blanks, an empty tag or capitals in the name."""
    plain = text.strip().removeprefix("https://").removeprefix("http://").removeprefix("docker://").rstrip(":")
    name, colon, tag = plain.partition(":") if "/" not in plain.partition(":")[2] else (plain, "", "")
    candidate = f"{name.lower()}{colon}{tag}"
    return None if isinstance(parse_image(candidate), Invalid) else candidate
