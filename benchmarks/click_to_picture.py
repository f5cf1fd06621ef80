"""From the click on "Evaluate" to the heatmap on the screen: the app, a cold process for the grid, a real browser.

`python -m benchmarks.click_to_picture [RUN_ID ...]`: 64 x 64 x 90 of runs of the shipped store, by default of one. The
compilation cache is empty, as on a new machine. Processor time is that of the evaluating process, the app and the
browser together.
"""

import os
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path

from orbitsens.grid_settings import GridSettings
from store.connect import read_catalogue
from store.evaluations import stored_models
from store.location import SHIPPED
from tests.browser.serving import chromium, served, settle

LIMIT_S = 15.0
# Not quite the default's upper end, so that no grid of the store will do.
FARTHEST_KM = GridSettings().a_range_km[1] - 1.0
MAP = ".st-key-map_0 [role=graphics-document]"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "store"
        shutil.copytree(SHIPPED, store)
        with read_catalogue(store) as con:
            runs = sys.argv[1:] or [stored_models(con)["run_id"].iloc[0]]
        os.environ["JAX_COMPILATION_CACHE_DIR"] = str(Path(folder) / "xla")
        with served(store, Path(folder) / "log") as url, chromium() as browser:
            page = browser.new_page(viewport={"width": 1440, "height": 1400})
            page.set_default_timeout(120_000)
            page.goto(f"{url}/generalisation?models={','.join(runs)}&a1={FARTHEST_KM!r}")
            page.get_by_role("heading", name="Generalisation").wait_for()
            settle(page)
            assert page.locator(MAP).count() == 0
            began = time.perf_counter()
            page.locator(".st-key-evaluate_grid button").click()
            page.locator(MAP).wait_for()
            seconds = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"click to picture, {len(runs)} model(s): {seconds:.1f} s (at most {LIMIT_S:.0f} s)")
    print(f"processor time with starting app and browser: {used.ru_utime + used.ru_stime:.1f} s")


if __name__ == "__main__":
    main()
