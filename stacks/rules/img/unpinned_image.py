from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.facts.cuda_tags import CUDA_IMAGES
from stacks.facts.images import image_facts
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "IMG105",
    title="The image is not pinned to a version",
    layer=Layer.PRACTICE,
    severity=Severity.INFO,
    on=Service,
    url="https://docs.docker.com/build/building/best-practices/#pin-base-image-versions",
)
def unpinned_image(service: Service, context: Context) -> Iterator[Finding]:
    """Without a tag, or with `latest`, the image is whatever was newest when the host pulled it last. Two hosts run two
    versions, and a newer image may need a newer driver than the host has: what worked yesterday does not start today.

    Write the tag of a version.

    ```yaml bad
    services:
      serve:
        image: vllm/vllm-openai:latest
        shm_size: 8gb
    ```
    ```yaml good
    services:
      serve:
        image: vllm/vllm-openai:v0.11.0
        shm_size: 8gb
    ```
    """
    image = service.image
    facts = image_facts(image.string) if image is not None else None
    reference = facts.reference if facts is not None else None
    if image is None or facts is None or reference is None or reference.digest is not None:
        return
    if reference.tag not in (None, "latest") or reference.name in CUDA_IMAGES or service.get("build") is not None:
        return
    suggested = facts.known.suggestion if facts.known is not None else None
    given = "has no tag, which means `latest`" if reference.tag is None else "has the tag `latest`"
    yield Finding(
        image.span,
        f"each host may run another version: `{reference.familiar_name}` {given}",
        f"Write the tag of a version, such as `{suggested}`." if suggested else "Write the tag of a version.",
    )
