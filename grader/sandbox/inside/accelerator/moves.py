"""Moves of tensors between devices, in all the ways that Python code can ask for one."""

from __future__ import annotations

from typing import Any

import torch

from grader.sandbox.inside.accelerator import places
from grader.sandbox.inside.accelerator.machine import Machine

_TO_OPTIONS = ("dtype", "non_blocking", "copy")  # of Tensor.to, in order, after the device


class Moves:
    """The moves of one machine. They are called with the function mode off, as answers to a call it saw."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def to(self, tensor: torch.Tensor, /, *args: Any, **kwargs: Any) -> torch.Tensor:
        first = args[0] if args else None
        if "tensor" in kwargs:
            first, args = kwargs.pop("tensor"), (None, *args)
        if isinstance(first, torch.Tensor):
            options = {"dtype": first.dtype, **_named(args[1:], _TO_OPTIONS[1:]), **kwargs}
            return self.move(tensor, places.device_of(first), **options)
        if isinstance(first, torch.dtype):
            return self.move(tensor, None, **_named(args, _TO_OPTIONS), **kwargs)
        options = {**_named(args[1:], _TO_OPTIONS), **kwargs}
        if len(args) > 1 + len(_TO_OPTIONS) or not (args or kwargs) or (args and "device" in kwargs):
            return tensor.to(*args, **kwargs)  # PyTorch's own TypeError
        device = options.pop("device", first)
        return self.move(tensor, None if device is None else self._machine.resolve(device), **options)

    def cuda(self, tensor: torch.Tensor, device: Any = None, *args: Any, **kwargs: Any) -> torch.Tensor:
        if device is None or isinstance(device, int):
            device = torch.device("cuda", device or 0)
        resolved = self._machine.resolve(device)
        if resolved.type != "cuda":
            raise RuntimeError("Invalid device, must be cuda device")
        return self.move(tensor, resolved, **_named(args, ("non_blocking",)), **kwargs)

    def cpu(self, tensor: torch.Tensor, **kwargs: Any) -> torch.Tensor:
        return self.move(tensor, places.CPU, **kwargs)

    def type_as(self, tensor: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
        return self.move(tensor, places.device_of(other), dtype=other.dtype)

    def type(self, tensor: torch.Tensor, dtype: Any = None, *args: Any, **kwargs: Any) -> Any:
        """A type's name carries a device: `torch.cuda.FloatTensor` is float32 on CUDA."""
        here = places.device_of(tensor)
        if dtype is None:
            name = torch.empty((), dtype=tensor.dtype).type()
            return name if here.type == "cpu" else name.replace("torch.", f"torch.{here.type}.", 1)
        if isinstance(dtype, torch.dtype):
            return self.move(tensor, None, dtype=dtype)
        name = dtype if isinstance(dtype, str) else f"{dtype.__module__}.{dtype.__name__}"
        *modules, class_name = name.split(".")
        if len(modules) not in (1, 2) or not isinstance(getattr(torch, class_name, None), type):
            return tensor.type(dtype, *args, **kwargs)  # PyTorch's own error
        device = self._machine.resolve(modules[1]) if len(modules) == 2 else places.CPU
        return self.move(tensor, device, dtype=getattr(torch, class_name).dtype)

    def move(
        self,
        tensor: torch.Tensor,
        device: torch.device | None,
        *,
        dtype: torch.dtype | None = None,
        non_blocking: bool = False,
        copy: bool = False,
        memory_format: torch.memory_format = torch.preserve_format,
    ) -> torch.Tensor:
        """`tensor` on `device`: itself when nothing changes, else a copy that autograd can follow back."""
        origin = places.device_of(tensor)
        dtype = dtype or tensor.dtype
        if device is None or device == origin:
            return tensor.to(dtype=dtype, copy=copy, memory_format=memory_format)
        if origin.type == "meta" or device.type not in ("cpu", *self._machine.devices):
            return tensor.to(device=device, dtype=dtype, copy=copy, memory_format=memory_format)
        moved = tensor.to(dtype=dtype, copy=True, memory_format=memory_format)
        with torch._C.DisableTorchFunction():
            places.put(moved, device)
        if moved.grad_fn is not None:  # the gradient, too, has to travel: back to where `tensor` is
            moved.grad_fn.register_prehook(lambda gradients: self._return_to(origin, gradients))
        return moved

    def _return_to(self, origin: torch.device, gradients: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(g if g is None else self.move(g, origin) for g in gradients)


def _named(values: tuple[Any, ...], names: tuple[str, ...]) -> dict[str, Any]:
    """Positional arguments by name."""
    return dict(zip(names, values, strict=False))
