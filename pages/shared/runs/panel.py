"""One run: who it is, its curves, its metrics per dataset and its parameters."""

from collections.abc import Sequence
from urllib.parse import quote

import streamlit as st

from orbitsens.config.team_notes import assumed_notes, team_notes
from pages.shared import data
from pages.shared.controls import places
from pages.shared.runs import data as run_data
from pages.shared.runs.curve_lines import PHASE, Line, borders, lines_of_run, stage_starts, validation_key
from pages.shared.runs.curve_views import choose_curves, show_curves, warn_of_unreadable
from pages.shared.runs.names import run_ids
from pages.shared.runs.tables import metric_table, parameter_table
from pages.shared.text import NO_GROUP, code, number, plain
from store.queries import RunDetail

_OF_URLS = ":/?#@!$&'*+,;=%~"  # signs of addresses, but for those that end a link in Markdown


def show_run(of: data.Catalogue, run_key: str, varying: Sequence[str], *, more: bool = True) -> None:
    """Show a run; `varying` are the parameters that come first. `more`: with a link to all that there is of it."""
    detail = data.run(of, run_key)
    st.markdown(_headline(detail))
    if detail.reason:
        st.caption(f"{detail.state}: {plain(detail.reason)}")
    name = run_ids(run_data.named(of, (detail.run_id,)))[run_key]
    with st.container(horizontal=True):
        if detail.model_file:
            st.page_link(
                "pages/generalisation.py",
                label="Its model on orbits of other shapes",
                icon=":material/grid_on:",
                query_params={"run": detail.run_id},
            )
        if more:
            st.page_link(
                "pages/runs.py",
                label="Its notes, orbits and model file",
                icon=":material/table_rows:",
                query_params={"group": detail.group or NO_GROUP, "run": name},
            )
    _curves(of, detail)
    measured, chosen = places(450, 480, top=True)
    with measured:
        st.markdown("**Measured with the kept model**")
        if detail.metrics.empty:
            st.caption("This run has not been measured.")
        else:
            st.dataframe(metric_table(detail.metrics), hide_index=True)
    with chosen:
        st.markdown("**Parameters**")
        for note in (*assumed_notes(detail.config, detail.assumed), *team_notes(detail.config, detail.created_at)):
            st.caption(plain(note))
        table = parameter_table(detail.parameters, detail.extra_parameters, varying)
        st.dataframe(
            table, hide_index=True, height=320, column_config={"value": st.column_config.TextColumn(width="medium")}
        )


def _headline(detail: RunDetail) -> str:
    seed = detail.parameters.get("seed")
    words = [f"run {code(detail.run_id)}", plain(detail.name), detail.state]
    if seed is not None:
        words.insert(0, f"**seed {seed}**")
    if detail.n_parameters is not None:
        words.append(f"{detail.n_parameters:,} weights")
    if detail.train_seconds is not None:
        words.append(f"trained in {number(detail.train_seconds, 's')}, measured while other work ran")
    if detail.numerics is not None:
        words.append(f"numerics {detail.numerics} of the code")
    if "best_step" in detail.summary:
        words.append(f"model kept from step {plain(str(detail.summary['best_step']))}")
    if detail.url:
        words.append(f"[W&B]({quote(detail.url, safe=_OF_URLS)})")
    return " · ".join(words)


def _curves(of: data.Catalogue, detail: RunDetail) -> None:
    if detail.n_history_rows == 0:
        st.caption("This run logged no history, so there are no curves.")
        return
    how = choose_curves(set(detail.history_stats["key"]), several=False)
    wanted = [each for key in how.keys for each in (key, validation_key(key))]
    logged, unreadable = run_data.logged(of, (detail.run_key,), (*wanted, PHASE))
    if unreadable:
        warn_of_unreadable(unreadable)
        return
    starts = stage_starts(logged)
    lines = {key: lines_of_run(logged, key, detail.run_id, starts) for key in how.keys}
    stages = borders(starts, {detail.run_key: Line("", detail.run_id)})
    losses = [str(loss) for loss in (detail.parameters.get("loss_fcn"),) if loss]
    title = f"run {detail.run_id} of {detail.group or 'no group'}"
    show_curves(lines, stages, how, losses, f"curves-{detail.run_id}", title, abreast=min(3, len(lines)))
