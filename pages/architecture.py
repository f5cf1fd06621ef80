"""Architecture: what do width, depth and batch size do to a metric, and is the difference real, or is it the seed?"""

from pages.shared.cells import data as cell_data
from pages.shared.cells.controls import LINES, MAP, choose_cells
from pages.shared.cells.panel import show_answer, show_cell, show_numbers
from pages.shared.cells.views import show_lines, show_maps
from pages.shared.filter.beginning import varying
from pages.shared.start import start

view = start("Architecture", begin=varying("width", "depth"))
how = choose_cells(view, cell_data.Axes("width", "depth", "batch_size"), (MAP, LINES))
panels = cell_data.panels(view, how.axes, how.measured, how.others)
told = show_answer(panels, how)
name = f"architecture-{view.name}"
if how.view == MAP:
    show_maps(panels, how, name, told)
else:
    show_lines(panels, how, name, told, how.shown, "curves")
show_cell(view, panels, how)
show_numbers(panels, how)
