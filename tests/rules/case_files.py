"""Cases of rules: a Compose file that carries its own expectations.

`tests/rules/cases/<CODE>/fail-<what>.yaml` carries `# expect: CODE` on each line where CODE must be reported (several
codes by commas); `pass-<what>.yaml` carries none of its own code. Comments at the top set the scene:
`# host: NAME` checks against `stacks/facts/example_hosts/NAME.json`, or the capture `tests/hosts/data/NAME`,
`# env: NAME=value` gives a variable, `# file: path` says that a file lies beside the Compose file (any `# file:` or
`# no-files` line makes the folder known); lines `#| text` below it are what stands in it.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from stacks import facts
from stacks.hosts.reading import read_host
from stacks.hosts.snapshot import HostSnapshot

CASES = Path(__file__).parent / "cases"
EXAMPLE_HOSTS = Path(facts.__file__).parent / "example_hosts"
HOST_DATA = Path(__file__).parent.parent / "hosts" / "data"
_EXPECT = re.compile(r"#\s*expect:\s*([A-Z]{3}\d{3}(?:\s*,\s*[A-Z]{3}\d{3})*)")
_SETTING = re.compile(r"^#\s*(host|env|file|no-files):?\s*(.*)$((?:\n#\|.*)*)", re.MULTILINE)


@dataclass(frozen=True)
class Case:
    path: Path
    text: str
    host: HostSnapshot | None
    environment: dict[str, str]
    files: dict[str, str] | None

    @property
    def code(self) -> str:
        return self.path.parent.name

    @property
    def expected(self) -> list[tuple[str, int]]:
        """The (code, line) pairs that the file's comments ask for."""
        return sorted(
            (code.strip(), number)
            for number, line in enumerate(self.text.splitlines(), 1)
            for match in _EXPECT.finditer(line)
            for code in match.group(1).split(",")
        )

    def file_exists(self, path: str) -> bool:
        return self.files is not None and path.removeprefix("./") in self.files

    def read(self, path: str) -> str | None:
        """What stands in a file beside this one."""
        return None if self.files is None else self.files.get(path) or None


def load_host(name: str) -> HostSnapshot:
    """A host by name: the XML capture of a real one, or a snapshot that is shipped for examples."""
    captured = HOST_DATA / name / "smi.xml"
    return read_host((captured if captured.exists() else EXAMPLE_HOSTS / f"{name}.json").read_bytes())


def load_case(path: Path) -> Case:
    text = path.read_text(encoding="utf-8")
    host, environment = None, {}
    files: dict[str, str] | None = None
    for key, value, lines in _SETTING.findall(text):
        if key == "host":
            host = load_host(value.strip())
        elif key == "env":
            name, _, content = value.strip().partition("=")
            environment[name] = content
        else:
            content = "".join(f"{line[2:].removeprefix(' ')}\n" for line in lines.splitlines() if line)
            files = (files or {}) | ({value.strip(): content} if key == "file" else {})
    return Case(path, text, host, environment, files)


def case_paths(kind: str) -> list[Path]:
    return sorted(path for path in CASES.glob(f"*/{kind}-*.yaml") if not path.name.endswith(".fixed.yaml"))
