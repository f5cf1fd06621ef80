"""What every test runs under: strict JAX, no W&B server, nothing of the developer's own settings."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent

# Read by JAX and wandb when they are imported, here and in the processes that tests start.
ENVIRONMENT = {
    "JAX_NUMPY_RANK_PROMOTION": "raise",
    "JAX_COMPILATION_CACHE_DIR": str(ROOT / "build" / "jax-cache"),
    "JAX_NUM_CPU_DEVICES": "2",
    "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0.3",
    "WANDB_MODE": "offline",
    "WANDB_SILENT": "true",
}
NOT_INHERITED = ("JAX_ENABLE_X64", "ORBITSENS_STORE", "WANDB_API_KEY", "WANDB_BASE_URL", "WANDB_DIR")


def pytest_configure(config: pytest.Config) -> None:
    """Set the environment before any test module, and with it JAX or wandb, is imported."""
    for name in NOT_INHERITED:
        os.environ.pop(name, None)
    os.environ.update(ENVIRONMENT)
    # One example may wait for a compilation: the timeout of the whole test is the limit.
    settings.register_profile("orbitsens", deadline=None, derandomize="CI" in os.environ, print_blob=True)
    settings.load_profile("orbitsens")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip tests marked `gpu` where JAX has no GPU."""
    if item.get_closest_marker("gpu") is None:
        return
    import jax

    if jax.default_backend() != "gpu":
        pytest.skip("JAX has no GPU here")


@pytest.fixture(autouse=True)
def own_wandb_core() -> None:
    """Let no process that a test starts use the wandb-core of an earlier test."""
    os.environ.pop("WANDB_SERVICE", None)


@pytest.fixture(autouse=True)
def strict_dtypes(request: pytest.FixtureRequest) -> Iterator[None]:
    """Refuse silent mixing of dtypes, except in tests marked `mixed_dtypes`."""
    if "jax" not in sys.modules or request.node.get_closest_marker("mixed_dtypes"):
        yield
        return
    import jax

    with jax.numpy_dtype_promotion("strict"):
        yield
