"""`python -m gpustack` is the same as `gpu-compose`."""

import sys

from gpustack.cli import main

if __name__ == "__main__":
    sys.exit(main())
