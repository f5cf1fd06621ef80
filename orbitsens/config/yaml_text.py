"""Reading YAML 1.2 within limits: texts, numbers, truths, lists and mappings, and one sentence for all else."""

import re

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from orbitsens.config.errors import ConfigError, shortened
from orbitsens.config.limits import MOST_CHARACTERS, MOST_ENTRIES, MOST_NESTED, MOST_VALUES

# What the parser raises, beside its own errors, for tags and numbers that it cannot make anything of.
_NOT_UNDERSTOOD = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, AssertionError)
_ENTRY = re.compile(r"[\n,\[{]")
_DEEP = re.compile(rf"(?:[\[{{]\s*){{{MOST_NESTED + 1}}}")


def parse_yaml(text: str, origin: str) -> object:
    """Parse YAML 1.2 (so `1e-3` is a number); `origin` names the text in errors.

    Raises:
        ConfigError: the text is not valid YAML, a key is repeated in one mapping, it is too large or nested too deep,
            or a value is of a kind that sweep files do not have.
    """
    n = len(_ENTRY.findall(text))
    if n > MOST_ENTRIES:
        raise ConfigError(
            f"{origin}: it has {n:,} lines and entries of lists, and at most {MOST_ENTRIES:,} are read; write what "
            "varies as lists, whose product is the sweep."
        )
    if len(text) > MOST_CHARACTERS:
        raise ConfigError(f"{origin}: it has {len(text):,} characters, and at most {MOST_CHARACTERS:,} are read.")
    if _DEEP.search(text):  # the parser would take seconds to give up
        raise ConfigError(_too_deep(origin))
    try:
        value = YAML(typ="safe", pure=True).load(text)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        problem = (getattr(error, "problem", None) or "cannot be parsed").splitlines()[0]
        problem = re.sub(r'found duplicate key (".*?") .*', r"the key \1 stands twice", problem)
        raise ConfigError(f"{origin}: not valid YAML{where}: {shortened(problem, 300)}.") from error
    except RecursionError as error:
        raise ConfigError(_too_deep(origin)) from error
    except _NOT_UNDERSTOOD as error:
        first = next(iter(str(error).splitlines()), type(error).__name__)
        raise ConfigError(f"{origin}: a value cannot be read: {shortened(first, 300)}.") from error
    n = _Counter(origin).count(value, "", 0)
    if n > MOST_VALUES:
        raise ConfigError(
            f"{origin}: its aliases stand for {amount(n)} values, and at most {MOST_VALUES:,} are read; write them out."
        )
    return value


def _too_deep(where: str) -> str:
    return f"{where}: nested too deep; at most {MOST_NESTED} levels are read."


def amount(n: int) -> str:
    """Write a count; one beyond all use as a power of ten."""
    return f"{n:,}" if n < 10**15 else f"about 10^{int(n.bit_length() * 0.30103)}"


class _Counter:
    """Counts values, every alias as often as it stands there, without going through what it names again."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.counts: dict[int, int] = {}
        self.within: set[int] = set()

    def count(self, value: object, path: str, depth: int) -> int:
        if value is None or isinstance(value, bool | int | float | str):
            return 1
        if not isinstance(value, list | dict):
            raise ConfigError(f"{self._at(path)}: {_kind(value)}; write a text in quotes, a number or a list.")
        if id(value) in self.within:
            raise ConfigError(f"{self._at(path)}: an anchor that refers to itself has no value; write it out.")
        if id(value) in self.counts:
            return self.counts[id(value)]
        if depth == MOST_NESTED:
            raise ConfigError(_too_deep(self._at(path)))
        self.within.add(id(value))
        if isinstance(value, dict):
            total = sum(self.count(inner, self._below(path, key), depth + 1) for key, inner in value.items())
        else:
            total = sum(self.count(inner, path, depth + 1) for inner in value)
        self.within.remove(id(value))
        self.counts[id(value)] = total + 1
        return total + 1

    def _below(self, path: str, key: object) -> str:
        if not isinstance(key, str):
            where = f"{self._at(path)}: " if path else f"{self.origin}: "
            raise ConfigError(f"{where}the key {_written(key)} is not a text; put it in quotes.")
        return f"{path}.{shortened(key)}" if path else shortened(key)

    def _at(self, path: str) -> str:
        return f"{self.origin}: {shortened(path, 200)}" if path else self.origin


def _kind(value: object) -> str:
    """Say what a value is that is none of YAML's plain kinds."""
    names = {"date": "a date", "datetime": "a time", "TimeStamp": "a time", "set": "a set", "bytes": "binary data"}
    name = names.get(type(value).__name__, f"a value of the kind {type(value).__name__}")
    return f"{_written(value)} is {name}, which sweep files do not have"


def _written(value: object) -> str:
    try:
        return shortened(value)
    except ValueError:
        return "a whole number of thousands of digits"
