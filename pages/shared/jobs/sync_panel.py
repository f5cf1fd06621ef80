"""What goes on now, what did not finish, and what the syncs brought: the parts of the Jobs page."""

from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlencode, urljoin

import pandas as pd
import streamlit as st

from pages.shared.data import Catalogue
from pages.shared.jobs import job_panel, sync_data
from pages.shared.text import NO_GROUP, ago, count, moment, plain
from runner import jobs
from store.lock import remote_note, writer
from store.team_files import odd_files

_EVERY_S = 2.0
MOST = 200  # rows of a table
UNREAD = "unreadable"


@st.fragment(run_every=_EVERY_S)
def others(store: Path, home: Path, known: frozenset[str]) -> None:
    """Say who writes to the store; run the page again when an evaluation has begun that it does not show."""
    if {job.id for job in jobs.all_jobs(home) if job.active} - known:
        st.rerun(scope="app")
    found, note = writer(store), remote_note(store)
    if found:
        st.markdown(f"A sync is writing to the store: {plain(found)}.")
    if note:
        st.caption(plain(note))


def show_now(catalogue: Catalogue, home: Path) -> None:
    """Show what is being computed, and by whom; the evaluations can be stopped here."""
    active = [job for job in jobs.all_jobs(home) if job.active]
    for job in active:
        job_panel.watch(home, job.id, job.id)
    training = sync_data.unfinished(catalogue)
    training = training[training["state"] == "running"]
    for row in training.head(10).to_dict("records"):
        said = f"{count(row['n_runs'], 'run')} of {plain(row['group'] or NO_GROUP)} in training when last synced"
        st.markdown(f"{said}; the newest began {_ago(row['last_created'])}.")
    if not active and training.empty:
        st.markdown("Nothing is being computed.")
    others(Path(catalogue.path), home, frozenset(job.id for job in active))


def show_odd(stores: Iterable[Path]) -> None:
    """Name the small files of stores that are not understood, and that pages do without."""
    for store in dict.fromkeys(stores):
        said = [plain(odd.what) for odd in odd_files(store)]
        if said:
            mend = f"`python -m runner doctor --repair --store {store}` puts what is not understood aside."
            st.warning(" ".join([*said, mend]), icon=":material/rule:")


def show_unfinished(catalogue: Catalogue) -> None:
    """List the runs that ended otherwise than they should, by what they say; nothing where there are none."""
    found = sync_data.unfinished(catalogue)
    found = found[found["state"] != "running"]
    if found.empty:
        st.markdown("Every run that ended is finished, with a finite error.")
        return
    groups = found["group"].fillna(NO_GROUP)
    table = pd.DataFrame(
        {
            "group": groups,
            "state": found["state"],
            "runs": found["n_runs"],
            "what they say": found["reason"].fillna(""),
            "newest": found["last_created"],
        }
    )
    if st.context.url:
        pairs = zip(groups, found["state"], strict=True)
        links = [urlencode({"group": group, "state": state}) for group, state in pairs]
        table.insert(3, "them", [urljoin(st.context.url, f"runs?{link}") for link in links])
    st.dataframe(
        table.head(MOST),
        hide_index=True,
        column_config={
            "them": st.column_config.LinkColumn("", display_text="show", width=60),
            "what they say": st.column_config.TextColumn(width="large"),
            "newest": st.column_config.DatetimeColumn("newest (UTC)", format="YYYY-MM-DD HH:mm", timezone="UTC"),
        },
    )
    n = int(found["n_runs"].sum())
    rest = f" The newest {MOST} rows of {len(found):,}." if len(found) > MOST else ""
    st.caption(f"{count(n, 'run')} did not finish, or diverged; those of a group that say the same are one row.{rest}")


def show_syncs(catalogue: Catalogue) -> None:
    """List the syncs that changed something."""
    found = sync_data.syncs(catalogue).rename(
        columns={
            "finished_at": "when",
            "source": "from",
            "n_new": "new",
            "n_changed": "changed",
            "n_unchanged": "unchanged",
            "n_failed": UNREAD,
        }
    )
    when = st.column_config.DatetimeColumn("when (UTC)", format="YYYY-MM-DD HH:mm", timezone="UTC")
    st.dataframe(found.head(MOST), hide_index=True, column_config={"when": when})
    unread = int(found[UNREAD].sum())
    told = f" {count(unread, 'run')} could not be read: `python -m runner sync` names them." if unread else ""
    st.caption(f"Syncs that found nothing new are not listed; the last sync of all is told at the top.{told}")


def _ago(when: object) -> str:
    return f"{ago(when)} ({moment(when)})" if isinstance(when, pd.Timestamp) else "at an unknown time"
