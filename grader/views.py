"""What a child shows of its objects, as frozen records: tensors, modules, and what a source text refers to.

The functions that make them believe nothing: they raise KeyError or TypeError for whatever is not what it should
be, since student code runs where it comes from.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch


@dataclass(frozen=True, slots=True)
class TensorView:
    """A tensor in the child: its value here, and what autograd and the device know of it there."""

    value: torch.Tensor
    requires_grad: bool
    grad: torch.Tensor | None
    device: str


@dataclass(frozen=True, slots=True)
class LayerView:
    """A layer of a module: the names of its class and base classes, its sizes, its parameters by name."""

    bases: tuple[str, ...]
    sizes: dict[str, float]
    parameters: dict[str, torch.Tensor]

    def is_a(self, name: str) -> bool:
        """Whether it is a torch.nn layer of this name, or a subclass of it."""
        return name in self.bases


@dataclass(frozen=True, slots=True)
class ModuleView:
    """A module in the child, as data."""

    bases: tuple[str, ...]
    is_sequential: bool
    training: bool
    layers: tuple[LayerView, ...]
    parameters: dict[str, TensorView]
    buffers: dict[str, TensorView]


@dataclass(frozen=True, slots=True)
class ModelCall:
    """What a call on a model gave, and the model after it: its parameters one after the other (n,), whether any holds a
    gradient, its mode, and its forward passes where they were watched.
    """

    answer: Any
    weights: torch.Tensor
    has_gradients: bool
    training: bool
    forwards: tuple[dict[str, Any], ...] = ()


class SourceFacts:
    """What the source text refers to, read from it before any of it ran."""

    def __init__(self, facts: dict[str, Any]) -> None:
        self._definitions: dict[str, dict[str, list[Any]]] = facts["definitions"]

    def refers(self, name: str) -> frozenset[str]:
        """The dotted names that a top-level name refers to, itself or through other names of the module.

        Imports are spelled out in full ("torch.func.grad"); an attribute of anything else reads ".backward".
        """
        return frozenset(ref for one in self._reach(name) for ref in self._definitions[one]["refers"])

    def calls(self, name: str) -> list[tuple[str, dict[str, str]]]:
        """The calls in a top-level name's reach: dotted name, and the source of each keyword's value."""
        return [(call, keywords) for one in self._reach(name) for call, keywords in self._definitions[one]["calls"]]

    def drops(self, name: str) -> list[tuple[str, str]]:
        """The method calls in a top-level name's reach whose result nothing takes: source of the object, method."""
        return [(of, method) for one in self._reach(name) for of, method in self._definitions[one]["drops"]]

    def _reach(self, name: str) -> list[str]:
        waiting, reached = [name], dict.fromkeys([name] if name in self._definitions else [])
        while waiting:
            for ref in self._definitions.get(waiting.pop(), {"refers": []})["refers"]:
                if ref in self._definitions and ref not in reached:
                    reached[ref] = None
                    waiting.append(ref)
        return list(reached)


def tensor_view(seen: Any) -> TensorView:
    """A tensor as the child describes it."""
    grad = _is(dict, seen)["grad"]
    return TensorView(
        value=_is(torch.Tensor, seen["value"]),
        requires_grad=_is(bool, seen["requires_grad"]),
        grad=None if grad is None else _is(torch.Tensor, grad),
        device=_is(str, seen["device"]),
    )


def module_view(seen: Any) -> ModuleView:
    """A module as the child describes it."""
    parameters = {name: tensor_view(tensor) for name, tensor in _is(dict, _is(dict, seen)["parameters"]).items()}
    return ModuleView(
        bases=_names(_is(dict, seen)["bases"]),
        is_sequential=_is(bool, seen["is_sequential"]),
        training=_is(bool, seen["training"]),
        layers=tuple(_layer_view(layer, parameters) for layer in _is(list, seen["layers"])),
        parameters=parameters,
        buffers={name: tensor_view(tensor) for name, tensor in _is(dict, seen["buffers"]).items()},
    )


def model_call(seen: Any) -> ModelCall:
    """A call on a model as the child describes it."""
    return ModelCall(
        answer=_is(dict, seen)["answer"],
        weights=_is(torch.Tensor, seen["weights"]),
        has_gradients=_is(bool, seen["has_gradients"]),
        training=_is(bool, seen["training"]),
        forwards=tuple(forward_list(seen["forwards"])),
    )


def _layer_view(seen: Any, of_module: dict[str, TensorView]) -> LayerView:
    sizes = {name: _is((bool, int, float), size) for name, size in _is(dict, _is(dict, seen)["sizes"]).items()}
    parameters = {name: of_module[_is(str, whole)].value for name, whole in _is(dict, seen["parameters"]).items()}
    return LayerView(_names(seen["bases"]), sizes, parameters)


def forward_list(seen: Any) -> list[dict[str, Any]]:
    """The forward passes that the child has noted."""
    kinds = {"grad": bool, "training": bool, "device": str}
    return [{name: _is(kind, _is(dict, one)[name]) for name, kind in kinds.items()} for one in _is(list, seen)]


def _names(seen: Any) -> tuple[str, ...]:
    return tuple(_is(str, name) for name in _is(list, seen))


def _is(kind: Any, value: Any) -> Any:
    if not isinstance(value, kind):
        raise TypeError(f"expected {kind}, got {type(value)}")
    return value


def numbers(values: Any) -> tuple[float, ...]:
    """The first 10,000 values of a list as floats, NaN for what is no number; nothing where it is no list."""
    if not isinstance(values, (list, tuple)):
        return ()
    return tuple(_number(value) for value in values[:10_000])


def _number(value: Any) -> float:
    try:
        return float(value) if isinstance(value, (int, float)) else math.nan
    except OverflowError:  # an int beyond all floats
        return math.inf
