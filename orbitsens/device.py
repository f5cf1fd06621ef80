"""Settings of JAX for a whole process: call once, at the start of a command."""

import os
from pathlib import Path

import jax


def keep_compiled_programs() -> None:
    """Keep compiled programs on disk, so that a second sweep of the same shapes starts at once.

    In ~/.cache/orbitsens/xla, unless JAX_COMPILATION_CACHE_DIR names a folder.
    """
    folder = Path.home() / ".cache" / "orbitsens" / "xla"
    if "JAX_COMPILATION_CACHE_DIR" not in os.environ:
        jax.config.update("jax_compilation_cache_dir", str(folder))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 1.0)
