from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.facts.image_tags import no_such_tag
from stacks.facts.images import image_facts, with_tag
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "IMG111",
    title="The tag has another form than the image's",
    layer=Layer.GPU,
    severity=Severity.WARNING,
    on=Service,
    url="https://docs.docker.com/reference/cli/docker/image/pull/",
)
def tag_of_another_form(service: Service, context: Context) -> Iterator[Finding]:
    """Each image has its own way to write versions: `vllm/vllm-openai:v0.11.0` with a `v`, `ollama/ollama:0.13.5`
    without one, `pytorch/pytorch` with CUDA and cuDNN, NVIDIA's of the month with `-py3`. A tag in another form most
    likely does not exist: `manifest unknown`.

    ```yaml bad
    services:
      serve:
        image: vllm/vllm-openai:0.11.0
        shm_size: 8gb
        gpus: all
    ```
    ```yaml good
    services:
      serve:
        image: vllm/vllm-openai:v0.11.0
        shm_size: 8gb
        gpus: all
    ```
    """
    image = service.image
    reference = image_facts(image.string).reference if image is not None else None
    if image is None or reference is None or reference.digest is not None or service.get("build") is not None:
        return
    wrong = no_such_tag(reference)
    if wrong is None:
        return
    text = with_tag(image.string, wrong.meant or "")
    edits = partial(editing.set_value, service.document, service.document.path_at(image.start), text, in_place=True)
    yield Finding(
        image.span,
        f"the image can probably not be pulled: `{reference.familiar_name}` has no tag"
        f" `{reference.tag or 'latest'}`: {wrong.why}",
        f"Did you mean `{wrong.meant}`?" if wrong.meant else f"Write a whole tag, such as `{wrong.such}`.",
        Fix(f"use `{text}`", edits, safe=False) if wrong.meant and image.interpolated is None else None,
    )
