"""The project's own promises: exact and portable dependencies, and an app.py that only navigates."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from orbitsens.version import __version__

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("orbitsens", "runner", "store", "pages")
OURS = {*PRODUCT, "app", "tests", "benchmarks"}
SHARED = {"google": ["protobuf"], "pydantic_core": ["pydantic"]}  # modules whose owner their name does not tell
OPTIONAL_PEERS = {"torch", "torchdiffeq"}  # benchmarks compare with them where they are installed
LOCK_OF = {"requirements.txt": "requirements.lock", "requirements-dev.txt": "requirements-dev.lock"}


def declared(name: str) -> list[Requirement]:
    lines = (line.partition("#")[0].strip() for line in (ROOT / name).read_text().splitlines())
    return [Requirement(line) for line in lines if line]


def pins(lock: str) -> dict[str, Version]:
    """The locked version of each distribution, by canonical name."""
    lines = (ROOT / lock).read_text().splitlines()
    found = [line.split(" ")[0].partition("==") for line in lines if "==" in line and line[0].isalnum()]
    return {canonicalize_name(name): Version(version) for name, _, version in found}


def imported(*paths: Path) -> Iterator[str]:
    """Full names of the modules that these files import, wherever in the file."""
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(), str(path))):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module


def distributions(*paths: Path) -> set[str]:
    """Canonical names of the third-party distributions that these files import."""
    known = packages_distributions() | SHARED
    tops = {module.partition(".")[0] for module in imported(*paths)} - OURS - set(sys.stdlib_module_names)
    return {canonicalize_name(distribution) for top in tops for distribution in known.get(top, [f"unknown {top}"])}


def product_files() -> list[Path]:
    return [ROOT / "app.py", *(path for room in PRODUCT for path in (ROOT / room).rglob("*.py"))]


@pytest.mark.parametrize("name", LOCK_OF)
def test_requirements_are_bounded_and_the_lock_keeps_them(name: str) -> None:
    locked = pins(LOCK_OF[name])
    for requirement in declared(name):
        operators = {specifier.operator for specifier in requirement.specifier}
        assert operators == {">=", "<"}, f"{requirement}: needs a lower and an upper bound"
        assert locked[canonicalize_name(requirement.name)] in requirement.specifier, f"{requirement}: run `make lock`"


@pytest.mark.parametrize("lock", LOCK_OF.values())
def test_lock_is_hashed_and_names_no_index_and_no_path(lock: str) -> None:
    text = (ROOT / lock).read_text()
    entries = [line for line in text.splitlines() if line and line[0].isalnum()]
    assert entries
    assert all(line.endswith(" \\") for line in entries), "every pin is followed by its hashes"
    for forbidden in ("://", "--index", "--extra-index", "--find-links", "@ file", " @ ", "/opt/", "/tmp/"):
        assert forbidden not in text


def test_both_locks_agree() -> None:
    app, dev = pins("requirements.lock"), pins("requirements-dev.lock")
    assert {name for name in app.keys() & dev.keys() if app[name] != dev[name]} == set()


def test_product_imports_exactly_what_it_requires() -> None:
    required = {canonicalize_name(requirement.name) for requirement in declared("requirements.txt")}
    assert distributions(*product_files()) == required


def test_tests_import_only_what_is_required() -> None:
    required = {canonicalize_name(requirement.name) for name in LOCK_OF for requirement in declared(name)}
    files = [*(ROOT / "tests").rglob("*.py"), *(ROOT / "benchmarks").rglob("*.py")]
    peers = OPTIONAL_PEERS | {f"unknown {peer}" for peer in OPTIONAL_PEERS}
    assert distributions(*files) - peers <= required


def test_app_imports_only_what_pages_may() -> None:
    allowed = {"streamlit", "altair", "pandas", "store", "pages", "orbitsens.config", "orbitsens.sensitivity"}
    for module in imported(ROOT / "app.py"):
        top = module.partition(".")[0]
        known = {top, ".".join(module.split(".")[:2])}
        assert known & allowed or top in sys.stdlib_module_names, f"app.py must not import {module}"


def test_the_release_has_one_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == __version__
    assert f"\nversion: {__version__}\n" in (ROOT / "CITATION.cff").read_text()
    assert f"## [{__version__}] - 20" in (ROOT / "CHANGELOG.md").read_text()


def test_the_cuda_command_names_the_locked_jax() -> None:
    texts = [(ROOT / name).read_text() for name in ("README.md", "requirements.txt")]
    named = [re.findall(r'"jax\[cuda13\]==([\d.]+)"', text) for text in texts]
    assert named == [[str(pins("requirements.lock")["jax"])]] * 2
