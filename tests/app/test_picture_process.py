"""Pictures are drawn by a process of their own, so that a server that draws one answers everybody else meanwhile."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import altair as alt
import pandas as pd
import pytest

from pages.shared.charts.picture import DrawingError, picture
from pages.shared.charts.theme import styled

WAIT = """
import os, pathlib, sys, time
folder = pathlib.Path(sys.argv[1])
(folder / "pid").write_text(str(os.getpid()))
while not (folder / "go").exists():
    time.sleep(0.01)
sys.stdin.read()
print("drawn", end="")
"""


def chart() -> alt.LayerChart:
    return styled([alt.Chart(pd.DataFrame({"x": [1.0, 2.0]})).mark_point().encode(x="x:Q")], "light", height=100)


def python(code: str, *arguments: str) -> list[str]:
    return [sys.executable, "-c", code, *arguments]


def test_while_another_process_draws_this_one_goes_on(tmp_path: Path) -> None:
    made: list[bytes] = []
    command = python(WAIT, str(tmp_path))
    thread = threading.Thread(target=lambda: made.append(picture(chart(), "png", "title", [], command=command)))
    thread.start()
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
        pass  # this thread runs, although a picture is being drawn
    assert int((tmp_path / "pid").read_text()) != os.getpid()
    assert made == []
    (tmp_path / "go").touch()
    thread.join()
    assert made == [b"drawn"]


def test_the_server_never_loads_the_converter() -> None:
    code = (
        "import sys; from tests.app.test_picture_process import chart, picture;"
        "assert picture(chart(), 'png', 'title', []).startswith(b'\\x89PNG');"
        "assert 'vl_convert' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])


def test_a_process_that_hangs_is_ended_and_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DrawingError, match=r"^The PNG was not drawn within 0\.5 s: filter the runs further, or try"):
        picture(chart(), "png", "title", [], command=python(WAIT, str(tmp_path)), limit_s=0.5)


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("import os; os.abort()", "exit status -6"),
        ("import sys; sys.exit('no memory left')", "no memory left"),
        ("pass", "exit status 0"),
    ],
)
def test_a_process_that_dies_is_a_sentence(code: str, why: str) -> None:
    with pytest.raises(DrawingError, match=f"^The SVG was not drawn, because its process ended early: {why}\\.$"):
        picture(chart(), "svg", "title", [], command=python(code))


def test_a_process_that_does_not_start_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DrawingError, match=r"^The SVG was not drawn, because its process did not start: .*none"):
        picture(chart(), "svg", "title", [], command=[str(tmp_path / "none")])
