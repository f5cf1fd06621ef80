"""Values of parameters in the URL, and back; and what people read of them.

A value of a key with a column is as plain as it can be: `16`, `1e-06`, `true`, `leaky_relu`. One of a key without a
column is too, where JSON does not read it as another: `0.001` is a number, `"0.001"` a word, `[64,64]` a list.
"(unset)" is no value; `json:"auto"` is what no plainer form says, such as a value that a key's definition refuses; and
`sha256:` with 64 hex digits is a value of very many letters.
"""

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping

from orbitsens.sensitivity.settings import UNSET, logged_text
from store.canonical import canonical_json
from store.filters import JsonValue, LongText, Range, Value
from store.own_keys import as_json

_JSON, _CHECKSUM = "json:", "sha256:"
_LONG = re.compile(rf"{_CHECKSUM}([0-9a-f]{{64}})")
_NUMBER = r"-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_RANGE = re.compile(rf"({_NUMBER})?\.\.({_NUMBER})?")
_SHOWN = 80  # letters of a value in words
_TYPES: Mapping[str, tuple[type, ...]] = {
    "whole": (int,),
    "number": (int, float),
    "truth": (bool,),
    "word": (str,),
    "extra": (str, int, float, bool, JsonValue),
}


def value_in_url(value: Value, kind: str) -> str:
    """One value of a parameter of a kind (see `store.queries.FilterChoices`) as the URL has it."""
    if value is None:
        return UNSET
    if isinstance(value, LongText):
        return f"{_CHECKSUM}{value.sha256}"
    short = _short(value, kind)
    return short if _says(short, value, kind) else f"{_JSON}{as_json(value)}"


def value_of_url(text: str, kind: str) -> Value:
    """Read one value of a parameter of a kind.

    Raises:
        ValueError: the text is no value of such a parameter.
    """
    if text == UNSET:
        return None
    if long := _LONG.fullmatch(text):
        return LongText(long[1])
    if text.startswith(_JSON):
        return _of_json(text)
    return _READ[kind](text) if kind in _READ else text


def range_in_url(wanted: Range) -> str:
    """A range as the URL has it: `16..64`, an open end left out."""
    return "..".join("" if end is None else repr(end).removesuffix(".0") for end in (wanted.low, wanted.high))


def range_of_url(text: str) -> Range | None:
    """Read a range; None where the text is none."""
    found = _RANGE.fullmatch(text)
    return Range(*(None if end is None else float(end) for end in found.groups())) if found else None


def value_words(value: Value) -> str:
    """A value as people read it; a long one by its beginning."""
    if value is None:
        return UNSET
    if isinstance(value, LongText):
        return f"{value.beginning}… (sha256 {value.sha256[:8]})" if value.beginning else f"sha256 {value.sha256[:8]}"
    words = logged_text(json.loads(value.text) if isinstance(value, JsonValue) else value)
    return words if len(words) <= _SHOWN else f"{words[:_SHOWN]}…"


def distinct_words(values: Iterable[Value]) -> dict[str, Value]:
    """Values by words that tell them apart, in their order."""
    found: dict[str, Value] = {}
    for value in values:
        words, n = value_words(value), 1
        while words in found:
            n += 1
            words = f"{value_words(value)} ({n})"
        found[words] = value
    return found


def identity(value: Value) -> str:
    """Equal for values that find the same runs: 1.0 is 1, and true is not."""
    return value_in_url(value, "")


def _short(value: Value, kind: str) -> str:
    """The plainest form of a value; it may say another one."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False) if kind == "extra" and _own(value) != value else value
    return repr(value) if isinstance(value, float) else as_json(value)


def _says(text: str, value: Value, kind: str) -> bool:
    """Whether a text is read as a value, and not as a range."""
    if not text or type(value) not in _TYPES.get(kind, ()):
        return False
    try:
        return not (kind == "extra" and _RANGE.fullmatch(text)) and identity(value_of_url(text, kind)) == identity(
            value
        )
    except ValueError:
        return False


def _own(text: str) -> Value:
    """The value of a key without a column: JSON, or else the word itself."""
    try:
        found = json.loads(text, parse_constant=_no_number)
        if isinstance(found, list | dict):
            return JsonValue(canonical_json(found))
    except (ValueError, RecursionError):
        return text
    return text if found is None or found in (math.inf, -math.inf) else found


def _of_json(text: str) -> Value:
    """Read what follows `json:`; the text itself where that is not JSON, and None for a null."""
    after = text.removeprefix(_JSON)
    found = _own(after)
    if after == "null":
        return None
    return text if isinstance(found, str) and found == after else found


def _truth(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(text)
    return text == "true"


_READ: Mapping[str, Callable[[str], Value]] = {"whole": int, "number": float, "truth": _truth, "extra": _own}


def _no_number(word: str) -> float:
    raise ValueError(word)  # NaN and Infinity are words where people log them
