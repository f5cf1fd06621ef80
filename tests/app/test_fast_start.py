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
