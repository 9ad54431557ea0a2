"""What Python code asks of tensors: moves between devices, arrays out of them, factories with `device=`.

A TorchFunctionMode sees each call before PyTorch's C++ parses it, and refuses a device it does not know.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import torch
import torch.utils._device
from torch.overrides import TorchFunctionMode

from grader.sandbox.inside.accelerator import places
from grader.sandbox.inside.accelerator.home import current
from grader.sandbox.inside.accelerator.machine import Machine
from grader.sandbox.inside.accelerator.moves import Moves

_Function = Callable[..., Any]
_default_device: ModuleType = torch.utils._device  # its CURRENT_DEVICE is what `with torch.device(...)` sets
_GRADIENT_ELSEWHERE = (
    "attempting to assign a gradient with device type '{}' to a tensor with device type '{}'. "
    "Please ensure that the gradient and the tensor are on the same device"
)
_NO_NUMPY = "can't convert {} device type tensor to numpy. Use Tensor.cpu() to copy the tensor to host memory first."


class Calls(TorchFunctionMode):
    """Answers the calls that name a device or depend on one; every other call goes straight on."""

    def __init__(self, machine: Machine) -> None:
        super().__init__()
        self.machine = machine
        self._moves = Moves(machine)
        self._constructors = torch.utils._device._device_constructors()
        tensor = torch.Tensor
        self._answers: dict[Any, _Function] = {
            tensor.to: self._moves.to,
            tensor.cuda: self._moves.cuda,
            tensor.cpu: self._moves.cpu,
            tensor.type: self._moves.type,
            tensor.type_as: self._moves.type_as,
            tensor.get_device: self._get_device,
            torch.get_device: self._get_device,
            tensor.numpy: self._numpy,
            tensor.__array__: self._array,
            tensor.__dlpack__: self._dlpack,
            tensor.__deepcopy__: self._deepcopy,
            vars(torch._C.TensorBase)["grad"].__get__: self._grad,
            vars(torch._C.TensorBase)["grad"].__set__: self._set_grad,
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
        outer, current.arguments = current.arguments, () if is_constructor else (args, kwargs)
        try:
            return func(*args, **kwargs)
        finally:
            current.arguments = outer

    def _make(self, func: _Function, args: tuple[Any, ...], kwargs: dict[str, Any], device: torch.device) -> Any:
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
        device = kwargs.pop("device", None)
        if device is None:
            beside = places.device_of(data) if isinstance(data, torch.Tensor) else places.CPU
            device = _default_device.CURRENT_DEVICE or beside
        made: torch.Tensor = self._make(torch.tensor, (data,), kwargs, self.machine.resolve(device))
        return made

    def _new_tensor(self, tensor: torch.Tensor, data: Any, **kwargs: Any) -> torch.Tensor:
        device = kwargs.pop("device", None)
        resolved = places.device_of(tensor) if device is None else self.machine.resolve(device)
        made: torch.Tensor = self._make(tensor.new_tensor, (data,), kwargs, resolved)
        return made

    def _as_tensor(self, data: Any, dtype: Any = None, device: Any = None) -> torch.Tensor:
        if isinstance(data, torch.Tensor):
            return self._shared(data, device, dtype=dtype)
        return self._shared(torch.as_tensor(data, dtype=dtype, device=places.CPU), device)

    def _asarray(self, obj: Any, *, device: Any = None, **kwargs: Any) -> torch.Tensor:
        return self._shared(torch.asarray(obj, device=places.CPU, **kwargs), device)

    def _shared(self, shared: torch.Tensor, device: Any, **options: Any) -> torch.Tensor:
        """These two may hand back the caller's own memory, so a move is a copy and not a new mark."""
        wanted = _default_device.CURRENT_DEVICE if device is None else device
        return self._moves.move(shared, None if wanted is None else self.machine.resolve(wanted), **options)

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

    def _get_device(self, tensor: torch.Tensor) -> int:
        index = places.device_of(tensor).index
        return -1 if index is None else index

    def _numpy(self, tensor: torch.Tensor, *, force: bool = False) -> Any:
        if force:
            return self._moves.move(tensor.detach(), places.CPU).numpy(force=True)
        self._refuse_array(tensor)
        return tensor.numpy()

    def _array(self, tensor: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
        self._refuse_array(tensor)
        return tensor.__array__(*args, **kwargs)  # type: ignore[no-untyped-call]

    def _refuse_array(self, tensor: torch.Tensor) -> None:
        device = places.device_of(tensor)
        if device.type in self.machine.devices:
            raise TypeError(_NO_NUMPY.format(device))

    def _dlpack(self, tensor: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
        if places.device_of(tensor).type in self.machine.devices:
            raise BufferError("Unsupported device in DLTensor.")
        return tensor.__dlpack__(*args, **kwargs)

    def _deepcopy(self, tensor: torch.Tensor, memo: dict[int, Any]) -> torch.Tensor:
        copied: torch.Tensor = tensor.__deepcopy__(memo)  # type: ignore[no-untyped-call]
        with torch._C.DisableTorchFunction():
            places.put(copied, places.place_of(tensor))
            if tensor.grad is not None and copied.grad is not None:
                places.put(copied.grad, places.place_of(tensor.grad))
        return copied

    def _grad(self, tensor: torch.Tensor, *owner: Any) -> torch.Tensor | None:
        gradient: torch.Tensor | None = tensor.grad
        if gradient is not None:
            with torch._C.DisableTorchFunction():
                if places.place_of(gradient) is places.UNDECIDED:
                    places.put(gradient, places.place_of(tensor))
        return gradient

    def _set_grad(self, tensor: torch.Tensor, gradient: torch.Tensor | None) -> None:
        if isinstance(gradient, torch.Tensor):
            theirs, ours = places.device_of(gradient).type, places.device_of(tensor).type
            if theirs != ours:
                raise RuntimeError(_GRADIENT_ELSEWHERE.format(theirs, ours))
        tensor.grad = gradient


def _unpinned(kwargs: dict[str, Any]) -> dict[str, Any]:
    return {"pin_memory": False} if "pin_memory" in kwargs else {}


def run_backward(machine: Machine, engine: _Function, *args: Any, **kwargs: Any) -> Any:
    """PyTorch's backward engine, with the mode on for the student's hooks and Functions that it calls.

    A mode is off while it answers a call, and `loss.backward()` is such a call.
    """
    outer = current.arguments, current.in_backward
    current.arguments, current.in_backward = (), True
    try:
        with Calls(machine):
            return engine(*args, **kwargs)
    finally:
        current.arguments, current.in_backward = outer
