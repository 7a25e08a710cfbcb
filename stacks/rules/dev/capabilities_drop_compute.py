from collections.abc import Iterator

from stacks.compose import editing
from stacks.compose.devices import GPU_WORDS, DeviceRequest
from stacks.compose.gpu_requests import in_steps
from stacks.compose.nodes import Scalar, Sequence
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule

_DEFAULT = ("compute", "utility")


@rule(
    "DEV207",
    title="Capabilities take CUDA or nvidia-smi away",
    layer=Layer.GPU,
    severity=Severity.WARNING,
    on=DeviceRequest,
    url="https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/docker-specialized.html",
)
def capabilities_drop_compute(request: DeviceRequest, context: Context) -> Iterator[Finding]:
    """`[gpu]` alone gives a container CUDA (`compute`) and nvidia-smi (`utility`). As soon as another word stands
    beside it the list counts as complete: the engine sets `NVIDIA_DRIVER_CAPABILITIES` to exactly these words, over
    what the file or the image says. So `[gpu, video]` brings the video codecs and takes `libcuda` and `nvidia-smi`
    away.

    Name everything that is needed: `[gpu, compute, utility, video]`.

    ```yaml bad
    services:
      media:
        image: jellyfin/jellyfin:10.10.7
        deploy:
          resources:
            reservations:
              devices:
                - driver: nvidia
                  count: 1
                  capabilities: [gpu, video]
    ```
    ```yaml good
    services:
      media:
        image: jellyfin/jellyfin:10.10.7
        deploy:
          resources:
            reservations:
              devices:
                - driver: nvidia
                  count: 1
                  capabilities: [gpu, compute, utility, video]
    ```
    """
    entry = request.get("capabilities")
    if entry is None or not isinstance(entry.value, Sequence) or request.is_cdi:
        return
    words = [item.string for item in entry.value.items if isinstance(item, Scalar)]
    named = [word for word in words if word not in ("gpu", "nvidia")]
    missing = [word for word in _DEFAULT if word not in named]
    if not named or not missing or len(words) != len(entry.value.items) or not GPU_WORDS.issuperset(words):
        return
    lost = " and ".join(f"`{word}`" for word in missing)
    path = (*request.path, "capabilities")
    yield Finding(
        entry.value_span,
        "this container will have no "
        + ("CUDA" if "compute" in missing else "nvidia-smi")
        + f": naming {' and '.join(f'`{word}`' for word in named)} takes {lost} away",
        f"Add {lost} to the list.",
        Fix(
            f"add {lost}",
            lambda: in_steps(
                context.document,
                *(lambda step, word=word: editing.append_item(step, path, word, in_place=True) for word in missing),
            ),
            safe=named != ["utility"],
        ),
        severity=None if "compute" in missing and named != ["utility"] else Severity.INFO,
    )
