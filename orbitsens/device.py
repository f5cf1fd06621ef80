"""Settings of JAX for a whole process: call them at the start of a command, before anything is computed."""

import os
from pathlib import Path

import jax

from orbitsens.config import ConfigError


def keep_compiled_programs() -> None:
    """Keep compiled programs on disk, so that a second sweep of the same shapes starts at once.

    In ~/.cache/orbitsens/xla, unless JAX_COMPILATION_CACHE_DIR names a folder.
    """
    folder = Path.home() / ".cache" / "orbitsens" / "xla"
    if "JAX_COMPILATION_CACHE_DIR" not in os.environ:
        jax.config.update("jax_compilation_cache_dir", str(folder))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 1.0)


def use_single_precision() -> None:
    """Compute in float32, as models are trained, whatever JAX_ENABLE_X64 says."""
    jax.config.update("jax_enable_x64", False)


def use_every_core() -> None:
    """Make each processor core a device of its own, unless JAX_NUM_CPU_DEVICES says how many there are.

    The arrays of a run are too small to be shared between cores; whole runs are.
    """
    if "JAX_NUM_CPU_DEVICES" not in os.environ:
        jax.config.update("jax_num_cpu_devices", len(os.sched_getaffinity(0)))


def choose_devices(name: str | None) -> list[jax.Device]:
    """The devices to compute on: all of JAX's choice, or those that `name` says: `cpu`, `gpu`, or `gpu:1`, one of them.

    Raises ConfigError where there is no such device.
    """
    if name is None:
        return jax.devices()
    platform, _, number = name.partition(":")
    if platform not in ("cpu", "gpu") or (number and not number.isdecimal()):
        raise ConfigError(f"--device: '{name}' is no device; write cpu, gpu, or gpu:0 for the first of several")
    try:
        devices = jax.devices(platform)
    except RuntimeError as error:
        raise ConfigError(
            f"--device: JAX finds no {platform} here; leave --device out, or install JAX for CUDA (see README.md)"
        ) from error
    if number and int(number) >= len(devices):
        raise ConfigError(f"--device: there is no '{name}'; JAX finds {len(devices)} of {platform}, counted from 0")
    chosen = [devices[int(number)]] if number else devices
    jax.config.update("jax_default_device", chosen[0])
    return chosen
