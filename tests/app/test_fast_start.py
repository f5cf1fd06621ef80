"""What every page waits for is light: the first one is there before SciPy, altair or JAX would be."""

import subprocess
import sys

import pytest

from tests.app.conftest import APP

HEAVY = ("scipy", "altair", "statsmodels", "jax", "wandb", "vl_convert")


@pytest.mark.parametrize("module", ["pages.shared.start", "pages.shared.page_list"])
def test_heavy_packages_are_not_imported(module: str) -> None:
    code = f"import sys, {module}; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], cwd=APP.parent, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_no_page_imports_jax_or_wandb() -> None:
    """Neither by itself nor through what it imports: `lint-imports` does not see into other packages."""
    shared = sorted((APP.parent / "pages" / "shared").rglob("*.py"))
    modules = ", ".join(".".join(path.relative_to(APP.parent).with_suffix("").parts) for path in shared)
    code = f"import sys, {modules}, orbitsens.datasets; print([n for n in ('jax', 'wandb') if n in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], cwd=APP.parent, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
