"""What cannot cross the wire lives here, behind a number: tensors handed over, models, whatever a call returned."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from grader.sandbox.values import Handle

SIZES = (
    "in_features", "out_features", "bias", "p", "num_features", "in_channels", "out_channels", "kernel_size",
    "negative_slope", "inplace",
)  # fmt: skip


class Handles:
    """A table of live objects, and the orders that look at them."""

    def __init__(self, device_of: Callable[[torch.Tensor], torch.device]) -> None:
        self._device_of = device_of
        self._objects: dict[int, object] = {}
        self._forwards: dict[int, list[dict[str, Any]]] = {}

    def orders(self) -> dict[str, Callable[..., Any]]:
        """The orders by name."""
        return {
            "put": self.put,
            "as_path": self.as_path,
            "build": self.build,
            "tensor": self.tensor,
            "module": self.module,
            "watch": self.watch,
            "forwards": self.forwards,
            "checkpoint": self.checkpoint,
        }

    def keep(self, value: object) -> Handle:
        """Put an object behind a new handle."""
        number = len(self._objects) + 1
        self._objects[number] = value
        kind = type(value)
        return Handle(number, f"{kind.__module__}.{kind.__qualname__}"[:200])

    def resolve(self, number: int) -> object:
        """The object behind a handle."""
        return self._objects[number]

    def put(self, value: object) -> Handle:
        """Keep a value that came over the wire, so that it can be looked at again after a call."""
        return self.keep(value)

    def as_path(self, value: str) -> Handle:
        """A pathlib.Path of a text."""
        return self.keep(Path(value))

    def build(
        self,
        layers: list[Any],
        state: dict[str, torch.Tensor] | None,
        grads: dict[str, torch.Tensor],
        training: bool,
    ) -> Handle:
        """A fresh model, as `fresh` makes it, behind a handle. `grads` become its parameters' `.grad`, by name."""
        model = self.fresh(layers, state)
        for name, grad in grads.items():
            model.get_parameter(name).grad = grad
        return self.keep(model.train(training))

    def fresh(self, layers: list[Any], state: dict[str, torch.Tensor] | None) -> torch.nn.Sequential:
        """A fresh nn.Sequential on the CPU in float32, whatever defaults the submission has set.

        `layers` holds (name in torch.nn, positional arguments, keyword arguments).
        """
        default = torch.get_default_dtype()
        torch.set_default_dtype(torch.float32)
        is_usual = torch.get_default_device().type == "cpu"  # else each tensor that is made goes through Python
        try:
            with contextlib.nullcontext() if is_usual else torch.device("cpu"):
                made = [getattr(torch.nn, name)(*args, **kwargs) for name, args, kwargs in layers]
                model = torch.nn.Sequential(*made)
        finally:
            torch.set_default_dtype(default)
        if state is not None:
            model.load_state_dict(state)
        return model

    def tensor(self, value: torch.Tensor) -> dict[str, Any]:
        """A tensor with what autograd and the device know of it."""
        return {
            "value": value.detach(),
            "requires_grad": value.requires_grad,
            "grad": value.grad if value.is_leaf else None,
            "device": str(self._device_of(value)),
        }

    def module(self, value: torch.nn.Module) -> dict[str, Any]:
        """A module as data: its kind, mode, leaf layers in order, and every parameter and buffer."""
        names = {id(tensor): name for name, tensor in value.named_parameters()}
        return {
            "bases": [base.__name__ for base in type(value).__mro__],
            "is_sequential": isinstance(value, torch.nn.Sequential),
            "training": value.training,
            "layers": [self._layer(layer, names) for layer in _layers_in_order(value)],
            "parameters": {name: self.tensor(tensor) for name, tensor in value.named_parameters()},
            "buffers": {name: self.tensor(tensor) for name, tensor in value.named_buffers()},
        }

    def _layer(self, layer: torch.nn.Module, names: dict[int, str]) -> dict[str, Any]:
        """A layer, its parameters by what the whole module calls them: each crosses once."""
        sizes = {name: getattr(layer, name) for name in SIZES if isinstance(getattr(layer, name, None), (int, float))}
        parameters = {name: names[id(tensor)] for name, tensor in layer.named_parameters()}
        return {"bases": [base.__name__ for base in type(layer).__mro__], "sizes": sizes, "parameters": parameters}

    def watch(self, value: torch.nn.Module) -> None:
        """Note at each forward pass from now on: whether autograd records, the module's mode, where its input is."""
        seen: list[dict[str, Any]] = []
        self._forwards[id(value)] = seen

        def note(module: torch.nn.Module, inputs: tuple[Any, ...]) -> None:
            device = str(self._device_of(inputs[0])) if inputs and isinstance(inputs[0], torch.Tensor) else ""
            seen.append({"grad": torch.is_grad_enabled(), "training": module.training, "device": device})

        value.register_forward_pre_hook(note)

    def forwards(self, value: torch.nn.Module) -> list[dict[str, Any]]:
        """What `watch` noted."""
        return self._forwards[id(value)][:1000]

    def checkpoint(self, data: bytes) -> object:
        """The content of a file that torch.save wrote. Asked of a child in which no submission runs."""
        return torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)


def _layers_in_order(value: torch.nn.Module) -> list[torch.nn.Module]:
    """The items of a Sequential, an object used twice counted twice; of any other module its children."""
    if isinstance(value, torch.nn.Sequential):
        return list(value)
    return list(value.children())
