"""Names that are Markdown, HTML or Vega expressions are shown as they stand, on every page."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from orbitsens.config.errors import shortened
from pages.shared.page_list import PAGES
from pages.shared.text import code, plain, plain_lines, spoken
from store.annotations import add_note, add_tag
from store.evaluations import evaluation_store
from store.views import save_view
from tests.app.conftest import Open
from tests.app.sample_runs import publish_runs, sample_run
from tests.factories import replaced

EVIL = "evil.example"
LINK = f"[x](http://{EVIL}) $m$ :material/home:"
BAIT = f"{LINK} ![i](https://{EVIL}/i.png) <img src=//{EVIL}> www.{EVIL} x[/y] `c` -> **b**"
NAMES = {what: f"{what} {BAIT}" for what in ("group", "name", "id", "note", "key", "dataset", "metric", "curve")} | {
    "value": f"value {LINK}"
}
FILES = [page.file for page in PAGES]


def hostile_runs() -> list[Any]:
    runs = []
    for i in range(6):
        own = {NAMES["key"]: f"{NAMES['value']} {i % 2}", "width": 8 * (1 + i % 2), "activation": NAMES["value"]}
        one = sample_run(NAMES["group"], i // 2, 5.0 + i, parameters=own, run_id=f"{NAMES['id']} {i}")
        first, test = one.summary["evaluations"]
        metrics = {**test["metrics"], NAMES["metric"]: test["metrics"]["accel_angle_deg"]}
        runs.append(
            replaced(
                one,
                name=f"{NAMES['name']} {i}",
                tags=(f"tag {LINK}",),
                notes=f"{NAMES['note']}\n# two\n====",
                reason=NAMES["note"],
                url=f"https://{EVIL}/)[x](y",
                config={**one.config, "data": {"dataset_name": NAMES["dataset"]}},
                summary={
                    **one.summary,
                    "best_step": NAMES["value"],
                    "evaluations": [first, {**test, "dataset": NAMES["dataset"], "metrics": metrics}],
                },
                history=one.history.append_column(NAMES["curve"], pa.array([float("nan")] * one.history.num_rows)),
            )
        )
    return runs


@pytest.fixture(scope="module")
def hostile_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("hostile") / "store"
    runs = hostile_runs()
    publish_runs(store, [*runs, sample_run("plain", 0, 5.0)])
    home = evaluation_store(store)
    key = f"{runs[0].entity}/{runs[0].project}/{runs[0].run_id}"
    add_note(home, key, NAMES["note"], NAMES["name"])
    add_tag(home, key, f"team {LINK}", NAMES["name"])
    save_view(home, f"view {LINK}", "runs", {"group": [NAMES["group"]]}, NAMES["name"])
    return store


def markdown_of(app: AppTest) -> Iterator[tuple[str, str]]:
    """Every text that Streamlit reads as Markdown: bodies, labels and tips, with the kind of element."""

    def walk(node: Any) -> Iterator[tuple[str, str]]:
        for child in getattr(node, "children", {}).values():
            yield from walk(child)
        proto = getattr(node, "proto", None)
        if proto is None or getattr(node, "type", "") == "code":
            return
        for part in (proto, getattr(proto, "expandable", None)):
            for field in ("body", "label", "help", "text"):
                value = getattr(part, field, None)
                if isinstance(value, str) and value and not value.lstrip().startswith("<style"):
                    yield f"{getattr(node, 'type', '')}.{field}", value

    yield from walk(app._tree)


def safe_forms() -> list[str]:
    """What is left of the names when they are made safe, the longest first."""
    forms = [form for name in NAMES.values() for form in (plain(name), *(code(f"{name} {i}") for i in range(6)))]
    forms += [plain(shortened(name)) for name in NAMES.values()]
    forms += [plain(BAIT), plain(LINK), f"https://{EVIL}/%29%5Bx%5D%28y"]
    return sorted(forms, key=len, reverse=True)


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("more", [{}, {"run": f"{NAMES['id']} 1"}, {"metric": NAMES["metric"], "text": BAIT}])
def test_names_are_shown_as_they_stand(hostile_store: Path, open_app: Open, file: str, more: dict[str, str]) -> None:
    app = open_app(hostile_store, file, **{"group": NAMES["group"], "p.activation": NAMES["value"], **more})
    assert not app.error
    seen, unsafe = 0, []
    for kind, text in markdown_of(app):
        rest = text
        for form in safe_forms():
            rest = rest.replace(form, "")
        unsafe += [(kind, rest)] if "evil" in rest else []
        seen += 1
    assert unsafe == []
    assert seen > 3


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("sweep-seeds_v2", r"sweep\-seeds\_v2"),
        ("a: b.", r"a\: b."),
        ("1. one", r"1\. one"),
        ("0.5 km", "0.5 km"),
        ("&lt;b&gt;", r"\&lt;b\&gt;"),
        ("www.a.b", "www:small[].a.b"),
        ("me@a.b", "me:small[]@a.b"),
        ("http://a", r"http\::small[]//a"),
        ("a -> b", r"a \-:small[]\> b"),
        (":material/home:", r"\:material:small[]/home\:"),
        ("one\ntwo", "one two"),
    ],
)
def test_each_sign_is_made_safe_and_spoken_as_it_was(name: str, text: str) -> None:
    assert plain(name) == text
    assert spoken(plain(name)) == name.replace("\n", " ")


def test_lines_stay_lines_and_code_holds_any_ticks() -> None:
    assert plain_lines("a\n===\n# b") == "a  \n\\===  \n\\# b"
    assert code("a`b``c") == "``` a`b``c ```"
    assert code("run1") == "`run1`"
