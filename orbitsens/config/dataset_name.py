"""Names of datasets: `{family}_TBP_{planar|nonplanar}_{N}[_train|_val|_test]`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from orbitsens.config.errors import ConfigError, closest, shortened
from orbitsens.config.limits import MOST_ORBITS

Family = Literal["single", "simple", "complex"]
Split = Literal["train", "val", "test"]

FAMILIES: tuple[Family, ...] = ("single", "simple", "complex")
SPLITS: tuple[Split, ...] = ("train", "val", "test")
SAMPLES_PER_ORBIT = 360

_PATTERN = re.compile(
    r"(?P<family>[a-z]+)_(?:TBP|2BP)_(?P<plane>planar|nonplanar)_(?P<n>[0-9]{1,30})(?:_(?P<split>train|val|test))?"
)


# Names of the team's for datasets of ours.
TEAM_DATASETS: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(("complex_TBP_planar", "complex_2BP_planar"), "complex_TBP_planar_100")
)


@dataclass(frozen=True)
class DatasetName:
    """A parsed dataset name: `n` orbits of a `family`; `split` is None for a name without a suffix."""

    family: Family
    planar: bool
    n: int
    split: Split | None

    def __str__(self) -> str:
        plane = "planar" if self.planar else "nonplanar"
        suffix = f"_{self.split}" if self.split else ""
        return f"{self.family}_TBP_{plane}_{self.n}{suffix}"


def parse_dataset_name(name: str) -> DatasetName:
    """Parse a dataset name; "2BP" is read as "TBP", and the team's complex_TBP_planar as its 100 orbits.

    Raises:
        ConfigError: the name does not follow the pattern, the family is unknown, or there is no orbit.
    """
    match = _PATTERN.fullmatch(TEAM_DATASETS.get(name, name))
    if match is None:
        raise ConfigError(
            f"'{shortened(name)}' is not a dataset name: write {{single|simple|complex}}_TBP_{{planar|nonplanar}}_N, "
            f"optionally followed by _train, _val or _test; {_otherwise(name)}."
        )
    family = match["family"]
    if family not in FAMILIES:
        raise ConfigError(
            f"'{shortened(name)}': unknown orbit family '{shortened(family)}'{closest(family, FAMILIES)}; "
            f"known are {', '.join(FAMILIES)}; {_otherwise(name)}."
        )
    n = int(match["n"])
    if n < 1:
        raise ConfigError(f"'{name}': a dataset needs at least 1 orbit, got 0.")
    split = next((s for s in SPLITS if s == match["split"]), None)
    if n > MOST_ORBITS:
        raise ConfigError(f"'{name}': {n:,} orbits are asked for, and {MOST_ORBITS:,} are the most.")
    return DatasetName(
        family=next(f for f in FAMILIES if f == family), planar=match["plane"] == "planar", n=n, split=split
    )


def _otherwise(name: str) -> str:
    stored = name if re.fullmatch(r"[\w.-]{1,100}", name) else "NAME"
    return f"orbits of no such family are named by data.dataset_file, such as wandb:entity/project/{stored}:latest"


def test_twin(name: str) -> str:
    """Return the name of the independent test dataset of the same family and size."""
    return str(replace(parse_dataset_name(name), split="test"))
