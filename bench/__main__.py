"""`python -m bench`, or `make bench`: prints what things cost on this machine, and judges nothing."""

from bench import layers, panel, processes


def main() -> None:
    processes.run()
    layers.run()
    panel.run()


if __name__ == "__main__":
    main()
