from collections.abc import Iterator

from stacks.arguments import command_words
from stacks.compose.document import Service
from stacks.compose.gpu_requests import asks_for_gpus
from stacks.compose.health_checks import health_check
from stacks.compose.source import Span
from stacks.facts.images import GpuKind, image_facts
from stacks.facts.services import is_official
from stacks.gpu_use import asks_wrongly, means_gpu
from stacks.gpu_variables import runs_nvidia_by_default
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule
from stacks.swarm import swarm_sign

_PROGRAM = "nvidia-smi"
_BEFORE = frozenset({"&&", "||", ";", "|", "-c", "exec", "watch", "then", "do", "if", "!", "time", "sudo"})


@rule(
    "DEV609",
    title="The driver's nvidia-smi is called where no GPU is given",
    layer=Layer.GPU,
    severity=Severity.WARNING,
    on=Service,
    keys=("command", "entrypoint", "healthcheck"),
    url="https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/sample-workload.html",
)
def nvidia_smi_without_gpu(service: Service, context: Context) -> Iterator[Finding]:
    """`nvidia-smi` is a part of the driver: NVIDIA's toolkit brings it from the host into a container that is given a
    GPU, and images do not hold it. Without a request the container does not start (`exec: "nvidia-smi": executable file
    not found in $PATH`), or its health check never succeeds.

    Ask for a GPU, or leave the call out. Where the engine's default runtime is `nvidia`, images from NVIDIA are given
    GPUs without asking; where the host is known to be so, this rule says nothing.

    ```yaml bad
    services:
      probe:
        image: ubuntu:24.04
        command: nvidia-smi
    ```
    ```yaml good
    services:
      probe:
        image: ubuntu:24.04
        command: nvidia-smi
        deploy:
          resources:
            reservations:
              devices:
                - driver: nvidia
                  count: 1
                  capabilities: [gpu]
    ```
    """
    called = list(_calls(service))
    if not called or _is_given(service) or runs_nvidia_by_default(context.host):
        return
    facts = image_facts(service.image.string) if service.image is not None else None
    if facts is not None and facts.gpu is GpuKind.REQUIRED:
        return  # the image's need of a GPU is reported
    certain = service.image is not None and service.get("build") is None and is_official(service.image.string)
    for span, what in called:
        yield Finding(
            span,
            f"{what}: `{_PROGRAM}` comes with a GPU, and the service asks for none",
            "Ask for a GPU under `deploy.resources.reservations.devices`, or call something else.",
            severity=Severity.ERROR if certain else None,
        )


def _calls(service: Service) -> Iterator[tuple[Span, str]]:
    words = command_words(service)
    for index, word in enumerate(words):
        is_called = index == 0 or words[index - 1].text in _BEFORE or words[index - 1].text.endswith(";")
        if word.text.rpartition("/")[2] == _PROGRAM and is_called and "||" not in {each.text for each in words}:
            yield word.span, "this command will not be found"
            break
    check = health_check(service) if service.get("healthcheck") is not None else None
    if check is not None and any(each.rpartition("/")[2] == _PROGRAM for each in check.programs):
        yield check.span, "this container will never be healthy"


def _is_given(service: Service) -> bool:
    """Whether it gets a GPU, or asks for one in a way that other rules report, or brings the program by a mount."""
    if means_gpu(service) or asks_for_gpus(service) or asks_wrongly(service) or service.device_requests:
        return True
    volumes = service.sequence("volumes")
    mounted = volumes is not None and any("nvidia" in scalar.string for scalar in volumes.scalars)
    return mounted or service.runtime is not None or service.get("extends") is not None or bool(swarm_sign(service))
