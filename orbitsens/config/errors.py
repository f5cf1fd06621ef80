"""The one exception of bad configuration, and how a validation error becomes one sentence."""

from collections.abc import Iterable
from difflib import get_close_matches

from pydantic import ValidationError


class ConfigError(ValueError):
    """Bad input from a person: the message is one sentence that names the key and what to write instead."""


def closest(name: str, known: Iterable[str]) -> str:
    """Return `` (did you mean 'x'?)`` for the known name closest to `name`, or an empty string."""
    lowered = {k.lower(): k for k in known}
    match = get_close_matches(name.lower(), list(lowered), n=1, cutoff=0.5)
    return f" (did you mean '{lowered[match[0]]}'?)" if match else ""


def one_sentence(error: ValidationError, prefix: str) -> str:
    """Say the first problem of a pydantic error as a sentence: path, what is wrong, the value given.

    `prefix` is the path of the validated mapping, such as `parameters`.
    """
    first = error.errors()[0]
    path = ".".join([prefix, *(str(part) for part in first["loc"])]) if first["loc"] else prefix
    message = first["msg"].removeprefix("Value error, ").rstrip(".")
    if first["type"] == "missing":
        return f"{path}: this key is required."
    message = message[0].lower() + message[1:]
    given = first.get("input")
    return f"{path}: {message}, got {given!r}." if first["loc"] else f"{path}: {message}."
