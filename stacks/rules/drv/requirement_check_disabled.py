from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.facts.requirements import skips_check
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "DRV106",
    title="The check of the driver is switched off",
    layer=Layer.PRACTICE,
    severity=Severity.INFO,
    on=Service,
    keys=("environment",),
    url="https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/docker-specialized.html",
)
def requirement_check_disabled(service: Service, context: Context) -> Iterator[Finding]:
    """`NVIDIA_DISABLE_REQUIRE` makes the toolkit start the container though the driver is older than the image demands.
    It skips the check and changes nothing else: within one major version of CUDA most things then work, and a driver of
    an older major version fails later, in the program, with `CUDA driver version is insufficient` (error 35) or
    `system has unsupported display driver / cuda driver combination` (error 803).

    Leave it out where the driver is new enough, so that a host with an old one says so at the start.

    ```yaml bad
    services:
      train:
        image: nvidia/cuda:12.8.1-base-ubuntu24.04
        environment:
          NVIDIA_DISABLE_REQUIRE: "1"
        gpus: all
    ```
    ```yaml good
    services:
      train:
        image: nvidia/cuda:12.8.1-base-ubuntu24.04
        gpus: all
    ```
    """
    variable = service.variable("NVIDIA_DISABLE_REQUIRE")
    if variable is not None and skips_check(variable.value):
        yield Finding(
            variable.span,
            "a driver that is too old will not be noticed at the start: `NVIDIA_DISABLE_REQUIRE` skips the check only",
            "Remove it where the driver is new enough for the image.",
        )
