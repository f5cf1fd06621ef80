"""The report of a made-up sweep, for the tests of its sentences and of its form."""

import pandas as pd

from orbitsens.sensitivity.analysis import analyse
from orbitsens.sensitivity.report import markdown
from orbitsens.sensitivity.wording import Metric

ERROR = Metric("acceleration error", "%")
LEVELS = {"width": [16, 64], "depth": [1, 2]}


def text_of(table: pd.DataFrame, varying: list[str]) -> str:
    return markdown(analyse(table, varying), "Sensitivity", ERROR, "the test set")
