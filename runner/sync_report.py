"""What a sync found, in words and as JSON-like data."""

from collections.abc import Iterator
from pathlib import Path

from store.publish import SyncReport

NAMED = 3


def report_lines(report: SyncReport) -> Iterator[str]:
    """Say what a sync found: a line for each outcome, and one for each run that could not be read."""
    for outcome, run_keys in (("new", report.new), ("changed", report.changed), ("unchanged", report.unchanged)):
        yield f"{len(run_keys):6} {outcome}{_some_of([key.rpartition('/')[2] for key in run_keys])}"
    yield f"{len(report.failed):6} failed"
    for failed in report.failed:
        yield f"       {failed.where}: {failed.reason}"
    yield from _model_lines(report)


def _model_lines(report: SyncReport) -> Iterator[str]:
    """Say what the models of the team's runs are read with, alike ones together, and what is wrong with model files."""
    alike: dict[str, list[str]] = {}
    for run_key, assumed in report.assumed.items():
        words = ", ".join(f"{key} {value}" for key, value in assumed.items())
        alike.setdefault(words, []).append(run_key.rpartition("/")[2])
    for words, run_ids in alike.items():
        yield f"{len(run_ids):6} read as the team's loader does, with {words}{_some_of(run_ids)}"
    problems = list(report.model_problems.items())
    for run_key, problem in problems[:NAMED]:
        yield f"       {run_key.rpartition('/')[2]}: {problem}"
    if len(problems) > NAMED:
        yield f"       and {len(problems) - NAMED} more model files with a problem, which their runs show"


def report_document(report: SyncReport, store: Path) -> dict[str, object]:
    """Return what a sync found, for programs: run keys, and what failed with its reason."""
    return {
        "store": str(store),
        "version": report.version,
        "published": report.published,
        "new": list(report.new),
        "changed": list(report.changed),
        "unchanged": list(report.unchanged),
        "failed": [{"where": failed.where, "reason": failed.reason} for failed in report.failed],
        "assumed": {key: dict(value) for key, value in report.assumed.items()},
        "model_problems": dict(report.model_problems),
    }


def _some_of(run_ids: list[str]) -> str:
    rest = f" and {len(run_ids) - NAMED} more" if len(run_ids) > NAMED else ""
    return f": {', '.join(run_ids[:NAMED])}{rest}" if run_ids else ""
