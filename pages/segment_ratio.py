"""Segment ratio: how long may a training segment be, for how many training orbits, and what does it cost?"""

import streamlit as st

from pages.shared.cells import data as cell_data
from pages.shared.cells.controls import LINES, MAP, choose_cells
from pages.shared.cells.panel import show_answer, show_cell, show_numbers
from pages.shared.cells.views import show_lines, show_maps
from pages.shared.cells.words import COSTS, WORK, shown
from pages.shared.filter.beginning import varying
from pages.shared.glossary import hover
from pages.shared.start import start

WORDS = "How much of an orbit should one training segment cover? 4 of 360 samples are a segment ratio of 1.11 %."

view = start("Segment ratio", hover(WORDS), begin=varying("segment_ratio_final", "num_train_orbits"))
how = choose_cells(view, cell_data.Axes("segment_ratio_final", "num_train_orbits", "length_strategy"), (LINES, MAP))
panels = cell_data.panels(view, how.axes, how.measured, how.others)
told = show_answer(panels, how)
name = f"segment-ratio-{view.name}"
costs = how.shown.of_cells != WORK
left, right = st.columns(2) if costs and len(panels) == 1 else (st.container(), st.container())
with left:
    if how.view == MAP:
        show_maps(panels, how, name, told)
    else:
        show_lines(panels, how, name, told, how.shown, "curves")
with right:
    if costs:
        cost = f"Training operations of the same runs: {view.name}."
        st.markdown("##### What it costs", help=COSTS[WORK].help)
        show_lines(panels, how, f"{name}-cost", cost, shown(WORK, how.metric), "cost")
show_cell(view, panels, how)
show_numbers(panels, how)
