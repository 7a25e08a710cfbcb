"""Our compiled modules in one file, which a later start of the command line reads instead of three hundred.

Python looks for each module by itself: a search, two looks at the file's times, an opening and a reading. Of a check's
start that is a third. Here what Python has compiled under `__pycache__` is kept together, and used by its own rule: for
as long as a module's file has the same time and size. Whatever is not in the bundle, or is newer, is imported as ever.
Nothing is written where Python writes no bytecode.
"""

import marshal
import os
import sys
from collections.abc import Iterator
from importlib.machinery import ModuleSpec, SourceFileLoader
from types import CodeType, ModuleType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from importlib.abc import Loader
else:
    Loader = object  # the real one brings 40 modules

_ROOT: Final = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_PACKAGES: Final = ("gpustack", "stacks")
_HEADER: Final = 16  # bytes of a compiled file before its code: magic number, flags, time and size of the source

# For each module its file from _ROOT, the time (s) and size (bytes) of that, whether it is a package, and its code.
Entry = tuple[str, int, int, bool, bytes]


class Bundle(Loader):
    """Finds and loads modules out of one file."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._stamp = f"{sys.version} {sys.flags.optimize}"
        self._entries = self._read()
        self._early = frozenset(sys.modules)  # what it takes to get here, no bundle can speed up

    def _read(self) -> dict[str, Entry]:
        try:
            with open(self.path, "rb") as file:
                stamp, entries = marshal.load(file)  # noqa: S302
        except (OSError, ValueError, EOFError, TypeError):
            return {}
        return entries if stamp == self._stamp else {}

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """Where the module is, as Python's import asks for it; None for one to be looked for elsewhere."""
        entry = self._entries.get(name)
        if entry is None:
            return None
        source = os.path.join(_ROOT, entry[0])
        try:
            status = os.stat(source)
        except OSError:
            return None
        if (int(status.st_mtime), status.st_size) != entry[1:3]:
            return None
        spec = ModuleSpec(name, self, origin=source, is_package=entry[3])
        spec.has_location = True
        spec.cached = self.path  # or Python works out a name of its own, which takes as long as all else here
        if entry[3]:
            spec.submodule_search_locations = [os.path.dirname(source)]
        return spec

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return None  # a plain one

    def exec_module(self, module: ModuleType) -> None:
        code: CodeType = marshal.loads(self._entries[module.__name__][4])  # noqa: S302
        exec(code, module.__dict__)  # noqa: S102

    def keep(self) -> None:
        """Write the bundle again where modules were imported that it does not have."""
        new = {name: entry for name, entry in _compiled() if name not in self._early}
        if sys.dont_write_bytecode or not new:
            return
        draft = f"{self.path}.{os.getpid()}"
        try:
            with open(draft, "wb") as file:
                file.write(marshal.dumps((self._stamp, self._entries | new)))
            os.replace(draft, self.path)
        except OSError:
            return


def _compiled() -> Iterator[tuple[str, Entry]]:
    """Our modules that were imported from compiled files of their own."""
    for name, module in list(sys.modules.items()):
        spec: Any = getattr(module, "__spec__", None)
        if name.partition(".")[0] not in _PACKAGES or spec is None or not isinstance(spec.loader, SourceFileLoader):
            continue
        try:
            with open(spec.cached, "rb") as file:
                content = file.read()
        except OSError:
            continue
        flags, time, size = (int.from_bytes(content[start : start + 4], "little") for start in (4, 8, 12))
        if flags == 0:
            path = os.path.relpath(spec.origin, _ROOT)
            yield name, (path, time, size, spec.submodule_search_locations is not None, content[_HEADER:])


def use_bundle() -> Bundle:
    """Import from the bundle from now on."""
    bundle = Bundle(os.path.join(_ROOT, "gpustack", "__pycache__", f"bundle.{sys.implementation.cache_tag}"))
    sys.meta_path.insert(0, bundle)
    return bundle
