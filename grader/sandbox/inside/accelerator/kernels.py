"""Every operation that PyTorch really runs: are its operands on one device, and where are its results?

A TorchDispatchMode sits below autograd, where a call such as `F.linear` has become the very operation
(`addmm`) whose CUDA kernel would check its operands, with the argument names that PyTorch's message uses. It
also sees the operations of `backward`, which C++ starts on its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from grader.sandbox.inside.accelerator import places
from grader.sandbox.inside.accelerator.home import home
from grader.sandbox.inside.accelerator.machine import Machine
from grader.sandbox.inside.accelerator.places import CPU, UNDECIDED, Place


class Kernels(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Checks the operands of each operation and marks its results."""

    def __init__(self, machine: Machine) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.machine = machine

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        with torch._C.DisableTorchFunction():
            named = kwargs.get("device")
            if self.machine.simulates(named):
                # Only PyTorch's own code gets here with our device: a student's call was answered above.
                made = func(*args, **{**kwargs, "device": CPU})
                return _mark(made, self.machine.resolve(named))
            if named is not None and named.type != "cpu":
                return func(*args, **kwargs)  # a meta tensor, say
            found = {places.place_of(tensor) for tensor in _operands(args, kwargs)}
            if not found:
                found = {home()}
            if found == {CPU}:
                return func(*args, **kwargs)
            place = found.pop() if len(found) == 1 else _agree(func, args, kwargs)
            return _mark(func(*args, **kwargs), place)


def _operands(args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[torch.Tensor]:
    """The tensors among the arguments of an operation: single ones and lists of them, as schemas have it."""
    found = []
    for value in (*args, *kwargs.values()) if kwargs else args:
        if isinstance(value, torch.Tensor):
            found.append(value)
        elif isinstance(value, (list, tuple)):
            found.extend(item for item in value if isinstance(item, torch.Tensor))
    return found


def _mark(result: Any, place: Place | list[Place]) -> Any:
    if isinstance(place, list):
        for tensor, own in zip(places.tensors_in(result), place, strict=False):
            places.settle(tensor, own)
    else:
        for tensor in places.tensors_in(result):
            places.settle(tensor, place)
    return result


@dataclass(frozen=True)
class _Operand:
    name: str
    tensor: torch.Tensor
    place: Place
    is_output: bool
    index: int | None  # its position in a list of tensors

    @property
    def type_name(self) -> str:
        name = torch.empty((), dtype=self.tensor.dtype).type()
        return name.replace("torch.", "torch.cuda.", 1) if self.place == torch.device("cuda", 0) else name


_Rule: TypeAlias = Callable[[Any, list[_Operand]], "Place | list[Place]"]


def _agree(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Place | list[Place]:
    """Where the results of an operation over several devices are, or PyTorch's error if there is none."""
    operands = [o for o in _named(func, args, kwargs) if o.place is not UNDECIDED]
    if len({o.place for o in operands}) == 1:
        return operands[0].place
    name = func._schema.name.removeprefix("aten::")
    if name.startswith("_foreach_"):
        return _index_by_index(func, operands)
    return _RULES.get(name.removesuffix("_"), _elementwise)(func, operands)


def _named(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Iterator[_Operand]:
    for position, argument in enumerate(func._schema.arguments):
        value = args[position] if position < len(args) else kwargs.get(argument.name)
        written = argument.alias_info is not None and argument.alias_info.is_write
        if isinstance(value, torch.Tensor):
            yield _Operand(argument.name, value, places.place_of(value), written, None)
        elif isinstance(value, (list, tuple)):
            for index, item in enumerate(value):
                if isinstance(item, torch.Tensor):
                    yield _Operand(argument.name, item, places.place_of(item), written, index)


def _elementwise(func: Any, operands: list[_Operand]) -> Place:
    """TensorIterator's rule, PyTorch's engine for elementwise work: a 0-d CPU tensor may join as a number."""
    device = next(o.place for o in operands if o.place != CPU)
    for operand in operands:
        is_number = operand.tensor.dim() == 0 and not operand.is_output
        may_be_elsewhere = operand.place == CPU and (is_number or operand.name in _LENGTHS)
        if operand.place != device and not may_be_elsewhere:
            raise RuntimeError(
                "Expected all tensors to be on the same device, "
                f"but found at least two devices, {device} and {operand.place}!"
            )
    return device


def _checked_as(method: str | None = None, **renamed: str) -> _Rule:
    """The rule of a kernel whose wrapper compares its arguments one by one, by name."""

    def rule(func: Any, operands: list[_Operand]) -> Place:
        first = operands[0].place
        stranger = next(o for o in operands if o.place != first)
        argument = renamed.get(stranger.name, stranger.name)
        raise RuntimeError(
            f"Expected all tensors to be on the same device, but got {argument} is on {stranger.place}, "
            f"different from other tensors on {first} "
            f"(when checking argument in method {method or _wrapper(func)})"
        )

    return rule


def _wrapper(func: Any) -> str:
    """The name PyTorch's code generator gives the CUDA wrapper of an operation."""
    name = func._schema.name.removeprefix("aten::")
    overload = func._schema.overload_name
    if name.removesuffix("_") in _STRUCTURED:
        return f"wrapper_CUDA_{name}_{overload}" if overload else f"wrapper_CUDA_{name}"
    return f"wrapper_CUDA_{overload}_{name}"


def _index_by_index(func: Any, operands: list[_Operand]) -> list[Place]:
    """A foreach operation over lists: the tensors at the same position belong together."""
    lists = [o for o in operands if o.index is not None]
    alone = [o for o in operands if o.index is None]
    groups = [[o for o in lists if o.index == index] for index in sorted({o.index or 0 for o in lists})]
    return [_one_place(func, [*group, *alone]) for group in groups]


def _one_place(func: Any, operands: list[_Operand]) -> Place:
    return operands[0].place if len({o.place for o in operands}) == 1 else _elementwise(func, operands)


def _where_self_is(func: Any, operands: list[_Operand]) -> Place:
    """Operations made to cross devices (`copy_`), or that read a single number from the other one."""
    return operands[0].place


def _indexing(func: Any, operands: list[_Operand]) -> Place:
    """`x[index]`: an index may be on the CPU or beside `x`, values beside `x` or one number."""
    self, *others = operands
    for operand in others:
        if operand.name == "indices" and operand.place not in (CPU, self.place):
            raise RuntimeError(
                f"indices should be either on cpu or on the same device as the indexed tensor ({self.place})"
            )
    rest = [o for o in operands if o.name != "indices" and not (o.name == "values" and o.tensor.dim() == 0)]
    return _one_place(func, rest)


def _packing(func: Any, operands: list[_Operand]) -> list[Place]:
    """A packed sequence keeps its batch sizes, the second result, on the CPU."""
    return [_elementwise(func, operands), CPU]


def _mask(func: Any, operands: list[_Operand]) -> Place:
    """`masked_fill`: the value is one number, wherever it is; the mask has to be beside `self`."""
    self = operands[0]
    mask = next(o for o in operands if o.name == "mask")
    if mask.place != self.place:
        raise RuntimeError(
            f"expected self and mask to be on the same device, but got mask on {mask.place} and self on {self.place}"
        )
    return self.place


def _convolution(func: Any, operands: list[_Operand]) -> Place:
    first = operands[0]
    stranger = next(o for o in operands if o.place != first.place)
    tail = " or input should be a MKLDNN tensor and weight is a dense tensor" if first.place == CPU else ""
    names = f"Input type ({first.type_name}) and {stranger.name} type ({stranger.type_name})"
    raise RuntimeError(f"{names} should be the same{tail}")


# From native_functions.yaml of PyTorch 2.13: kernels whose wrapper checks devices (no "NoCheck"),
# those that are `structured` and those that are not. Any other operation has the elementwise rule and words.
_STRUCTURED: Final = frozenset(
    {
        *("addmm", "mm", "bmm", "baddbmm", "addmv", "cat", "linalg_cross", "nll_loss_forward"),
        *(
            "gather",
            "scatter",
            "scatter_add",
            "scatter_reduce",
            "index_add",
            "index_copy",
            "nll_loss_backward",
        ),
    }
)
_UNSTRUCTURED: Final = frozenset(
    {
        *(
            "native_batch_norm",
            "native_layer_norm",
            "native_group_norm",
            "nll_loss2d_forward",
            "_prelu_kernel",
        ),
        *(
            "index_select",
            "dot",
            "vdot",
            "masked_select",
            "masked_scatter",
            "take",
            "equal",
            "grid_sampler_2d",
        ),
        *("_embedding_bag", "_cdist_forward"),
    }
)
_LENGTHS: Final = frozenset({"lengths", "batch_sizes", "input_lengths", "target_lengths"})  # on the CPU by right
_RULES: Final[dict[str, _Rule]] = {
    **dict.fromkeys(_STRUCTURED | _UNSTRUCTURED, _checked_as()),
    "mv": _checked_as("wrapper_CUDA_addmv_out_out", self="mat"),
    "stack": _checked_as("wrapper_CUDA_cat"),
    "embedding": _checked_as("wrapper_CUDA__index_select", weight="self", indices="index"),
    "convolution": _convolution,
    "masked_fill": _mask,
    "_pack_padded_sequence": _packing,
    "index": _indexing,
    "index_put": _indexing,
    "_index_put_impl": _indexing,
    **dict.fromkeys(("copy", "fill", "index_fill", "set", "is_same_size", "_foreach_copy"), _where_self_is),
    **dict.fromkeys(("_fused_adam", "_fused_adamw", "_fused_sgd", "_fused_adagrad"), _where_self_is),
}
