"""What a child may send, for Hypothesis: trees that are nearly right, and the values that trees become."""

from __future__ import annotations

import math

import hypothesis.strategies as st
import numpy as np
import torch

from grader.sandbox.values import ARRAY_DTYPES, DTYPES, Handle, NumpyScalar

TEXT = st.text(st.characters(exclude_categories=()), max_size=20) | st.sampled_from(
    [
        "",
        "\x1b]0;x\x07",
        "\n::error::x",
        "##[error]x",
        "</style><script>x</script>",
        "\u202e\u2066\x00\ud800",
        "0" * 5000,
    ]
)
NUMBERS = (
    st.integers()
    | st.floats()
    | st.sampled_from([-1, 1 << 31, 1 << 40, 1 << 63, 1 << 1024, 10**4299, -(10**4299), 5e-324, 1e308])
)
LEAVES = st.none() | st.booleans() | NUMBERS | TEXT
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT | st.just("$"), inner, max_size=4),
    max_leaves=10,
)
SHAPES = st.lists(st.sampled_from([0, 1, 2, 3, 4]), max_size=4)


@st.composite
def tensors(draw: st.DrawFn) -> torch.Tensor:
    """A tensor as the decoder gives it: any dtype that crosses, any bytes."""
    dtype = draw(st.sampled_from(list(DTYPES.values())))
    shape = draw(SHAPES)
    size = math.prod(shape) * dtype.itemsize
    if not size or dtype is torch.bool:
        return torch.ones(shape, dtype=dtype)
    data = draw(st.binary(min_size=size, max_size=size))
    tensor = torch.frombuffer(bytearray(data), dtype=dtype).reshape(shape)
    return tensor.requires_grad_(draw(st.booleans()) and (dtype.is_floating_point or dtype.is_complex))


@st.composite
def arrays(draw: st.DrawFn) -> np.ndarray:
    """An array as the decoder gives it, each of its bytes the same."""
    return np.full(draw(SHAPES), draw(st.integers(0, 1)), dtype=draw(st.sampled_from(sorted(ARRAY_DTYPES))))


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 1023), 1 << 1023)
    | st.floats()
    | TEXT
    | st.binary(max_size=8)
    | st.complex_numbers()
    | tensors()
    | arrays()
    | st.builds(NumpyScalar, st.sampled_from(sorted(ARRAY_DTYPES)), st.floats())
    | st.sampled_from(list(DTYPES.values()))
    | st.just(torch.device("cuda:1"))
    | st.just(torch.Size([2, 3]))
    | st.builds(Handle, st.integers(), TEXT),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=6,
)
