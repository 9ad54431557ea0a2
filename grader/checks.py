"""What an exercise author writes checks with: the decorator, and the submission at arm's length.

@check("Gradient at the worked example", points=2)
def worked_example(submission: Probe, rng: torch.Generator) -> None:
    x = torch.tensor([1.0, 2.0, 3.0, 4.0])
    expect_close(submission.call("gradient_by_autograd", x), 3 * x**2, mistakes={"three_x": 3 * x})
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import torch

from grader.drawing import figure_of, map_of
from grader.errors import Crashed, Raised, Unmet
from grader.model import Figure, Look, Map, Visibility
from grader.sandbox.values import Handle
from grader.views import (
    ModelCall,
    ModuleView,
    SourceFacts,
    TensorView,
    forward_list,
    model_call,
    module_view,
    tensor_view,
)

if TYPE_CHECKING:
    from grader.sandbox.session import Session

CheckFunction = Callable[["Probe", torch.Generator], None]
View = TypeVar("View")
NO_ANSWER = "It answered with something that is not an answer."
Layer = tuple[str, tuple[Any, ...], dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check: its id is the name of its function. `needs` names checks without which it makes no sense."""

    id: str
    title: str
    points: int
    visibility: Visibility
    needs: tuple[str, ...]
    run: CheckFunction


def check(
    title: str, *, points: int, needs: Sequence[str] = (), hidden: bool = False
) -> Callable[[CheckFunction], Check]:
    """Make a function a check. It passes by returning; `expect_...` and the submission's own faults end it."""

    def decorate(function: CheckFunction) -> Check:
        visibility = Visibility.HIDDEN if hidden else Visibility.PUBLIC
        return Check(
            id=function.__name__, title=title, points=points, visibility=visibility, needs=tuple(needs), run=function
        )

    return decorate


class Probe:
    """The submission, as a check sees it: everything it gives back is data or a `Handle`.

    A method that runs student code raises a SubmissionFault where that code raises, dies or runs out of time; a
    check lets it pass through.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self.advice: list[str] = []
        self.figures: list[Figure] = []
        self.maps: list[Map] = []

    @property
    def facts(self) -> SourceFacts:
        """What the source text refers to."""
        return SourceFacts(self._session.facts)

    def call(
        self, target: str | Handle, *arguments: Any, method: str = "", bend_autograd: bool = False, **keywords: Any
    ) -> Any:
        """Call a function of the submission, or what a handle stands for, or a `method` of either.

        With `bend_autograd`, whatever the backward pass takes out of the graph is doubled meanwhile: a gradient
        computed by autograd comes out wrong, one computed by a formula does not.
        """
        return self._session.call(target, arguments, keywords, method=method, bend_autograd=bend_autograd)

    def call_each(self, target: str | Handle, inputs: Sequence[Any]) -> Iterator[Any]:
        """The answers of a function to one argument after the other, as `call` gives them, in half the time.

        All calls are made at the first answer, up to one that raises: that exception comes where its answer would.
        They share the time limit of one call.
        """
        return self._session.several("call", [(target, [value]) for value in inputs])

    def effect(self, target: str | Handle, value: torch.Tensor) -> TensorView:
        """What a tensor looks like in the child after a function has been called with it."""
        return next(self.effect_each([target], value))

    def effect_each(self, targets: Sequence[str | Handle], value: torch.Tensor) -> Iterator[TensorView]:
        """The effect of several functions, each called with a copy of its own, like `call_each`."""
        for seen in self._session.several("effect", [(target, value) for target in targets]):
            yield self._view(seen, tensor_view)

    def call_on_model(
        self,
        target: str | Handle,
        layers: Sequence[Layer],
        *arguments: Any,
        weights: torch.Tensor,
        watched: bool = False,
        **keywords: Any,
    ) -> ModelCall:
        """Call a function with a fresh model, in train mode, before its other arguments: see `build`.

        `weights` is 1-d: the values of model.parameters(), one after the other. `watched`: note each forward pass, as
        in `forwards`. With one order, where `build`, `watch`, `call`, `module` and `forwards` are five.
        """
        seen = self._session.ask(
            "call_on_model",
            target=target,
            layers=[list(layer) for layer in layers],
            weights=weights,
            arguments=list(arguments),
            keywords=keywords,
            watched=watched,
        )
        return self._view(seen, model_call)

    def raises(self, target: str | Handle, *arguments: Any, **keywords: Any) -> Raised | None:
        """Call, and give the exception that the submission raised; None where it returned."""
        try:
            self.call(target, *arguments, **keywords)
        except Raised as raised:
            return raised
        return None

    def put(self, value: Any) -> Handle:
        """Hand a value over to be kept in the child, so that `tensor` can look at it after a call."""
        return self._handle("put", value=value)

    def as_path(self, path: str) -> Handle:
        """A pathlib.Path in the child."""
        return self._handle("as_path", value=path)

    def build(
        self,
        layers: Sequence[Layer],
        *,
        state: Mapping[str, torch.Tensor] | None = None,
        grads: Mapping[str, torch.Tensor] | None = None,
        training: bool = True,
    ) -> Handle:
        """A fresh nn.Sequential in the child, float32, on the CPU.

        `layers`: (name in torch.nn, positional arguments, keyword arguments) each. `state`: its state_dict.
        `grads`: what its parameters of these names hold as `.grad` already.
        """
        return self._handle(
            "build",
            layers=[list(layer) for layer in layers],
            state=None if state is None else dict(state),
            grads=dict(grads or {}),
            training=training,
        )

    def tensor(self, handle: Handle) -> TensorView:
        """Look at a tensor in the child."""
        return self._look("tensor", handle, tensor_view)

    def module(self, handle: Handle) -> ModuleView:
        """Look at a module in the child."""
        return self._look("module", handle, module_view)

    def state(self, handle: Handle) -> dict[str, torch.Tensor]:
        """A module's parameters and buffers, by the names of its state_dict."""
        seen = self.module(handle)
        return {name: view.value for name, view in {**seen.parameters, **seen.buffers}.items()}

    def watch(self, handle: Handle) -> None:
        """Note each forward pass of a module from now on: see `forwards`."""
        self._session.ask("watch", value=handle)

    def forwards(self, handle: Handle) -> list[dict[str, Any]]:
        """For each forward pass since `watch`: {"grad": autograd records, "training": the mode, "device": the input's}.

        The device is empty where the module was called without a tensor.
        """
        return self._look("forwards", handle, forward_list)

    def write_file(self, name: str, data: bytes) -> str:
        """Put a file into the scratch folder; gives its path as the submission is told it.

        Raises Unmet where the submission has left something of that name there, or locked the folder.
        """
        try:
            return self._session.scratch.write(name, data)
        except OSError as problem:
            raise Unmet(f"{name} cannot be put into the working folder: {problem.strerror}.") from None

    def path(self, name: str) -> str:
        """The path of a file in the scratch folder, whether it is there or not."""
        return self._session.scratch.path(name)

    def read_file(self, name: str) -> bytes | None:
        """The content of a file in the scratch folder; None where there is no regular file of that name."""
        return self._session.scratch.read(name)

    def files(self) -> list[str]:
        """The names in the scratch folder, sorted."""
        return self._session.scratch.names()

    def load_checkpoint(self, data: bytes) -> Any:
        """What torch.load(..., weights_only=True) makes of a file's bytes, in a child where no submission runs.

        Raises Raised where torch refuses the file.
        """
        with self._session.clean() as clean:
            return clean.ask("checkpoint", data=data)

    @contextlib.contextmanager
    def machine(self, *, cuda: bool = False, mps: bool = False) -> Iterator[Probe]:
        """The submission imported afresh on a machine that has these accelerators and no others.

        They are simulated, or a real one where grader.grading.grade was asked for it.
        """
        with self._session.elsewhere(cuda=cuda, mps=mps) as session:
            probe = Probe(session)
            probe.advice, probe.figures, probe.maps = self.advice, self.figures, self.maps
            yield probe

    def advise(self, advice: str) -> None:
        """Add a line of the exercise's [advice] table to the report. It costs nothing."""
        if advice not in self.advice:
            self.advice.append(advice)

    def plot(
        self, title: str, *, x_label: str, y_label: str, x_start: int = 1, look: Look = Look.CURVES, **series: Any
    ) -> None:
        """Add curves, or bars, to this check's result; the keyword is the label, with spaces for underscores.

        A series may be whatever the submission returned: what is no list of numbers is drawn as far as it is one.
        """
        figure = figure_of(title, series, x_label=x_label, y_label=y_label, x_start=x_start, look=look)
        self.figures.append(figure)

    def map(self, title: str, probabilities: torch.Tensor, **parts: Any) -> None:
        """Add a map: where a classifier says 1, and the line inside which it should. See `grader.drawing.map_of`."""
        self.maps.append(map_of(title, probabilities, **parts))

    def _handle(self, do: str, **arguments: Any) -> Handle:
        handle = self._session.ask(do, **arguments)
        if not isinstance(handle, Handle):
            raise Crashed(NO_ANSWER)
        return handle

    def _look(self, do: str, handle: Handle, view: Callable[[Any], View]) -> View:
        """What the child shows of an object, as a view. Student code runs there: it may show anything."""
        return self._view(self._session.ask(do, value=handle), view)

    @staticmethod
    def _view(seen: Any, view: Callable[[Any], View]) -> View:
        try:
            return view(seen)
        except (KeyError, TypeError):
            raise Crashed(NO_ANSWER) from None
