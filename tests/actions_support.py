"""GitHub's runner restated, as far as a composite action needs it: its inputs, its steps of shell, its files and log.

Only what the action uses of the expression language is known here; anything else is an error.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}")


@dataclass(frozen=True)
class Finished:
    """What a job sees of the action after it ran."""

    code: int  # of the step that ended it
    outputs: dict[str, str]
    summary: str
    log: str


@dataclass
class Runner:
    """A machine with a workspace. `skipped` are ids or names of steps that are not run."""

    workspace: Path
    temp: Path
    skipped: Collection[str] = ()

    def run(self, folder: Path, inputs: Mapping[str, str]) -> Finished:
        """Run the composite action in `folder`, until a step of it fails."""
        action = load_yaml(folder / "action.yml")
        assert set(inputs) <= set(action["inputs"])
        assert all(name in inputs or not each.get("required") for name, each in action["inputs"].items())
        values = {
            f"inputs.{name}": inputs.get(name, each.get("default", "")) for name, each in action["inputs"].items()
        }
        code, log, summary = 0, "", ""
        for step in action["runs"]["steps"]:
            if "run" not in step or {step.get("id"), step.get("name")} & set(self.skipped):
                continue
            code, printed, summed_up, outputs = self._shell(folder, step, values)
            log, summary = log + printed, summary + summed_up
            values |= {f"steps.{step.get('id')}.outputs.{name}": value for name, value in outputs.items()}
            if code:
                break
        outputs = {name: _filled(each["value"], values) for name, each in action["outputs"].items()}
        return Finished(code, outputs, summary, log)

    def _shell(
        self, folder: Path, step: Mapping[str, Any], values: Mapping[str, str]
    ) -> tuple[int, str, str, dict[str, str]]:
        """The exit code of a step, its log, its summary and its outputs."""
        assert step["shell"] == "bash"
        files = {name: self.temp / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "script.sh")}
        for path in files.values():
            path.write_text("")
        files["script.sh"].write_text(_filled(step["run"], values))
        environment = {
            **os.environ,
            **{name: str(path) for name, path in files.items() if name.startswith("GITHUB_")},
            "GITHUB_ACTION_PATH": str(folder),
            "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_TEMP": str(self.temp),
            **{name: _filled(value, values) for name, value in step.get("env", {}).items()},
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(files["script.sh"])],
            cwd=self.workspace,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        outputs = {}
        for line in files["GITHUB_OUTPUT"].read_text(encoding="utf-8").splitlines():
            name, is_one, value = line.partition("=")
            assert is_one, f"no output: {line}"
            outputs[name] = value
        return done.returncode, done.stdout, files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8"), outputs


def load_yaml(path: Path) -> dict[str, Any]:
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(data, dict)
    return data


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _EXPRESSION.sub(lambda found: _evaluated(found[1], values), text)


def _evaluated(expression: str, values: Mapping[str, str]) -> str:
    """The first of what stands between `||` that is not empty: texts in quotes, and names of contexts."""
    for term in map(str.strip, expression.split("||")):
        if term.startswith("'") and term.endswith("'"):
            return term[1:-1]
        assert re.fullmatch(r"[a-z]+(\.[a-z_-]+)+", term), f"the tests do not know {term}"
        if value := values.get(term, ""):
            return value
    return ""


@dataclass(frozen=True)
class Command:
    """A line of a log that the runner acts on."""

    name: str
    properties: dict[str, str]
    message: str


def commands_in(log: str) -> list[Command]:
    """As the runner finds them: a line that begins with `::`, leading white space aside; `##[` at any place."""
    assert not re.search(r"##\[", log)
    found = []
    for line in re.split(r"\r\n|\r|\n", log):
        if match := re.match(r"\s*::(?P<name>[A-Za-z-]+)(?: (?P<properties>.*?))?::(?P<message>.*)$", line):
            pairs = (pair.partition("=") for pair in (match["properties"] or "").split(",") if pair)
            properties = {name.strip(): _unescaped(value, "%3A:", "%2C,") for name, _, value in pairs}
            found.append(Command(match["name"], properties, _unescaped(match["message"])))
    return found


def _unescaped(text: str, *more: str) -> str:
    for pair in ("%0D\r", "%0A\n", *more, "%25%"):  # the percent sign last, as the runner does it
        text = text.replace(pair[:3], pair[3:])
    return text
