"""Draw the pictures of a report and of a class that the README shows.

    grade ex5 my_solution.py --format json -o report.json
    python docs/screenshot.py report.json docs/report.png

    grade batch ex1 class/ -o results/
    python docs/screenshot.py results/index.html docs/class.png

Needs chromium (or google-chrome) on the PATH. The picture is the upper part of the page.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from grader.reporters import Format, render
from grader.reporters.json_report import from_dict

SIZES = {".json": "860,1180", ".html": "860,1980"}  # pixels; a class's page is longer


def main(source: Path, picture: Path) -> None:
    """Photograph `source`, a page or a JSON report that is rendered as one."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        raise SystemExit("chromium is not on the PATH")
    html = source.read_text(encoding="utf-8")
    if source.suffix == ".json":
        html = render(from_dict(json.loads(html)), Format.HTML)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        page = Path(folder, "report.html")
        page.write_text(html, encoding="utf-8")
        command = [
            browser,
            "--headless",
            "--no-sandbox",  # Chromium's own does not start for root; the page is inert
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            "--hide-scrollbars",
            f"--user-data-dir={folder}/profile",
            f"--window-size={SIZES[source.suffix]}",
            f"--screenshot={picture.resolve()}",
            page.as_uri(),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=60)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
