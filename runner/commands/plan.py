"""`python -m runner plan`: what a sweep file expands to, and how long it would take."""

import json
from pathlib import Path
from typing import Annotated

import typer

from orbitsens.config import RunConfig, expand, load_sweep_file
from orbitsens.programs import Program, plan_programs
from runner.dataset_artifacts import dataset_fetcher, on_stderr
from runner.doubts import doubt_lines
from store.location import writable_store


def plan(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The sweep file (YAML).")],
    overrides: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Replace a value of the file; YAML.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the runs as JSON.")] = False,
) -> None:
    """List the runs of a sweep file, the programs that train them, and an estimate; nothing is trained."""
    runs = expand(load_sweep_file(file), overrides or (), dataset_fetcher(writable_store(None), on_stderr))
    programs = plan_programs(runs)
    warnings = doubt_lines(runs)
    for line in warnings:
        typer.echo(line, err=True)
    if as_json:
        typer.echo(json.dumps(plan_document(runs, programs, warnings), indent=2))
        return
    for line in plan_lines(runs, programs):
        typer.echo(line)


def plan_document(runs: list[RunConfig], programs: list[Program], warnings: list[str]) -> dict[str, object]:
    """The plan as JSON-like data: runs with all their parameters, warnings, programs, and the estimate in seconds."""
    documents = []
    for run in runs:
        logged = run.logged()
        documents.append(
            {
                "group": run.wandb.group,
                "data": logged["data"],
                "parameters": logged["parameters"],
                "config_hash": run.hash,
                "setting_hash": run.setting,
            }
        )
    return {
        "runs": documents,
        "warnings": warnings,
        "programs": [{"runs": list(p.places), "estimated_seconds": round(p.seconds, 1)} for p in programs],
        "estimated_seconds": round(sum(p.seconds for p in programs), 1),
    }


def plan_lines(runs: list[RunConfig], programs: list[Program]) -> list[str]:
    """The plan in words."""
    settings = len({run.setting for run in runs})
    steps = sum(stage.steps for run in runs for stage in run.parameters.stages)
    what = f"{_count(len(runs), 'run')} of {_count(settings, 'setting')}"
    lines = [f"{what} in group '{runs[0].wandb.group}', {steps:,} optimiser steps in all."]
    for i, program in enumerate(programs, start=1):
        p = runs[program.places[0]].parameters
        lines.append(
            f"  program {i}: {_count(len(program.places), 'run')} of width {p.width}, depth {p.depth}, batch "
            f"{p.batch_size}, segments of {', '.join(str(s.segment_length) for s in p.stages)} samples on "
            f"{runs[program.places[0]].data.dataset_name}, about {_minutes(program.seconds)}"
        )
    lines.append(f"About {_minutes(sum(p.seconds for p in programs))} on two cores, compiling included.")
    return lines


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}{'s' * (n != 1)}"


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.1f} min"
