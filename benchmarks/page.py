"""The tables of docs/scale.md, from what scale.py has measured and played."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from costs import ROOT, Coordinator, Cost
from on_dask import OnDask
from simulate import Played

PAGE = ROOT / "docs" / "scale.md"
BEGIN, END = "<!-- tables: written by benchmarks/scale.py -->", "<!-- end of tables -->"
PRICE = 0.05  # an assumption: US dollars for a core-hour of a rented machine
NEARLY = 1.5


def put_into_page(text: str) -> None:
    """Write the tables in place of those that are there."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.partition(END)[2]}", encoding="utf-8")


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table in Markdown."""
    return "\n".join("| " + " | ".join(map(str, row)) + " |" for row in (head, ["---"] * len(head), *rows))


def about_submissions(costs: Mapping[str, Cost]) -> str:
    """What one submission costs."""
    head = [
        "",
        "CPU, right or wrong",
        "CPU, one that loops",
        "CPU on average",
        "database",
        "reports",
        "task",
        "outcome",
    ]
    rows = [
        [
            name,
            f"{each.cpu_s * 1000:.0f} ms",
            f"{each.loop_cpu_s:.1f} s",
            f"{each.mean_cpu_s * 1000:.0f} ms",
            *(f"{count / 1000:.1f} kB" for count in (each.database, each.folder, each.task_bytes, each.outcome_bytes)),
        ]
        for name, each in costs.items()
    ]
    return table(head, rows)


def about_coordinator(ours: Coordinator, dask: OnDask) -> str:
    """What the batch's own process does for each submission, and how many of them a second that allows."""
    steps = {
        "take in, file, know by its key (before)": ours.intake,
        "read what a worker hands back": ours.receive,
        "write two files": ours.files,
        "commit": ours.commit,
        "**for a result, workers here**": ours.serial,
        "Dask's part in the batch's process": dask.batch,
        "**for a result, workers on Dask**": ours.serial + dask.batch,
        "Dask's scheduler, a process of its own": dask.scheduler,
        "Dask's worker, beside its engine": dask.worker,
        "gradebook and class page (after)": ours.page,
    }
    rows = [[name, f"{each * 1000:.2f} ms", f"{1 / each:,.0f}"] for name, each in steps.items()]
    return table(["", "CPU", "a second, alone"], rows)


def about_classes(costs: Mapping[str, Cost], ours: Coordinator) -> str:
    """What 10,000 and 1,000,000 submissions take."""
    rows = []
    for name, each in costs.items():
        for count in (10_000, 1_000_000):
            hours = count * each.mean_cpu_s / 3600
            gigabytes = [
                count * part / 1e9 for part in (each.task_bytes + each.outcome_bytes, each.database, each.folder)
            ]
            rows.append(
                [
                    f"{count:,} of {name}",
                    f"{hours:,.1f}",
                    f"${hours * PRICE:,.2f}",
                    *(f"{part:,.2f} GB" for part in gigabytes),
                    f"{count * ours.intake:,.0f} s",
                    f"{count * ours.page:,.0f} s",
                    f"{count * ours.page_bytes / 1e6:,.0f} MB",
                ]
            )
    head = [
        "",
        "core-hours",
        f"at ${PRICE} each",
        "network",
        "database",
        "reports",
        "taking in",
        "class page",
        "its size",
    ]
    return table(head, rows)


def about_memory(dask: OnDask) -> str:
    """What a worker takes."""
    return f"A worker on Dask takes {dask.memory_mb:.0f} MB, {dask.engine_mb:.0f} MB of it the engine with its zygote."


def about_workers(plays: Mapping[str, Mapping[int, Played]]) -> str:
    """The makespan by the number of workers, and from where on more of them do not help."""
    counts = sorted({workers for played in plays.values() for workers in played})
    head = ["workers", *(cell for name in plays for cell in (name, "busy"))]
    rows = [
        [
            f"{workers}",
            *(
                cell
                for played in plays.values()
                for cell in (f"{played[workers].makespan:,.0f} s", f"{played[workers].workers_busy:.0%}")
            ),
        ]
        for workers in counts
    ]
    ends = "; ".join(f"{name}: {_enough(played)}" for name, played in plays.items())
    return f"{table(head, rows)}\n\nThe fewest workers that take at most half as long again as any number does: {ends}."


def _enough(played: Mapping[int, Played]) -> int:
    least = min(each.makespan for each in played.values())
    return min(workers for workers, each in played.items() if each.makespan <= NEARLY * least)


def about_real_runs(held: Mapping[int, tuple[float, float]]) -> str:
    """What playing a run says, beside what the run took, by the number of workers."""
    lines = (
        f"- {workers} at work: {real:.1f} s in truth, {played:.1f} s played, ratio {played / real:.2f}"
        for workers, (real, played) in held.items()
    )
    return "\n".join(["Real runs, and the same ones played:\n", *lines])
