"""The submission as a program: read, run as a module named `submission`, called."""

from __future__ import annotations

import ast
import contextlib
import importlib.util
import inspect
import os
import random
import sys
import types
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from grader.sandbox.inside import facts, notebook_names
from grader.sandbox.inside.handles import Handles
from grader.sandbox.wire import END_OF_IMPORT

MOST_FRAMES = 20
MOST_TEXT = 4000
NOTHING: dict[str, Any] = {}


class Refusal(Exception):
    """An order that has no value for an answer, and why: a kind that the grader knows, and facts as JSON."""

    def __init__(self, kind: str, **facts: Any) -> None:
        super().__init__(kind)
        self.kind = kind
        self.facts = facts


class Program:
    """One submission. `read` happens while the process is still ours alone; `run` is where that ends."""

    def __init__(self, handles: Handles, file: Path, *, has_device: bool) -> None:
        self.filename = str(file)
        self._file = file
        self._handles = handles
        # torch.manual_seed keeps a stack trace for each kind of device that is absent, which takes longer than a check.
        self._seed_torch = torch.manual_seed if has_device else torch.default_generator.manual_seed
        self._code: types.CodeType | None = None
        self._module = types.ModuleType("submission")
        self._modes: tuple[bool, torch.dtype] = (True, torch.float32)

    def orders(self) -> dict[str, Callable[..., Any]]:
        """The orders by name."""
        return {
            "read": self.read,
            "run": self.run,
            "call": self.call,
            "effect": self.effect,
            "call_on_model": self.call_on_model,
        }

    def read(self, source: bytes, with_facts: bool) -> dict[str, Any]:
        """Decode, parse and compile. Answers with the text and what it refers to, all known before any of it runs.

        What it refers to is left out where that is known already.
        """
        try:
            tree = ast.parse(source, self.filename)
            self._code = compile(source, self.filename, "exec", dont_inherit=True)
        except SyntaxError as problem:
            raise Refusal("syntax", message=str(problem.msg), line=problem.lineno or 0, text=_text(source)) from None
        except ValueError as problem:
            raise Refusal("syntax", message=str(problem), line=0, text="") from None
        except (RecursionError, MemoryError):
            raise Refusal("syntax", message="nested too deeply", line=0, text=_text(source)) from None
        self._file.write_bytes(source)
        return {"text": _text(source), "facts": facts.collect(tree) if with_facts else None}

    def run(self, notebook: bool, seed: int) -> None:
        """Execute the module from top to bottom."""
        assert self._code is not None
        spec = importlib.util.spec_from_file_location("submission", self.filename)
        assert spec is not None
        self._module = importlib.util.module_from_spec(spec)
        sys.modules["submission"] = self._module
        warnings.formatwarning = self._worded_warning
        if notebook:
            notebook_names.add_names(vars(self._module))
        self._seed(seed)
        exec(self._code, vars(self._module))  # noqa: S102  # this is what the process is for
        print(END_OF_IMPORT, end="", flush=True)
        self._modes = (torch.is_grad_enabled(), torch.get_default_dtype())

    def _worded_warning(
        self, message: Warning | str, category: type[Warning], filename: str, lineno: int, line: str | None = None
    ) -> str:
        """A warning with the student's own line, if it is one, and without paths of this machine."""
        place = f" (line {lineno})" if filename == self.filename else ""
        return f"{category.__name__}{place}: {message}\n"

    def begin(self, seed: int) -> None:
        """Start a check: seed every generator, and undo what an earlier check's call left switched."""
        grad, dtype = self._modes
        torch.set_grad_enabled(grad)
        torch.set_default_dtype(dtype)
        os.chdir(self._file.parent / "work")
        self._seed(seed)

    def _seed(self, seed: int) -> None:
        self._seed_torch(seed)
        np.random.seed(seed % (1 << 32))
        random.seed(seed)

    def call(
        self,
        target: object,
        arguments: list[Any],
        keywords: dict[str, Any] = NOTHING,
        method: str = "",
        bend_autograd: bool = False,
    ) -> object:
        """Call a function of the submission by name, or an object behind a handle, or a method of either."""
        function = self._find(target)
        if method:
            function = getattr(function, method)
        if not callable(function):
            raise Refusal("not_callable", name=str(target), type=type(function).__name__)
        try:
            with _bent_autograd() if bend_autograd else contextlib.nullcontext():
                return function(*arguments, **keywords)
        except TypeError:  # to ask before each call would cost as much as the call
            _check_signature(function, arguments, keywords, str(target))
            raise

    def effect(self, target: object, value: torch.Tensor) -> dict[str, Any]:
        """Call with a tensor, and show what has become of the tensor."""
        self.call(target, [value])
        return self._handles.tensor(value)

    def call_on_model(
        self,
        target: object,
        layers: list[Any],
        weights: torch.Tensor,
        arguments: list[Any],
        keywords: dict[str, Any],
        watched: bool,
    ) -> dict[str, Any]:
        """Call with a fresh model before the other arguments, and show the model afterwards.

        Its parameters come and go as one tensor, one after the other: each tensor costs as much as a small call.
        """
        model = self._handles.fresh(layers, None)
        with torch.no_grad():
            parameters = list(model.parameters())
            sizes = [each.numel() for each in parameters]
            for parameter, part in zip(parameters, torch.split(weights, sizes), strict=True):
                parameter.copy_(part.view_as(parameter))
        if watched:
            self._handles.watch(model)
        answer = self.call(target, [model, *arguments], keywords)
        parameters = list(model.parameters())
        return {
            "answer": answer,
            "weights": torch.cat([each.detach().reshape(-1) for each in parameters]),
            "has_gradients": any(each.grad is not None for each in parameters),
            "training": model.training,
            "forwards": self._handles.forwards(model) if watched else [],
        }

    def _find(self, target: object) -> Any:
        if not isinstance(target, str):
            return target
        names = vars(self._module)
        if target not in names:
            own = [n for n, v in names.items() if not n.startswith("_") and not isinstance(v, types.ModuleType)]
            raise Refusal("missing", name=target, names=own[:200])
        return names[target]


def _text(source: bytes) -> str:
    try:
        return importlib.util.decode_source(source)
    except (SyntaxError, UnicodeDecodeError):
        return source.decode("utf-8", errors="replace")


def _check_signature(function: Callable[..., Any], args: list[Any], kwargs: dict[str, Any], name: str) -> None:
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # a builtin may have none
        return
    try:
        signature.bind(*args, **kwargs)
    except TypeError as problem:
        raise Refusal("signature", name=name, signature=str(signature)[:300], message=str(problem)) from None


def _bent_autograd() -> contextlib.AbstractContextManager[Any]:
    """Double every tensor that the backward pass takes out of the graph.

    A gradient that autograd computes then comes out wrong by a known amount; one that a formula computes does not.
    """
    return torch.autograd.graph.saved_tensors_hooks(lambda tensor: tensor, lambda tensor: tensor * 2)


def explain(raised: BaseException, filename: str) -> dict[str, Any]:
    """An exception as data: type, message, and the student's own lines, innermost last."""
    lines = []
    step = raised.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        if code.co_filename == filename:
            lines.append([step.tb_lineno, code.co_name[:100]])
        step = step.tb_next
    try:
        text = str(raised)
    except BaseException:  # noqa: BLE001  # its __str__ is student code as well
        text = "(its message could not be read)"
    return {"error": type(raised).__name__[:100], "text": text[:MOST_TEXT], "lines": lines[-MOST_FRAMES:]}
