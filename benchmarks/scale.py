"""What a submission costs, and what 10,000 and 1,000,000 of them take: the tables of docs/scale.md.

    python benchmarks/scale.py [--write] [--times results/grades.db | seconds.json]

Measures on this machine (costs.py, on_dask.py): processor time of a submission, what the batch's own process does for
each result, bytes on disk and on the network, memory. Then plays measured service times through N workers and holds
that to real runs with one and two of them (played.py). `--write` puts the tables into docs/scale.md (page.py).
`--times` plays those instead.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from costs import coordinator, cost_of, durations
from on_dask import on_dask
from page import (
    about_classes,
    about_coordinator,
    about_memory,
    about_real_runs,
    about_submissions,
    about_workers,
    put_into_page,
)
from played import on_workers, validate

EXERCISES = {"ex1": 60, "ex2": 12}  # how many of each are graded to know what one takes


def main() -> None:
    """Measure, print, and write where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--times", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)

        def place(called: str) -> Path:
            (root / called).mkdir()
            return root / called

        costs = {exercise: cost_of(exercise, count, place(exercise)) for exercise, count in EXERCISES.items()}
        ours, dask = coordinator(place("coordinator")), on_dask(place("dask"))
        held = {workers: validate(place(f"validate{workers}"), workers) for workers in (1, 2)}
    if options.times:
        draws = {options.times.name: durations(options.times)}
    else:
        draws = {
            f"{count:,} of {name}": each.draw(count) for name, each in costs.items() for count in (10_000, 100_000)
        }
    slowest = max(ours.serial + dask.batch, dask.scheduler)  # two processes, of which one sets the pace
    parts = [
        about_submissions(costs),
        about_coordinator(ours, dask),
        about_memory(dask),
        about_classes(costs, ours),
        about_workers(on_workers(draws, slowest)),
        about_real_runs(held),
    ]
    text = "\n\n".join(parts)
    print(text)
    if options.write:
        put_into_page(text)


if __name__ == "__main__":
    main()
