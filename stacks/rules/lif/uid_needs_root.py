from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.facts.images import image_facts
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule

_NAMES = ("NB_UID", "NB_GID", "NB_USER", "GRANT_SUDO", "CHOWN_HOME")
_IMAGES = ("quay.io/jupyter/", "docker.io/jupyter/")


@rule(
    "LIF304",
    title="A variable of Jupyter's images has no effect without root",
    layer=Layer.PRACTICE,
    severity=Severity.WARNING,
    on=Service,
    url="https://jupyter-docker-stacks.readthedocs.io/en/latest/using/common.html",
)
def uid_needs_root(service: Service, context: Context) -> Iterator[Finding]:
    """The images of Jupyter Docker Stacks change the user's name and ids, grant `sudo` and change the owner of the home
    folder in their start script, which has to run as root for that. Without `user: root` the variables do nothing, and
    mounted folders of another owner stay closed. The notebook itself does not run as root then either: the script
    changes to the user that you name.

    ```yaml bad
    services:
      jupyter:
        image: quay.io/jupyter/pytorch-notebook:cuda12-2025-08-18
        shm_size: 8gb
        environment:
          NB_UID: "1001"
    ```
    ```yaml good
    services:
      jupyter:
        image: quay.io/jupyter/pytorch-notebook:cuda12-2025-08-18
        shm_size: 8gb
        user: root
        environment:
          NB_UID: "1001"
    ```
    """
    image = service.image
    if image is None or any(service.get(key) is not None for key in ("user", "build", "entrypoint", "extends")):
        return
    reference = image_facts(image.string).reference
    if reference is None or not reference.name.startswith(_IMAGES):
        return
    set_ones = [variable for name in _NAMES if (variable := service.variable(name)) is not None and variable.value]
    if set_ones:
        path = (*service.path, "user")
        yield Finding(
            set_ones[0].span,
            f"`{set_ones[0].name}` will have no effect: the start script may act on it as root only",
            "Write `user: root`; the notebook still runs as the user that you name.",
            Fix("write `user: root`", partial(editing.set_value, context.document, path, "root"), safe=False),
        )
