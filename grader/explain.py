"""What a submission did wrong on its way to an answer, worded for the student: exceptions, names, signatures."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from typing import Any

from grader.errors import Raised, Unmet
from grader.model import Place
from grader.submission import MOST_SOURCE_BYTES

MOST_FRAMES = 20
MOST_TEXT = 4000

# Exceptions that beginners meet, by a pattern of "Type: message", and what to try.
HINTS = [
    (r"^NotImplementedError(?!.* not implemented for )",  # that is torch's own, for a dtype
     "This is still the stub: write the body and remove the raise."),
    (r"^ModuleNotFoundError: No module named '(torch|numpy)", "Check the spelling of the import."),
    (r"^ModuleNotFoundError",
     "A submission is one file: use only torch, NumPy and the standard library, and no files of your own."),
    (r"^NameError", "Check the spelling, and that the name is defined before it is used."),
    (r"^UnboundLocalError", "A name that is assigned anywhere in a function is local to all of it."),
    (r"^IndentationError|^TabError", "Indent every line of a block with the same number of spaces."),
    (r"^EOFError", "Standard input is empty here: do not call input()."),
    (r"^(MemoryError|RuntimeError:.*(can't allocate memory|not enough memory))",
     "It asked for more memory than the exercise allows: check the shapes; (n,) against (n, 1) makes (n, n)."),
    (r"^PermissionError.*site-packages",
     "This package is not for submissions: use torch, NumPy and the standard library."),
    (r"^(PermissionError|BlockingIOError)",
     "A submission may use files in its working folder only, and no network and no processes (num_workers=0)."),
    (r"^RecursionError", "A function calls itself without end."),
    (r"^SystemExit", "Do not end the program (exit, quit, sys.exit): return a value instead."),
    (r"mat1 and mat2 shapes cannot be multiplied",
     "The last dimension of the input must equal the layer's in_features. Print both shapes."),
    (r"does not require grad and does not have a grad_fn",
     "Nothing in this computation requires grad: its input or the model's parameters must, with no detach, .item() or"
     " no_grad() on the way."),
    (r"grad can be implicitly created only for scalar outputs",
     "backward() starts from one number: reduce with .sum() or .mean() first."),
    (r"backward through the graph a second time",
     "The graph is freed by backward(): run the forward pass again before the next one."),
    (r"Only Tensors of floating point and complex dtype can require gradients",
     "Gradients need floating point: make the tensor float32."),
    (r"Can't call numpy\(\) on Tensor that requires grad", "Use tensor.detach().numpy()."),
    (r"can't convert \w+:?\d* device type tensor to numpy", "Move it first: tensor.cpu().numpy()."),
    (r"[Ee]xpected all tensors to be on the same device",
     "Move the model and every tensor it meets to one device with .to(device)."),
    (r"Found dtype \w+ but expected|must have the same dtype|expected scalar type|expected m1 and m2 to have the same",
     "Two dtypes meet: convert one of them, most often with .float()."),
    (r"output with shape .* doesn't match the broadcast shape",
     "+= and other in-place operations cannot make a tensor larger: print both shapes, or write s = s + v."),
    (r"size of tensor a .* must match the size of tensor b|Using a target size",
     "Two shapes do not fit: print both; .unsqueeze(1) or .view(-1, 1) makes (n,) into (n, 1)."),
    (r"all elements of input should be between 0 and 1",
     "BCELoss takes probabilities: end the model with a Sigmoid."),
    (r"a leaf Variable that requires grad is being used in an in-place operation",
     "Change parameters under torch.no_grad(), or let the optimizer do it."),
    (r"modified by an inplace operation",
     "An in-place operation (+=, relu_, ...) overwrote a value that backward() needs."),
    (r"Error\(s\) in loading state_dict", "The two architectures differ: build the same layers in the same order."),
    (r"Weights only load failed", "Save only model.state_dict(): it loads with weights_only=True."),
    (r"^AttributeError: 'NoneType' object",
     "Something is None: what a function without return gives, or a .grad before backward()."),
]  # fmt: skip


def raised(facts: dict[str, Any], place: Callable[[int, str], Place]) -> Raised:
    """The exception that a child reported. `place` gives a line of the source its place for the student.

    The facts are what a process with student code in it says: any of them may be missing or of another kind.
    """
    lines = facts.get("lines")
    steps = lines if isinstance(lines, list) else []
    trace = tuple(place(*step) for step in steps[-MOST_FRAMES:] if _is_step(step))
    error, text = _text(facts, "error"), _text(facts, "text")
    hint = next((hint for pattern, hint in HINTS if re.search(pattern, f"{error}: {text}")), "")
    return Raised(error, text, trace=trace, hint=hint)


def _is_step(step: Any) -> bool:
    return isinstance(step, list) and [type(part) for part in step] == [int, str] and 0 < step[0] <= MOST_SOURCE_BYTES


def _text(facts: dict[str, Any], key: str) -> str:
    text = facts.get(key)
    return text[:MOST_TEXT] if isinstance(text, str) else ""


def explain(kind: str, facts: dict[str, Any]) -> Unmet:
    """Why there was no call, or no answer that could be handed over. The facts are as little to be trusted."""
    name = _text(facts, "name")[:100]
    match kind:
        case "too_large":
            return Unmet(
                f"Its answer cannot be handed over: {_text(facts, 'why')}.", hint="Return just what is asked for."
            )
        case "missing":
            own = facts.get("names")
            names = [each[:100] for each in own[:200] if isinstance(each, str)] if isinstance(own, list) else []
            close = difflib.get_close_matches(name, names, n=1, cutoff=0.8)
            hint = f"It defines {close[0]}: is that the one? The name must be {name}." if close else KEEP_THE_NAMES
            return Unmet(f"It does not define {name}.", hint=hint)
        case "not_callable":
            return Unmet(f"{name} is no function: it is of type {_text(facts, 'type')}.", hint=KEEP_THE_NAMES)
    return Unmet(
        f"{name}{_text(facts, 'signature')} cannot be called as the exercise calls it: {_text(facts, 'message')}.",
        hint="Keep the parameters of the stub, in their order.",
    )


KEEP_THE_NAMES = "Keep the names of the stub: the exercise is graded through them."
