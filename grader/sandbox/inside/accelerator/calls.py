"""What Python code asks of tensors: moves between devices, arrays out of them, factories with `device=`.

A TorchFunctionMode sees each call before PyTorch's C++ parses it, where a device this build lacks would be refused.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import ModuleType
from typing import Any

import torch
import torch.utils._device
from torch.overrides import TorchFunctionMode

from grader.sandbox.inside.accelerator import places
from grader.sandbox.inside.accelerator.machine import Machine

_Function = Callable[..., Any]
_default_device: ModuleType = torch.utils._device  # its CURRENT_DEVICE is what `with torch.device(...)` sets
_NO_NUMPY = "can't convert {} device type tensor to numpy. Use Tensor.cpu() to copy the tensor to host memory first."


class _Current(threading.local):
    """The arguments of the call that is running, for operations that PyTorch makes out of no operand."""

    arguments: tuple[Any, ...] = ()
    in_backward: bool = False


_current = _Current()


def home() -> places.Place:
    """Where a tensor belongs that PyTorch makes out of no operand: beside the arguments of the running call."""
    for tensor in places.tensors_in(_current.arguments):
        if (place := places.place_of(tensor)) != places.CPU:
            return place
    return places.UNDECIDED if _current.in_backward and not _current.arguments else places.CPU


class Calls(TorchFunctionMode):
    """Answers the calls that name a device or depend on one; every other call goes straight on."""

    def __init__(self, machine: Machine) -> None:
        super().__init__()
        self.machine = machine
        self._constructors = torch.utils._device._device_constructors()
        tensor = torch.Tensor
        self._answers: dict[Any, _Function] = {
            tensor.to: self._to,
            tensor.cuda: self._cuda,
            tensor.cpu: self._cpu,
            tensor.type: self._type,
            tensor.type_as: self._type_as,
            tensor.get_device: self._get_device,
            torch.get_device: self._get_device,
            tensor.numpy: self._numpy,
            tensor.__array__: self._array,
            tensor.__dlpack__: self._dlpack,
            tensor.__deepcopy__: self._deepcopy,
            tensor.grad.__get__: self._grad,
            tensor.new_tensor: self._new_tensor,
            torch.tensor: self._tensor,
            torch.as_tensor: self._as_tensor,
            torch.asarray: self._asarray,
            torch._C._nn._parse_to: self._parse_to,
            torch.device: self._device,
        }

    def __torch_function__(
        self, func: _Function, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        answer = self._answers.get(func)
        if answer is not None:
            return answer(*args, **kwargs)
        if kwargs.get("device") is not None:
            return self._make(func, args, kwargs, self.machine.resolve(kwargs["device"]))
        is_constructor = func in self._constructors
        if is_constructor and _default_device.CURRENT_DEVICE is not None:
            return self._make(func, args, kwargs, self.machine.resolve(_default_device.CURRENT_DEVICE))
        outer, _current.arguments = _current.arguments, () if is_constructor else (args, kwargs)
        try:
            return func(*args, **kwargs)
        finally:
            _current.arguments = outer

    def _make(
        self, func: _Function, args: tuple[Any, ...], kwargs: dict[str, Any], device: torch.device
    ) -> Any:
        """A factory that was told its device: the values are made on the CPU, then said to be there."""
        if device.type not in self.machine.devices and device.type != "cpu":
            return func(*args, **{**kwargs, "device": device})
        made = func(*args, **{**kwargs, "device": places.CPU, **_unpinned(kwargs)})
        with torch._C.DisableTorchFunction():
            for tensor in places.tensors_in(made):
                places.put(tensor, device)
        return made

    def _tensor(self, data: Any, **kwargs: Any) -> torch.Tensor:
        """`torch.tensor`, which stays on the device of a tensor that it copies."""
        device = kwargs.pop("device", None) or _default_device.CURRENT_DEVICE
        if device is None:
            device = places.device_of(data) if isinstance(data, torch.Tensor) else places.CPU
        made: torch.Tensor = self._make(torch.tensor, (data,), kwargs, self.machine.resolve(device))
        return made

    def _new_tensor(self, tensor: torch.Tensor, data: Any, **kwargs: Any) -> torch.Tensor:
        device = kwargs.pop("device", None) or places.device_of(tensor)
        made: torch.Tensor = self._make(tensor.new_tensor, (data,), kwargs, self.machine.resolve(device))
        return made

    def _as_tensor(self, data: Any, dtype: Any = None, device: Any = None) -> torch.Tensor:
        if isinstance(data, torch.Tensor):
            return self._move_shared(data, device, dtype=dtype)
        return self._move_shared(torch.as_tensor(data, dtype=dtype, device=places.CPU), device)

    def _asarray(self, data: Any, *, device: Any = None, **kwargs: Any) -> torch.Tensor:
        return self._move_shared(torch.asarray(data, device=places.CPU, **kwargs), device)

    def _move_shared(self, shared: torch.Tensor, device: Any, **options: Any) -> torch.Tensor:
        """These two may hand back the caller's own memory, so a move is a copy and not a new mark."""
        wanted = _default_device.CURRENT_DEVICE if device is None else device
        return self._move(shared, None if wanted is None else self.machine.resolve(wanted), **options)

    def _device(self, *args: Any, **kwargs: Any) -> torch.device:
        """`torch.device(0)`, the one form of it that asks what the machine has."""
        if len(args) == 1 and isinstance(args[0], int) and self.machine.accelerator is not None:
            return torch.device(self.machine.accelerator.type, args[0])
        return torch.device(*args, **kwargs)

    def _parse_to(self, *args: Any, **kwargs: Any) -> Any:
        """The arguments of `Module.to`, where C++ would not take a bare device number."""
        if args and isinstance(args[0], int):
            args = (self.machine.resolve(args[0]), *args[1:])
        if isinstance(kwargs.get("device"), int):
            kwargs["device"] = self.machine.resolve(kwargs["device"])
        return torch._C._nn._parse_to(*args, **kwargs)

    def _to(self, tensor: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
        first, rest = (args[0], args[1:]) if args else (None, ())
        if isinstance(first, torch.Tensor) or "other" in kwargs:
            other = kwargs.pop("other") if "other" in kwargs else first
            names = ("non_blocking", "copy")
            kwargs |= {"dtype": other.dtype, **dict(zip(names, rest, strict=False))}
            return self._move(tensor, places.device_of(other), **kwargs)
        if isinstance(first, torch.dtype):
            names = ("dtype", "non_blocking", "copy")
            return self._move(tensor, None, **dict(zip(names, args, strict=False)), **kwargs)
        names = ("device", "dtype", "non_blocking", "copy")
        options = {**dict(zip(names, args, strict=False)), **kwargs}
        if len(args) > len(names) or not options or set(names[: len(args)]) & set(kwargs):
            return tensor.to(*args, **kwargs)  # PyTorch's own TypeError
        device = options.pop("device", None)
        return self._move(tensor, None if device is None else self.machine.resolve(device), **options)

    def _cuda(self, tensor: torch.Tensor, device: Any = None, *args: Any, **kwargs: Any) -> torch.Tensor:
        named = "cuda" if device is None else torch.device("cuda", device) if isinstance(device, int) else device
        resolved = self.machine.resolve(named)
        if resolved.type != "cuda":
            raise RuntimeError("Invalid device, must be cuda device")
        options = dict(zip(("non_blocking",), args, strict=False))
        return self._move(tensor, resolved, **options, **kwargs)

    def _cpu(self, tensor: torch.Tensor, **kwargs: Any) -> torch.Tensor:
        return self._move(tensor, places.CPU, **kwargs)

    def _type_as(self, tensor: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
        return self._move(tensor, places.device_of(other), dtype=other.dtype)

    def _type(self, tensor: torch.Tensor, dtype: Any = None, *args: Any, **kwargs: Any) -> Any:
        """A type's name carries a device: `torch.cuda.FloatTensor` is float32 on CUDA, `torch.FloatTensor` on the CPU."""
        here = places.device_of(tensor)
        if dtype is None:
            name = torch.empty((), dtype=tensor.dtype).type()
            return name if here.type == "cpu" else name.replace("torch.", f"torch.{here.type}.", 1)
        if isinstance(dtype, torch.dtype):
            return self._move(tensor, None, dtype=dtype)
        name = dtype if isinstance(dtype, str) else f"{dtype.__module__}.{dtype.__name__}"
        *modules, class_name = name.split(".")
        if len(modules) not in (1, 2) or not isinstance(getattr(torch, class_name, None), type):
            return tensor.type(dtype, *args, **kwargs)  # PyTorch's own error
        device = self.machine.resolve(modules[1]) if len(modules) == 2 else places.CPU
        return self._move(tensor, device, dtype=getattr(torch, class_name).dtype)

    def _move(
        self,
        tensor: torch.Tensor,
        device: torch.device | None,
        *,
        dtype: torch.dtype | None = None,
        non_blocking: bool = False,
        copy: bool = False,
        memory_format: torch.memory_format = torch.preserve_format,
    ) -> torch.Tensor:
        """`tensor` on `device`: itself when nothing changes, otherwise a copy that autograd can follow back."""
        origin = places.device_of(tensor)
        dtype = dtype or tensor.dtype
        if device is None or device == origin:
            return tensor.to(dtype=dtype, copy=copy, memory_format=memory_format)
        if device.type not in self.machine.devices and device.type != "cpu" or origin.type == "meta":
            return tensor.to(device=device, dtype=dtype, copy=copy, memory_format=memory_format)
        moved = tensor.to(dtype=dtype, copy=True, memory_format=memory_format)
        with torch._C.DisableTorchFunction():
            places.put(moved, device)
        if moved.grad_fn is not None:  # the gradient, too, has to travel: back to where `tensor` is
            moved.grad_fn.register_prehook(lambda gradients: self._return_to(origin, gradients))
        return moved

    def _return_to(self, origin: torch.device, gradients: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(g if g is None else self._move(g, origin) for g in gradients)

    def _get_device(self, tensor: torch.Tensor) -> int:
        index = places.device_of(tensor).index
        return -1 if index is None else index

    def _numpy(self, tensor: torch.Tensor, *, force: bool = False) -> Any:
        if force:
            return self._move(tensor.detach(), places.CPU).numpy(force=True)
        self._refuse_array(tensor)
        return tensor.numpy()

    def _array(self, tensor: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
        self._refuse_array(tensor)
        return tensor.__array__(*args, **kwargs)

    def _refuse_array(self, tensor: torch.Tensor) -> None:
        device = places.device_of(tensor)
        if device.type in self.machine.devices:
            raise TypeError(_NO_NUMPY.format(device))

    def _dlpack(self, tensor: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
        if places.device_of(tensor).type in self.machine.devices:
            raise BufferError("Unsupported device in DLTensor.")
        return tensor.__dlpack__(*args, **kwargs)

    def _deepcopy(self, tensor: torch.Tensor, memo: dict[int, Any]) -> torch.Tensor:
        copied = tensor.__deepcopy__(memo)
        with torch._C.DisableTorchFunction():
            for original, fresh in ((tensor, copied), (tensor.grad, copied.grad)):
                if original is not None and fresh is not original:
                    places.put(fresh, places.place_of(original))
        return copied

    def _grad(self, tensor: torch.Tensor, *owner: Any) -> torch.Tensor | None:
        gradient: torch.Tensor | None = tensor.grad
        if gradient is not None:
            with torch._C.DisableTorchFunction():
                places.settle(gradient, places.place_of(tensor))
        return gradient


def _unpinned(kwargs: dict[str, Any]) -> dict[str, Any]:
    return {"pin_memory": False} if "pin_memory" in kwargs else {}


def run_backward(machine: Machine, engine: _Function, *args: Any, **kwargs: Any) -> Any:
    """PyTorch's backward engine, with the mode on for the student's hooks and Functions that it calls.

    A mode is off while it answers a call, and `loss.backward()` is such a call.
    """
    outer = _current.arguments, _current.in_backward
    _current.arguments, _current.in_backward = (), True
    try:
        with Calls(machine):
            return engine(*args, **kwargs)
    finally:
        _current.arguments, _current.in_backward = outer
