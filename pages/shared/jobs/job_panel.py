"""Evaluations from the app: asking for one, watching it, stopping it."""

from pathlib import Path

import streamlit as st

from pages.shared import access
from pages.shared.text import ago, count, plain
from runner import jobs
from runner.jobs import Job
from store.connect import StoreError

_EVERY_S = 0.7


def offer(
    home: Path, arguments: list[str], title: str, what: str, estimate_s: float, key: str, verb: str = "Evaluate"
) -> None:
    """Show the job of these arguments as it is, or a button that starts it; reruns the page when it has ended."""
    job = jobs.job(home, jobs.job_id(arguments))
    if job is not None and job.active:
        watch(home, job.id, key)
        return
    if job is not None and job.state in ("failed", "cancelled"):
        _ended(home, job)
    st.markdown(what)
    time = f"{estimate_s:.0f} s" if estimate_s < 90 else f"{estimate_s / 60:.0f} min"
    asked = st.button(
        f"{verb} (about {time})",
        key=f"evaluate_{key}",
        type="primary",
        icon=":material/play_arrow:",
        disabled=not access.may_edit(),
        help=access.why_not() or None,
    )
    if asked and access.may_edit():
        try:
            jobs.submit(home, arguments, title=title, who=access.who())
        except StoreError as error:
            st.error(plain(str(error)), icon=":material/error:")
            return
        st.rerun()


@st.fragment(run_every=_EVERY_S)
def watch(home: Path, job_id: str, key: str) -> None:
    """Show a job's progress and its log until it ends, then run the page again."""
    job = jobs.job(home, job_id)
    if job is None or not job.active:
        st.rerun(scope="app")
    with st.container(border=True, key=f"job_{key}"):
        left, right = st.columns([5, 1], vertical_alignment="center")
        left.progress(job.share, text=plain(f"{job.state}: {job.title}" + (f" · {job.words}" if job.words else "")))
        if access.may_edit() and right.button("Cancel", key=f"cancel_{key}", icon=":material/close:"):
            try:
                jobs.cancel(home, job.id, access.who())
            except StoreError as error:
                st.error(plain(str(error)), icon=":material/error:")
                return
            st.rerun(scope="app")
        st.caption(f"Started by {plain(job.who)}, {ago(job.submitted_at)}; it goes on if this page is closed.")
        with st.expander("Log"):
            st.code(jobs.log_text(home, job.id) or "nothing yet", language="text")


def _ended(home: Path, job: Job) -> None:
    if job.state == "cancelled":
        st.info(f"This evaluation was stopped. {plain(job.message)}")
        return
    st.error(f"This evaluation failed: {plain(job.message)}", icon=":material/error:")
    with st.expander("Log of the failed evaluation"):
        st.code(jobs.log_text(home, job.id) or "It said nothing.", language="text")


def others(home: Path) -> None:
    """Say in a line what is being evaluated now, and by whom."""
    active = [job for job in jobs.all_jobs(home) if job.active]
    if active:
        told = "; ".join(f"{plain(job.title)} ({job.state}, {plain(job.who)})" for job in active)
        st.caption(f"{count(len(active), 'evaluation')} under way: {told}.")
