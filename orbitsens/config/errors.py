"""The one exception of bad configuration, and how a validation error becomes one sentence."""

import json
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo

# What to write instead, by the type of pydantic's error; a type that is not here keeps pydantic's words.
_ADVICE = {
    "missing": "this key is required",
    "extra_forbidden": "this section takes no other keys",
    "int_type": "write a whole number",
    "int_parsing": "write a whole number",
    "int_from_float": "write a whole number",
    "float_type": "write a number",
    "float_parsing": "write a number",
    "finite_number": "write a finite number",
    "bool_type": "write true or false",
    "bool_parsing": "write true or false",
    "string_type": "write one text",
    "string_too_short": "write at least one character",
    "tuple_type": "write a list",
    "too_short": "write at least one entry",
    "too_long": "write at most {max_length} entries",
    "greater_than": "has to be above {gt}",
    "greater_than_equal": "has to be at least {ge}",
    "less_than": "has to be below {lt}",
    "less_than_equal": "has to be at most {le}",
}


_LONGEST_VALUE, _LONGEST_SENTENCE = 100, 2000


class ConfigError(ValueError):
    """Bad input from a person: the message is one sentence that names the key and what to write instead."""

    def __init__(self, message: str) -> None:
        super().__init__(shortened(message, _LONGEST_SENTENCE))


def shortened(text: object, most: int = _LONGEST_VALUE) -> str:
    """Return what a person wrote, fit to be repeated: beyond `most` characters the middle is left out."""
    whole = str(text)
    if len(whole) <= most:
        return whole
    return f"{whole[: most - most // 4]}... ({len(whole):,} characters) ...{whole[len(whole) - most // 4 :]}"


def closest(name: str, known: Iterable[str]) -> str:
    """Return `` (did you mean 'x'?)`` for the known name closest to `name`, or an empty string."""
    if len(name) > _LONGEST_VALUE:
        return ""
    lowered = {k.lower(): k for k in known}
    match = get_close_matches(name.lower(), list(lowered), n=1, cutoff=0.5)
    return f" (did you mean '{lowered[match[0]]}'?)" if match else ""


def one_sentence(error: ValidationError, section: str, fields: Mapping[str, FieldInfo]) -> str:
    """Say the first problem of a pydantic error as a sentence: key, what is wrong, the value given, the key's meaning.

    `section` is the path of the validated mapping, such as `parameters`, and `fields` are its keys.
    """
    first = error.errors()[0]
    message = first["msg"].removeprefix("Value error, ").rstrip(".")
    if not first["loc"]:
        return f"{section}{'.' if message.partition(':')[0] in fields else ': '}{message}."
    path = section + "".join(f", entry {p + 1}" if isinstance(p, int) else f".{p}" for p in first["loc"])
    advice = _ADVICE.get(first["type"])
    if first["type"] == "missing":
        return f"{path}: {advice}."
    given = _as_written(first.get("input"))
    if advice is None:
        # Our own validators say what to write; they may have named the value already.
        said = f"{message[0].lower()}{message[1:]}"
        return f"{path}: {said}." if given.strip('"') in message else f"{path}: {said}, got {given}."
    field = fields.get(str(first["loc"][0]))
    meaning = f" ({field.description})" if field is not None and field.description else ""
    bounds = {key: _bound(value) for key, value in first.get("ctx", {}).items()}
    return f"{path}: {advice.format(**bounds)}, got {given}{meaning}."


def _bound(value: Any) -> Any:
    """A bound as people write it: whole where it is whole."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _as_written(value: Any) -> str:
    """The value as a sweep file has it, on one line."""
    try:
        return shortened(json.dumps(value, default=str, ensure_ascii=False))
    except ValueError:  # a whole number of more digits than Python writes
        return "a value that is too long to be written here"
