"""Settings of JAX for a whole process: call once, at the start of a command."""

from pathlib import Path

import jax


def keep_compiled_programs(folder: Path = Path.home() / ".cache" / "orbitsens" / "xla") -> None:
    """Keep compiled programs on disk, so that a second sweep of the same shapes starts at once."""
    if jax.config.jax_compilation_cache_dir is None:
        jax.config.update("jax_compilation_cache_dir", str(folder))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 1.0)
