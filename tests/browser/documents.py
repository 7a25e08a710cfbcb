"""Stacks to look at: what real people bring, and what they do not."""

SEED_ONE = """\
version: "3.7"
services:
  gpu-service:
    image: nvidia/cuda:11.4.0-base
    deploy:
      resources:
        limits:
          memory: 4gb
    environment:
      - CUDA_VISIBLE_DEVICES=all
"""
SEED_TWO = """\
version: "3.7"
services:
  my-gpu-app:
    build:
      context: ./app
      dockerfile: Dockerfile
    volumes:
      - /dev/nvidia0:/dev/nvidia0
      - ./app:/app
    environment:
      - CUDA_VISIBLE_DEVICES=0
"""
SEED_THREE = """\
version: "3.7"
services:
  gpu-service-1:
    image: nvidia/cuda:11.4.0-base
    environment:
      - CUDA_VISIBLE_DEVICES=0
  gpu-service-2:
    image: nvidia/cuda:11.4.0-base
    environment:
      - CUDA_VISIBLE_DEVICES=1
"""
TWO_TRAININGS = """\
# Two trainings and what they need.
services:
  vllm:
    image: vllm/vllm-openai:v0.11.0
    command: --model Qwen/Qwen3-8B --port ${PORT:-8000}
    ports:
      - "${PORT:-8000}:8000"
    volumes:
      - models:/root/.cache/huggingface
    environment:
      HF_TOKEN: ${HF_TOKEN}
    shm_size: 8g
    deploy:
      resources:
        reservations:
          devices:
            - driver: nvidia
              device_ids: ["0"]
              capabilities: [gpu]
  train:
    image: pytorch/pytorch:2.8.0-cuda12.8-cudnn9-runtime
    command: python train.py
    mem_limit: 64g
    working_dir: /work
    depends_on: [db]
    deploy:
      resources:
        reservations:
          devices:
            - driver: nvidia
              device_ids: ["1", "3"]
              capabilities: [gpu]
  db:
    image: postgres:17
    environment:
      POSTGRES_PASSWORD: ${DB_PASSWORD:-secret}
    volumes:
      - type: volume
        source: data
        target: /var/lib/postgresql/data
volumes:
  models:
  data:
"""
SHARED = """\
services:
  one:
    image: pytorch/pytorch:2.8.0-cuda12.8-cudnn9-runtime
    gpus: all
  two:
    image: pytorch/pytorch:2.8.0-cuda12.8-cudnn9-runtime
    deploy:
      resources:
        reservations:
          devices:
            - driver: nvidia
              count: 1
              capabilities: [gpu]
"""
BROKEN = TWO_TRAININGS.replace('device_ids: ["0"]', 'device_ids: ["0"')


def many_services(count: int) -> str:
    """A stack of so many services, of which every third asks for a GPU."""
    lines = ["services:"]
    for number in range(count):
        lines += [
            f"  service-{number}:",
            "    image: python:3.12-slim",
            f"    command: python -m app --port {8000 + number}",
            f'    ports: ["{8000 + number}:8000"]',
            "    environment:",
            f'      NUMBER: "{number}"',
            "      MODE: ${MODE:-fast}",
            "    restart: unless-stopped",
        ]
        if number % 3 == 0:
            lines += [
                "    deploy:",
                "      resources:",
                "        reservations:",
                "          devices:",
                "            - driver: nvidia",
                f'              device_ids: ["{number % 2}"]',
                "              capabilities: [gpu]",
            ]
    return "\n".join(lines) + "\n"


DOCUMENTS = {
    "seed-one": SEED_ONE,
    "seed-two": SEED_TWO,
    "seed-three": SEED_THREE,
    "two-trainings": TWO_TRAININGS,
    "shared-gpus": SHARED,
    "twenty-services": many_services(20),
    "empty": "",
    "broken": BROKEN,
}
