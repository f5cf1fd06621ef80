"""How a registry finds its entries: a name of `orbitsens.config.choices` has a file of that name with a `SPEC`."""

from collections.abc import Iterable
from importlib import import_module
from typing import TypeVar

Spec = TypeVar("Spec")


def load_specs(package: str, names: Iterable[str], spec: type[Spec]) -> dict[str, Spec]:
    """Import `SPEC` of each name's module in `package` (the name in lower case).

    Raises:
        ModuleNotFoundError: a name without a file.
        TypeError: a `SPEC` of another type.
    """
    specs = {}
    for name in names:
        found = import_module(f"{package}.{name.lower()}").SPEC
        if not isinstance(found, spec) or getattr(found, "name", name) != name:
            raise TypeError(f"{package}.{name.lower()}.SPEC is no {spec.__name__} named {name}")
        specs[name] = found
    return specs
