"""Compose files of any size: services as data scientists write them, each with a GPU of its own."""

from stacks.hosts.snapshot import Engine, Gpu, HostSnapshot, Source

_SERVICE = """\
  worker-{number}:
    image: registry.example.org/team/trainer:2.4.{number}
    command: ["python", "-m", "trainer", "--shard", "{number}"]
    restart: unless-stopped
    environment:
      SHARD: "{number}"
      LOG_LEVEL: info
      HF_HOME: /models/huggingface
      OMP_NUM_THREADS: "8"
    ports:
      - "127.0.0.1:{port}:8080"
    volumes:
      - models:/models
      - ./shards/{number}:/data:ro
    shm_size: 8gb
    labels:
      team: research
      shard: "{number}"
    healthcheck:
      test: ["CMD", "curl", "-fsS", "http://127.0.0.1:8080/health"]
      interval: 30s
      timeout: 5s
    deploy:
      resources:
        limits:
          memory: 32g
        reservations:
          devices:
            - driver: nvidia
              device_ids: ["{number}"]
              capabilities: [gpu]
"""


def compose_text(services: int) -> str:
    """A file of that many services, about 30 lines and 800 bytes each, that Docker Compose accepts."""
    parts = [_SERVICE.format(number=number, port=20_000 + number) for number in range(services)]
    return f"services:\n{''.join(parts)}\nvolumes:\n  models:\n"


def host_with(gpus: int) -> HostSnapshot:
    """A host that has a GPU for each service."""
    return HostSnapshot(
        Source.MANUAL,
        "2026-01-01T00:00:00Z",
        tuple(Gpu(number, "NVIDIA H200", f"GPU-{number:032x}", 150 * 10**9) for number in range(gpus)),
        driver_version="580.65.06",
        cuda_version=(13, 0),
        engine=Engine("28.5.1", runtimes=("nvidia", "runc"), default_runtime="runc", memory_total=2 * 10**12),
    )
