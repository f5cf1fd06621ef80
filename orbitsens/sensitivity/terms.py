"""Parameters as columns of a linear model, one row per setting."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from orbitsens.sensitivity.array import Array
from orbitsens.sensitivity.blocks import Blocks, blocks
from orbitsens.sensitivity.cannot import CannotSay
from orbitsens.sensitivity.labels import label
from orbitsens.sensitivity.response import Response
from orbitsens.sensitivity.settings import value_text, value_texts

# A number with more values than this is a trend (quadratic), not a set of levels.
MOST_LEVELS = 8
# A positive parameter that spans more than this factor is seen on a logarithmic scale.
WIDE = 10.0
# Columns of all parameters together, beyond which a fit takes minutes.
MOST_COLUMNS = 1000
QUANTILES = (0.05, 0.5, 0.95)


@dataclass(frozen=True)
class Term:
    """One parameter in a linear model.

    `labels`: the k values that are compared. `codes`: [n_settings, c], the model's columns. `contrasts`: [k, c], what
    the columns are at each label. `level`: [n_settings], which label a setting has; None for a trend.
    """

    name: str
    labels: tuple[str, ...]
    codes: Array
    contrasts: Array
    level: npt.NDArray[np.intp] | None

    @property
    def width(self) -> int:
        """Number of columns."""
        return self.codes.shape[1]


@dataclass(frozen=True)
class Cells:
    """The settings of a response in numbers: all that least squares needs.

    `n`: runs, `mean`: mean of y less the effects of its runs' seeds, where seeds are blocks (`blocks`), `ss`: sum of
    squares about it, `df`: its degrees of freedom, not whole where blocks take a part, each [n_settings]; `terms`:
    one per parameter.
    """

    settings: tuple[str, ...]
    n: Array
    mean: Array
    ss: Array
    df: Array
    terms: tuple[Term, ...]
    blocks: Blocks | None


def cells(found: Response, coded: bool = True) -> Cells:
    """Summarise the runs of each setting, within seeds where these are blocks, and (`coded`) code the parameters.

    Raises:
        CannotSay: the parameters take more than 1,000 different values together.
    """
    names = list(found.parameters) if coded else []
    first = found.runs.loc[~found.runs["setting"].duplicated(), names]
    _refuse_too_many(first)
    seeds = blocks(found)
    place, settings = pd.factorize(found.runs["setting"])
    y = found.runs["y"].to_numpy(dtype=float) - (seeds.effect if seeds else 0.0)
    n = np.bincount(place).astype(float)
    mean = np.bincount(place, weights=y) / n
    return Cells(
        settings=tuple(map(str, settings)),
        n=n,
        mean=mean,
        ss=np.asarray(np.bincount(place, weights=(y - mean[place]) ** 2), dtype=np.float64),
        df=(n - 1.0) * (seeds.left if seeds else 1.0),
        terms=tuple(term(first[name]) for name in names),
        blocks=seeds,
    )


def term(column: "pd.Series[Any]") -> Term:
    """Code one parameter: its levels as deviations from their mean, or a quadratic trend for many numbers."""
    if _is_trend(column):
        return _trend(column)
    texts = pd.Series(_texts(column), index=column.index)
    labels = tuple(dict.fromkeys(texts.tolist()))
    if pd.api.types.is_numeric_dtype(column.dtype):
        labels = tuple(dict.fromkeys(texts[column.sort_values(na_position="last").index].tolist()))
    places = {label: i for i, label in enumerate(labels)}
    level = np.array([places[text] for text in texts], dtype=np.intp)
    contrasts = np.vstack([np.eye(len(labels) - 1), -np.ones(len(labels) - 1)])
    return Term(str(column.name), labels, contrasts[level], contrasts, level)


def _texts(column: "pd.Series[Any]") -> list[str]:
    """Values as texts; in full where six digits would make different numbers one level."""
    texts = value_texts(column)
    return texts if len(set(texts)) == column.nunique(dropna=False) else [str(value) for value in column.tolist()]


def product(a: Term, b: Term) -> Array:
    """Columns of the interaction of two terms, [n_settings, c_a * c_b]."""
    return np.einsum("si,sj->sij", a.codes, b.codes).reshape(len(a.codes), -1)


def _refuse_too_many(settings: pd.DataFrame) -> None:
    n_values = {str(name): settings[name].nunique() for name in settings if not _is_trend(settings[name])}
    if sum(n_values.values()) <= MOST_COLUMNS:
        return
    most = max(n_values, key=n_values.__getitem__)
    raise CannotSay(
        f"{label(most)} takes {n_values[most]:,} different values among the used runs, and an effect can be estimated "
        f"for at most {MOST_COLUMNS:,} values of all parameters together: choose some of its values in the filter, or "
        f"let runs be the same setting whatever their {label(most)}."
    )


def _is_trend(column: "pd.Series[Any]") -> bool:
    numeric = pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype)
    return bool(numeric and column.notna().all() and column.nunique() > MOST_LEVELS)


def _trend(column: "pd.Series[Any]") -> Term:
    values = column.to_numpy(dtype=float)
    points = np.unique(np.quantile(values, QUANTILES, method="closest_observation"))
    wide = values.min() > 0.0 and values.max() / values.min() > WIDE
    x, at = (np.log10(values), np.log10(points)) if wide else (values, points)
    middle, half = (x.max() + x.min()) / 2, (x.max() - x.min()) / 2
    z, z_at = (x - middle) / half, (at - middle) / half
    basis = np.column_stack([z, z**2])
    return Term(
        name=str(column.name),
        labels=tuple(value_text(float(p)) for p in points),
        codes=basis - basis.mean(axis=0),
        contrasts=np.column_stack([z_at, z_at**2]) - basis.mean(axis=0),
        level=None,
    )
