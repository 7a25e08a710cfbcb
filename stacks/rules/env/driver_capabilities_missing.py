from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.driver_capabilities import (
    DEFAULT,
    NAME,
    GivenCapabilities,
    NeededCapability,
    given_capabilities,
    in_order,
    needed_capabilities,
)
from stacks.facts.environment import known_driver_capabilities
from stacks.gpu_use import requests_gpu
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Related, Severity
from stacks.rules.fixes import fix_at
from stacks.rules.registry import rule

_FAILS = {
    "video": "encoding and decoding video on the GPU will fail in this container",
    "graphics": "OpenGL and Vulkan will not find the GPU in this container",
    "display": "no picture will come from this container's GPU",
    "utility": "`nvidia-smi` and NVML will not work in this container",
    "compute": "CUDA will not work in this container",
}


@rule(
    "ENV303",
    title="NVIDIA_DRIVER_CAPABILITIES lacks what the container's programs need",
    layer=Layer.GPU,
    severity=Severity.WARNING,
    on=Service,
    url="https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/docker-specialized.html",
)
def driver_capabilities_missing(service: Service, context: Context) -> Iterator[Finding]:
    """The toolkit puts only those libraries of the driver into a container that `NVIDIA_DRIVER_CAPABILITIES` names;
    where nothing does, those for `compute` and `utility`. NVENC and NVDEC need `video` (`Cannot load
    libnvidia-encode.so.1`), OpenGL, EGL and Vulkan `graphics`, `nvidia-smi` needs `utility`. Jellyfin, Plex, FFmpeg and
    other media programs then work on the CPU, or stop.

    Name all that is needed, here or in the `capabilities` of the request. An image that names them, or that is not
    known here and may do so, is only noted.

    ```yaml bad
    services:
      convert:
        image: registry.example.org/team/ffmpeg:7.1
        command: ffmpeg -hwaccel cuda -i in.mkv -c:v h264_nvenc out.mp4
        gpus: all
    ```
    ```yaml good
    services:
      convert:
        image: registry.example.org/team/ffmpeg:7.1
        command: ffmpeg -hwaccel cuda -i in.mkv -c:v h264_nvenc out.mp4
        environment:
          NVIDIA_DRIVER_CAPABILITIES: compute,utility,video
        gpus: all
    ```
    """
    given = given_capabilities(service) if requests_gpu(service) else None
    if given is None or "all" in given.words or not given.words <= known_driver_capabilities():
        return
    missing = [each for each in needed_capabilities(service) if each.word not in given.words]
    if given.path is not None:  # what a request takes away of the default is told of the request
        missing = [each for each in missing if each.word not in DEFAULT]
    for need in missing[:1]:
        wanted = given.words | {each.word for each in missing}
        yield _finding(service, given, need, in_order(wanted))


def _finding(service: Service, given: GivenCapabilities, need: NeededCapability, wanted: str) -> Finding:
    said = given.span is not None
    noted = not said and (need.brought_by_image or not need.is_sure)
    why = f"{need.who} needs `{need.word}`, and the capabilities given are `{in_order(given.words)}`"
    if not said:
        why = f"{need.who} needs `{need.word}`, and the toolkit gives `compute,utility` where nothing is said"
    what = f"unless the image says `{need.word}`, {_FAILS[need.word]}" if noted else _FAILS[need.word]
    edits = partial(editing.set_environment, service.document, service.name, NAME, wanted)
    fix: Fix | None = Fix(f"set `{NAME}` to `{wanted}`", edits, safe=not noted)
    hint = f"Name `{wanted}` in `{NAME}`."
    if given.path is not None:
        hint = f"Add `{need.word}` to the request's `capabilities`."
        adding = partial(editing.append_item, service.document, given.path, need.word)
        fix = fix_at(service.document, given.path, f"add `{need.word}`", adding)
    return Finding(
        given.span or need.span,
        f"{what}: {why}",
        hint,
        fix,
        (Related(need.span, f"this needs `{need.word}`"),) if given.span is not None else (),
        severity=Severity.INFO if noted else None,
    )
