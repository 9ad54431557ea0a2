"""Which files student code may read: the interpreter, the standard library, shared libraries, and the distributions a
submission may import, one by one.

Never a whole site-packages, which may hold the grader and a course's checks, and never a home folder.
Importing a module that was not loaded before the fork must work nevertheless, and Python lists a folder to
find modules in it. A right to list would reach everything beneath the folder, so the zygote remembers the
listings instead (`keep_listings`).

Paths are strings here: with Path objects this took five times as long, at every start of the grader.
"""

from __future__ import annotations

import os
import pkgutil
import stat
import sys
from collections.abc import Container, Iterable, Iterator, Sequence
from importlib.machinery import FileFinder
from pathlib import Path

# First parts of the names under which the distributions lie in site-packages: "numpy" is for numpy, numpy.libs and
# numpy-2.4.dist-info. torch and what it needs, then what courses around it commonly import.
_NAMES = """
    torch torchgen functorch numpy sympy isympy mpmath networkx jinja2 markupsafe filelock fsspec typing_extensions
    optree opt_einsum triton nvidia intel_openmp mkl tbb setuptools _distutils_hack pkg_resources
    torchvision torchaudio torchtext torchinfo torchmetrics einops safetensors onnx ml_dtypes google
    matplotlib mpl_toolkits pylab pillow pil contourpy cycler fonttools kiwisolver packaging pyparsing dateutil
    python_dateutil six seaborn pandas pytz tzdata numexpr bottleneck pyarrow
    scipy sklearn scikit_learn joblib threadpoolctl tqdm colorama yaml _yaml pyyaml psutil certifi
"""
DISTRIBUTIONS = frozenset(_NAMES.split())

# Time zones, number formats and Debian's matplotlib; the loader's cache of library names; what torch reads to
# choose its kernels: without it a sum would round otherwise than in the trusted process.
SYSTEM = (
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/matplotlibrc",
    "/usr/share/zoneinfo",
    "/proc/cpuinfo",
    "/sys/devices/system/cpu/possible",
    "/sys/devices/system/cpu/present",
    "/sys/devices/system/cpu/online",
    "/usr/share/matplotlib",
    "/usr/share/fonts",
    "/usr/lib/locale",
)


def readable_paths(*, never: Sequence[Path], home: Path) -> tuple[Path, ...]:
    """The files and folders that student code may read, resolved. Call it when torch is imported.

    Nothing in it lies in, is or contains one of `never`. Of what lies under `home`, only the interpreter's own
    library folder and the distributions.
    """
    barred = [os.path.realpath(path) for path in never]
    standard = os.path.realpath(os.path.dirname(os.__file__))
    extensions = [folder for folder in module_folders() if os.path.basename(folder) == "lib-dynload"]
    sites = [folder for folder in module_folders() if folder != standard and folder not in extensions]
    nested = [os.path.join(standard, name) for name in ("site-packages", "dist-packages")]
    found = [path for site in sites for path in _distributions(site)]
    found += [*_loaded_elsewhere(), *extensions, *SYSTEM, *_without(standard, [*nested, *sites])]
    found += _libraries([*barred, *sites, standard], home=os.path.realpath(home))
    resolved = dict.fromkeys(os.path.realpath(path) for path in found)
    exact = dict.fromkeys(part for path in resolved for part in _without(path, barred))
    return tuple(Path(path) for path in exact if not any(_above(path, exact)))


def cornerstones() -> list[str]:
    """A file of each part without which no submission runs: the standard library, torch, NumPy."""
    loaded = [sys.modules[name].__file__ for name in ("os", "torch", "numpy") if name in sys.modules]
    return [path for path in loaded if path]


def by_anyone(paths: Iterable[str]) -> bool:
    """Whether a user without rights can read these files: the interpreter and torch may lie in root's home."""
    return all(
        os.stat(path).st_mode & stat.S_IROTH
        and all(os.stat(folder).st_mode & stat.S_IXOTH for folder in Path(path).parents)
        for path in map(os.path.realpath, paths)
    )


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder + "/")


def _above(path: str, folders: Container[str]) -> Iterator[str]:
    """Those of `folders` that contain `path`."""
    parent = os.path.dirname(path)
    while parent != path:
        if parent in folders:
            yield parent
        path, parent = parent, os.path.dirname(parent)


def module_folders() -> list[str]:
    """The existing folders on sys.path, resolved, without the working folder."""
    entries = dict.fromkeys(os.path.realpath(entry) for entry in sys.path if entry)
    return [entry for entry in entries if os.path.isdir(entry) and entry != os.getcwd()]


def keep_listings() -> None:
    """Let imports go on finding modules in folders that can no longer be listed. In the zygote, once.

    Each finder has listed its folder already. It would list it again when the folder has changed or someone calls
    importlib.invalidate_caches(), find nothing, and every later import from it would fail.
    """
    for entry in filter(None, sys.path):
        finder = pkgutil.get_importer(entry)
        if isinstance(finder, FileFinder):
            finder.find_spec("a_name_that_makes_it_list_the_folder")
            finder._fill_cache = lambda: None  # type: ignore[attr-defined]


def _distributions(site: str) -> Iterator[str]:
    for name in os.listdir(site):
        if name.lower().partition(".")[0].partition("-")[0] in DISTRIBUTIONS:
            yield os.path.join(site, name)


def _loaded_elsewhere() -> Iterator[str]:
    """Where loaded distributions really are: an editable install lies outside the folders of sys.path."""
    for name in DISTRIBUTIONS & sys.modules.keys():
        module = sys.modules[name]
        if hasattr(module, "__path__"):
            yield from module.__path__
        elif getattr(module, "__file__", None):
            yield str(module.__file__)


def _without(folder: str, barred: Sequence[str]) -> Iterator[str]:
    """The largest parts of `folder` that neither contain nor lie in a barred path."""
    if any(_within(folder, bar) for bar in barred):
        return
    if not any(_within(bar, folder) for bar in barred):
        yield folder
        return
    for entry in os.scandir(folder):
        yield from _without(os.path.realpath(entry) if entry.is_symlink() else entry.path, barred)


def _libraries(barred: Sequence[str], *, home: str) -> Iterator[str]:
    """The system's library folders, those that libraries are mapped from, and the interpreter's own.

    A folder that holds other things too, and any folder at home, gives only its shared objects.
    """
    own = os.path.join(os.path.realpath(sys.base_prefix), "lib")
    mapped = {path for path in _mapped_libraries() if not any(_within(path, bar) for bar in barred)}
    for folder in {os.path.dirname(path) for path in mapped} | {own}:
        if _within(folder, home) and folder != own:
            yield from (path for path in mapped if os.path.dirname(path) == folder)
        elif folder == own or any(_within(bar, folder) for bar in barred):
            yield from _shared_objects(folder)
        else:
            yield folder


def _shared_objects(folder: str) -> Iterator[str]:
    if os.path.isdir(folder):
        yield from (os.path.join(folder, name) for name in os.listdir(folder) if ".so" in name)


def _mapped_libraries() -> set[str]:
    with open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as maps:
        names = {line.split(maxsplit=5)[5].rstrip("\n") for line in maps if "/" in line}
    return {os.path.realpath(name) for name in names if ".so" in name and name.startswith("/")}
