from collections.abc import Iterator

from stacks.arguments import command_words
from stacks.compose.document import Service
from stacks.compose.gpu_requests import asks_for_gpus
from stacks.compose.health_checks import health_check
from stacks.compose.mount_items import mount_items
from stacks.compose.source import Span
from stacks.facts.images import GpuKind, image_facts
from stacks.facts.services import is_official
from stacks.gpu_use import asks_wrongly, means_gpu
from stacks.gpu_variables import runs_nvidia_by_default
from stacks.patterns import lazy_pattern
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule
from stacks.swarm import swarm_sign

_PROGRAM = "nvidia-smi"
_BEFORE = frozenset({"&&", ";", "|", "-c", "exec", "watch", "do", "time", "sudo"})
_HOLD_IT = frozenset({"/", "/usr", "/usr/", "/usr/bin", "/usr/bin/"})  # folders of the host
_OPEN_END = frozenset({"||", "!", "if", "until", "command", "which", "type", "hash"})  # a failure is reckoned with
_DECIDED_OTHERWISE = lazy_pattern(r"[;!]|\bif\b|\|\|\s*(?!exit\b|false\b)")


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

    Ask for a GPU, or leave the call out. A call whose failure is reckoned with (`nvidia-smi || true`, `if nvidia-smi`)
    is not reported. Where the engine's default runtime is `nvidia`, images from NVIDIA are given GPUs without asking;
    where the host is known to be so, this rule says nothing.

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
    official = service.image is not None and service.get("build") is None and is_official(service.image.string)
    for span, what, decides in called:
        yield Finding(
            span,
            f"{what}: `{_PROGRAM}` comes with a GPU, and the service asks for none",
            "Ask for a GPU under `deploy.resources.reservations.devices`, or call something else.",
            severity=Severity.ERROR if official and decides else None,
        )


def _calls(service: Service) -> Iterator[tuple[Span, str, bool]]:
    """Where it is called, what becomes of that, and whether the container fails with it."""
    words = command_words(service)
    texts = [word.text for word in words]
    index = next((each for each in range(len(texts)) if _is_call(texts, each)), None)
    if index is not None and not _OPEN_END.intersection(texts) and not any("nvidia-utils" in text for text in texts):
        decides = index == 0 or texts[index + 1 : index + 2] in ([], ["&&"])
        yield words[index].span, "this command will not be found", decides
    check = health_check(service) if service.get("healthcheck") is not None else None
    if check is None or all(each.rpartition("/")[2] != _PROGRAM for each in check.programs):
        return
    if _DECIDED_OTHERWISE.search(check.shell or " ".join(word.string for word in check.words)) is None:
        yield check.span, "this container will never be healthy", True


def _is_call(texts: list[str], index: int) -> bool:
    before = texts[index - 1] if index else ";"
    return texts[index].rpartition("/")[2] == _PROGRAM and (before in _BEFORE or before.endswith(";"))


def _is_given(service: Service) -> bool:
    """Whether it gets a GPU, or asks for one in a way that other rules report, or brings the program by a mount."""
    if means_gpu(service) or asks_for_gpus(service) or asks_wrongly(service) or service.device_requests:
        return True
    if any(
        "nvidia" in each.source or "/wsl" in each.source or each.source in _HOLD_IT for each in mount_items(service)
    ):
        return True
    return service.runtime is not None or service.get("extends") is not None or bool(swarm_sign(service))
