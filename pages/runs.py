"""Runs: every run that matches, in a table of whatever columns one wants; one of them closer, or several compared."""

import streamlit as st

from pages.shared import data
from pages.shared.controls import choose, choose_many
from pages.shared.runs import data as run_data
from pages.shared.runs.bar import show_bar
from pages.shared.runs.columns import CREATED, all_columns, heading, usual_columns
from pages.shared.runs.more import show_run_page
from pages.shared.runs.table import exported_rows, link_names, selected, show_table, shown_rows
from pages.shared.start import start
from pages.shared.text import count, plain

ROWS = 200  # in one part of the table

view = start("Runs")
of, which = view.catalogue, view.filter
known = all_columns(
    data.filter_choices(of, which).parameters, data.metric_choices(of, which), run_data.history_choices(of, which)
)
usual = usual_columns(known, view.setting_parameters(), groups=len(data.groups(of, which)) > 1)
left, right = st.columns([3, 1], vertical_alignment="bottom")
with left:
    words = {name: heading(column) for name, column in known.items()}
    chosen = choose_many("Columns", words, "columns", usual, tip="Type to find a parameter, a metric, a history key.")
orders = {f"-{CREATED}": "newest first", CREATED: "oldest first"}
orders |= {
    way + name: f"{words[name]}, {how}"
    for name in chosen
    if name != CREATED
    for way, how in (("", "least"), ("-", "largest"))
}
with right:
    order = choose("First", orders, "sort", tip="All matching runs are sorted, not only those listed here.")
parts = {
    str(i): f"{i * ROWS + 1:,} to {min((i + 1) * ROWS, view.n_matching):,}" for i in range(-(-view.n_matching // ROWS))
}
part = choose("Listed", parts, "part") if len(parts) > 1 else "0"

columns = tuple(known[name] for name in chosen)
how = known[order.removeprefix("-")], order.startswith("-")
rows = run_data.part_of_table(of, which, columns, *how, limit=ROWS, offset=int(part) * ROWS)
said = run_data.said(of)
show_table(shown_rows(rows, columns, link_names(of, rows), said), columns)

names = selected()
show_bar(
    view,
    names,
    f"{count(rows.num_rows, 'run')} of {view.n_matching:,} matching listed, {plain(orders[order])}.",
    lambda: exported_rows(run_data.table(of, which, columns, *how), columns, said),
)
if len(names) == 1:
    show_run_page(of, names[0])
elif not names:
    st.caption("Select one run to look at it closer, or several to compare them.")
