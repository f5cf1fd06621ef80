"""FINDINGS.md and its pictures, from the run store: `python -m tools.findings [STORE]`.

The sentences are those of `python -m runner report` and of the app's pages; the pictures are the app's own downloads,
taken in a browser. Nothing here knows a result.
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page

from runner.reporting import group_report
from store.connect import read_catalogue
from store.filters import of_group
from store.location import readable_store
from store.queries import group_costs
from tests.browser.serving import chromium, served, settle

FOLDER = Path("findings")
SECTION = re.compile(r"^## (.+)\n\n", re.MULTILINE)


@dataclass(frozen=True)
class Study:
    """A question, where its answer is: the W&B group, the page of the app, and which download there is the picture."""

    title: str
    question: str
    note: str
    group: str
    page: str
    picture: str = "download_png"
    query: str = ""
    settings: bool = False

    @property
    def link(self) -> str:
        """The page's address below the app's."""
        return f"{self.page}?group={self.group}{self.query}"


STUDIES: tuple[Study, ...] = (
    Study(
        "Model size",
        "How do width, depth and batch size change the error?",
        "The note shows heatmaps of width by depth, a panel for each batch size.",
        "sweep-architecture-batch_size-v1",
        "architecture",
        "download_cells_png",
    ),
    Study(
        "Seeding",
        "How far does the random seed alone move the error?",
        'The note: "Performance generally has low variance due to seeding, but there are a couple notable outliers." '
        "Its 20 seeds were trained on 10 complex orbits and measured on 10 others; the other rows are ours.",
        "sweep-seeds-v2",
        "seeding",
    ),
    Study(
        "Generalisation",
        "How does a model trained on 100 complex or on 10 simple orbits do on orbits of other shapes?",
        "The note applies each model to a grid of semi-major axes and eccentricities, 100 complex against 10 simple.",
        "generalisation",
        "generalisation",
        "download_maps_png",
    ),
    Study(
        "Segment ratio",
        "How much of an orbit should a training segment cover, and with how many orbits?",
        "The note shows the error against the segment ratio, a line for each number of training orbits.",
        "sweep-segment-ratio",
        "segment_ratio",
        "download_curves_png",
    ),
    Study(
        "Screening",
        "What is the model sensitive to? 14 parameters of model and pipeline at once.",
        "The note's opening question, which it answers for three of them.",
        "sweep-screening",
        "sensitivity",
        "download_effects_png",
    ),
    Study(
        "The best setting found",
        "How far does the error fall from the note's config, one choice after the other?",
        "The team's published table: trained on complex, measured on complex, 2.07 %, the best 1.85 %.",
        "sweep-best",
        "seeding",
        settings=True,
    ),
)


def main() -> None:
    """Write FINDINGS.md and findings/*.png and *.csv anew."""
    store = readable_store(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    FOLDER.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder, served(store, Path(folder) / "log") as url, chromium() as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 1200}, color_scheme="light")
        parts = [_study(study, store, page, url) for study in STUDIES]
    Path("FINDINGS.md").write_text(f"{_head(store)}\n{''.join(parts)}", encoding="utf-8")


def _head(store: Path) -> str:
    with read_catalogue(store) as con:
        costs = [(study, group_costs(con, of_group(study.group))) for study in STUDIES]
    rows = [
        f"| [{study.title}](#{study.title.lower().replace(' ', '-')}) | `{study.group}` | {c.n_runs} | "
        f"{c.train_seconds / 60:.1f} | {c.span_minutes:.0f} | {c.devices} |\n"
        for study, c in costs
    ]
    return (
        "# Findings\n\n"
        "The studies of the team's sensitivity note, a screening of 14 parameters, and the best setting found. Made\n"
        "by `make findings` from the store that the repository ships (`store/precomputed`); every sentence is the\n"
        "report's or the app's, every picture the app's own, and `make studies` trains the runs anew. Errors are\n"
        "compared as ratios, because they spread over orders of magnitude.\n\n"
        "| study | W&B group | runs | training, min | first to last run, min | device |\n"
        "| --- | --- | --- | --- | --- | --- |\n" + "".join(rows) + "\n"
        "Training: the runs' shares of their programs' time, without compiling. First to last run: as the clock went,\n"
        "with whatever else the machine did and with pauses.\n"
    )


def _study(study: Study, store: Path, page: Page, url: str) -> str:
    text, table = group_report(store, study.group, "acceleration_error", None)
    (FOLDER / f"{study.group}.csv").write_text(table, encoding="utf-8")
    sections = dict(zip(*[iter(SECTION.split(text)[1:])] * 2, strict=True))
    measured = SECTION.split(text)[0].split("\n\n")[1]
    said, picture = _look(page, url, study)
    settings = _settings(sections["Settings"]) if study.settings else ""
    return (
        f"\n## {study.title}\n\n{study.question} {study.note}\n\n![{said}]({picture})\n\n**{said}**\n\n"
        f"{measured}\n\n{sections['Answer'].strip()}\n\n{settings}"
        f"`python -m runner report {study.group}` says the same; [its tables](findings/{study.group}.csv); in the\n"
        f"app: `{study.link}`.\n\n<details><summary>Methods</summary>\n\n{sections['Methods'].strip()}\n\n</details>\n"
    )


def _look(page: Page, url: str, study: Study) -> tuple[str, str]:
    """The page's answer and the path of its picture."""
    page.goto(f"{url}/{study.link}")
    button = page.locator(f".st-key-{study.picture} button").first
    button.wait_for(timeout=60_000)
    settle(page)
    said = page.locator("h5").first.inner_text() if page.locator("h5").count() else page.locator("h1").inner_text()
    with page.expect_download() as download:
        button.click()
    path = FOLDER / f"{study.group}.png"
    download.value.save_as(path)
    return " ".join(said.split()), str(path)


def _settings(table: str) -> str:
    """Of the report's table of settings what a reader compares: the error and its interval."""
    rows = [[cell.strip() for cell in line.strip("| \n").split(" | ")] for line in table.splitlines() if line]
    rows = [row for row in rows if len(row) == len(rows[0])]
    columns = [rows[0].index(name) for name in ("setting", "n", "error", "error_low", "error_high")]
    lines = ["| setting | runs | acceleration error, % | 95 % interval |", "| --- | --- | --- | --- |"]
    for row in rows[2:]:
        setting, n, error, low, high = (row[i] for i in columns)
        lines.append(f"| {setting} | {n} | {error} | {low} to {high} |")
    return "\n".join(lines) + "\n\n"


if __name__ == "__main__":
    main()
