"""A headless Chromium for the tests of pages, and axe-core in it.

Needs `chromium` and `chromedriver` on the PATH (Debian's packages chromium and chromium-driver), and for the
accessibility tests axe-core: `npm install --no-save axe-core` in the project's root, or the variable AXE_CORE
with the path of an axe.min.js. Where one is absent, its tests are skipped.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

AXE = Path(os.environ.get("AXE_CORE", Path(__file__).parents[1] / "node_modules/axe-core/axe.min.js"))
BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")

needs_browser = pytest.mark.skipif(not (BROWSER and DRIVER), reason="needs chromium and chromedriver on the PATH")
needs_axe = pytest.mark.skipif(not AXE.is_file(), reason="needs axe-core: npm install --no-save axe-core")


class Browser:
    """A headless Chromium, spoken to in the WebDriver protocol."""

    def __init__(self, driver: str, profile: str) -> None:
        arguments = [
            "headless",
            "no-sandbox",
            "disable-gpu",
            "disable-background-networking",
            "disable-component-update",
            "disable-sync",
            "no-first-run",
            f"user-data-dir={profile}",
        ]
        options = {"binary": BROWSER, "args": [f"--{argument}" for argument in arguments]}
        capabilities = {"alwaysMatch": {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}}
        self._address = f"{driver}/session"
        self._address += "/" + self._post("", {"capabilities": capabilities})["sessionId"]

    def open(self, page: Path, *, theme: str = "light", width: int = 1100) -> None:
        self.devtools("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": theme}])
        self.devtools(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=900,
            deviceScaleFactor=1,
            mobile=width < 500,
        )
        self._post("/url", {"url": page.as_uri()})

    def run(self, script: str) -> Any:
        """What the body `script` returns; it runs in the page, above the page's own policy."""
        return self._post("/execute/sync", {"script": script, "args": []})

    def await_promise(self, script: str) -> Any:
        done = f"const done = arguments[0]; ({script}).then(done, error => done(String(error)))"
        return self._post("/execute/async", {"script": done, "args": []})

    def devtools(self, command: str, **parameters: object) -> Any:
        return self._post("/goog/cdp/execute", {"cmd": command, "params": parameters})

    def console(self) -> list[str]:
        return [entry["message"] for entry in self._post("/se/log", {"type": "browser"})]

    def press(self, key: str, code: int) -> None:
        for kind in ("keyDown", "keyUp"):
            text = {"text": "\r"} if key == "Enter" and kind == "keyDown" else {}
            self.devtools("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code, **text)

    def quit(self) -> None:
        self._ask(urllib.request.Request(self._address, method="DELETE"))

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        request = urllib.request.Request(self._address + path, data=json.dumps(body).encode(), method="POST")
        request.add_header("Content-Type", "application/json")
        return self._ask(request)

    def _ask(self, request: urllib.request.Request) -> Any:
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(error.read().decode()) from error


@contextlib.contextmanager
def started_browser() -> Iterator[Browser]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        driver = subprocess.Popen([str(DRIVER), f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for(port)
            started = Browser(f"http://127.0.0.1:{port}", profile)
            yield started
            started.quit()
        finally:
            driver.terminate()
            driver.wait(timeout=30)


def wait_for(port: int) -> None:
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("chromedriver does not answer")


def axe_findings(browser: Browser) -> list[str]:
    """What axe-core has to say against the open page, with every `details` open."""
    browser.run("document.querySelectorAll('details').forEach(part => part.open = true)")
    browser.run(AXE.read_text(encoding="utf-8"))
    found = browser.await_promise("axe.run(document, {resultTypes: ['violations', 'incomplete']})")
    assert len(found["passes"]) > 15
    unsure = [item for item in found["incomplete"] if item["id"] != "color-contrast"]
    return [_describe(item) for item in (*found["violations"], *unsure)]


def _describe(item: dict[str, Any]) -> str:
    return f"{item['id']}: " + "; ".join(node["html"] for node in item["nodes"])
