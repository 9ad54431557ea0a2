"""The wire: what may cross comes out as it went in, and nothing that anybody sends breaks the reader."""

from __future__ import annotations

import io
import json
import tracemalloc
from collections.abc import Callable

import hypothesis.strategies as st
import numpy as np
import pytest
import torch
from hypothesis import given

from grader.sandbox.decode import Decoder
from grader.sandbox.encode import Encoder, message
from grader.sandbox.values import DTYPES, Handle, NumpyScalar
from grader.sandbox.wire import CAPS, PREFIX, Caps, Frame, WireError, read_frame


def crossed(value: object) -> object:
    """The value after a way over the wire."""
    stream = io.BytesIO()
    message({"id": 1}, value).write_to(stream)
    stream.seek(0)
    frame = read_frame(stream)
    assert frame is not None
    return Decoder(frame.buffers).decode(frame.header["value"])


def raw(header: object, body: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return PREFIX.pack(len(text), len(body)) + text + body


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 1023), 1 << 1023)
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
    | st.complex_numbers(allow_nan=False),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(plain)
def test_plain_data_crosses_as_it_is(value: object) -> None:
    there = crossed(value)
    assert there == value
    assert type(there) is type(value)


@pytest.mark.parametrize("dtype", DTYPES.values(), ids=DTYPES.keys())
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 3), (2, 3)])
def test_tensors_cross_bit_for_bit(dtype: torch.dtype, shape: tuple[int, ...]) -> None:
    tensor = (torch.randn(shape) * 3).to(dtype)
    there = crossed(tensor)
    assert isinstance(there, torch.Tensor)
    assert there.dtype == dtype
    assert torch.equal(there, tensor)


@pytest.mark.parametrize(
    "tensor",
    [
        torch.arange(6.0).reshape(2, 3).t(),
        torch.ones(1).expand(4),
        torch.arange(9)[::2],
        torch.randn(3, dtype=torch.cfloat).conj(),
    ],
    ids=["transposed", "expanded", "strided", "conjugated"],
)
def test_views_cross_as_their_values(tensor: torch.Tensor) -> None:
    there = crossed(tensor)
    assert isinstance(there, torch.Tensor)
    assert torch.equal(there, tensor)


def test_requires_grad_crosses_and_the_graph_does_not() -> None:
    there = crossed(torch.ones(2, requires_grad=True) * 2)
    assert isinstance(there, torch.Tensor)
    assert there.requires_grad
    assert there.grad_fn is None


def test_torch_and_numpy_values_cross() -> None:
    assert crossed(torch.float16) is torch.float16
    assert crossed(torch.device("cuda:1")) == torch.device("cuda:1")
    assert crossed(torch.Size([2, 3])) == torch.Size([2, 3])
    assert crossed(np.float32(0.5)) == NumpyScalar("float32", 0.5)
    assert type(crossed(np.float64(0.5))) is float
    array = crossed(np.arange(6, dtype=np.int16).reshape(2, 3).T)
    assert isinstance(array, np.ndarray)
    assert array.dtype == np.int16
    assert array.tolist() == [[0, 3], [1, 4], [2, 5]]


def test_what_cannot_cross_becomes_a_handle_or_an_error() -> None:
    kept: list[object] = []

    def keep(value: object) -> Handle:
        kept.append(value)
        return Handle(len(kept), type(value).__name__)

    for value in (
        object(),
        {1: 2},
        torch.ones(2).to_sparse(),
        np.array(["a"]),
        torch.ones(1, device="meta"),
        lambda: 1,
    ):
        encoder = Encoder(keep=keep)
        tree = encoder.encode(value)
        assert Decoder(encoder.buffers).decode(tree) == Handle(len(kept), type(value).__name__)
        assert kept[-1] is value
        with pytest.raises(TypeError):
            Encoder().encode(value)


def test_a_list_that_holds_itself_is_cut_off() -> None:
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(TypeError):
        Encoder().encode(endless)


LIES = {
    "bytes and shape differ": {"$": "tensor", "dtype": "float32", "shape": [3], "requires_grad": False, "buffer": 0},
    "huge shape": {"$": "tensor", "dtype": "float32", "shape": [1 << 60], "requires_grad": False, "buffer": 0},
    "negative shape": {"$": "tensor", "dtype": "float32", "shape": [-1], "requires_grad": False, "buffer": 0},
    "overflowing shape": {"$": "tensor", "dtype": "int8", "shape": [1 << 39] * 3, "requires_grad": False, "buffer": 0},
    "empty but vast": {"$": "tensor", "dtype": "int8", "shape": [0, 1 << 62], "requires_grad": False, "buffer": 0},
    "too many dimensions": {"$": "tensor", "dtype": "int8", "shape": [1] * 100, "requires_grad": False, "buffer": 0},
    "bool shape": {"$": "tensor", "dtype": "float32", "shape": [True], "requires_grad": False, "buffer": 0},
    "unknown dtype": {"$": "tensor", "dtype": "object", "shape": [1], "requires_grad": False, "buffer": 0},
    "object array": {"$": "array", "dtype": "object", "shape": [1], "buffer": 0},
    "buffer beyond": {"$": "bytes", "buffer": 7},
    "negative buffer": {"$": "bytes", "buffer": -1},
    "buffer by name": {"$": "bytes", "buffer": "0"},
    "unknown tag": {"$": "pickle", "buffer": 0},
    "no tag": {"buffer": 0},
    "attribute for a dtype": {"$": "dtype", "name": "load"},
    "device of another world": {"$": "device", "name": "a\x00b"},
    "size of nothing": {"$": "size", "items": None},
    "dict with a list for key": {"$": "dict", "items": [[[], 1]]},
    "dict of triples": {"$": "dict", "items": [["a", 1, 2]]},
    "handle by text": {"$": "handle", "id": "1", "type": "x"},
    "complex of three": {"$": "complex", "parts": [1, 2, 3]},
    "integer without end": 1 << 1025,
    "one buffer for two": [{"$": "bytes", "buffer": 0}, {"$": "bytes", "buffer": 0}],
    "scalar that overflows": {"$": "scalar", "dtype": "int8", "value": 1000},
    "scalar of nothing": {"$": "scalar", "dtype": "float64", "value": None},
    "scalar of text": {"$": "scalar", "dtype": "float64", "value": "1.5"},
    "complex of text": {"$": "complex", "parts": ["1", "2"]},
    "tag of a list": {"$": []},
}


@pytest.mark.parametrize("tree", LIES.values(), ids=LIES.keys())
def test_lies_are_wire_errors(tree: object) -> None:
    with pytest.raises(WireError):
        Decoder([b"12345678"]).decode(tree)


def test_nesting_and_numbers_of_values_are_bounded() -> None:
    deep: object = 1
    for _ in range(CAPS.depth + 5):
        deep = [deep]
    with pytest.raises(WireError):
        Decoder([]).decode(deep)
    with pytest.raises(WireError):
        Decoder([], caps=Caps(values=100)).decode([0] * 101)


def test_a_tag_as_deep_as_json_can_be_is_a_wire_error() -> None:
    for depth in range(900, 1000):  # somewhere here json can still read what repr can no longer write
        try:
            tree = json.loads("[" * 23 + '{"$":' + "[" * depth + "]" * depth + "}" + "]" * 23)
        except RecursionError:
            return
        with pytest.raises(WireError):
            Decoder([]).decode(tree)


def test_a_bool_is_no_or_yes_whatever_byte_came() -> None:
    for tag in ("array", "tensor"):
        tree = {"$": tag, "dtype": "bool", "shape": [3], "requires_grad": False, "buffer": 0}
        value = Decoder([b"\x00\x01\x07"]).decode(tree)
        assert int(value.sum()) == 2
        assert (value == np.array([False, True, True])).all() if tag == "array" else value.tolist() == [0, 1, 1]


@pytest.mark.filterwarnings("error")
def test_what_is_too_large_for_its_dtype_is_infinite_without_a_warning() -> None:
    assert Decoder([]).decode({"$": "scalar", "dtype": "float32", "value": 1e300}) == NumpyScalar("float32", np.inf)


@pytest.mark.parametrize(
    "data",
    [
        b"\0",
        PREFIX.pack(1 << 31, 0),
        PREFIX.pack(2, 1 << 62) + b"{}",
        PREFIX.pack(5, 0) + b"{}",
        PREFIX.pack(2, 0) + b"[]",
        PREFIX.pack(3, 0) + b"\xff\xff\xff",
        PREFIX.pack(200_000, 0) + b"[" * 200_000,
        raw({"sizes": [4]}, b"123"),
        raw({"sizes": [-1, 4]}, b"123"),
        raw({"sizes": [True]}, b"1"),
        raw({"sizes": "4"}, b"1234"),
        raw({}, b""),
    ],
    ids=range(12),
)
def test_broken_frames_are_wire_errors(data: bytes) -> None:
    with pytest.raises(WireError):
        read_frame(io.BytesIO(data))


@pytest.mark.parametrize("body", [b"", bytes(3 << 20)], ids=["nothing", "3 MB"])
def test_a_frame_that_claims_much_takes_as_much_memory_as_has_come(body: bytes) -> None:
    header = json.dumps({"sizes": [CAPS.body]}).encode()
    stream = io.BufferedReader(io.BytesIO(PREFIX.pack(len(header), CAPS.body) + header + body))  # type: ignore[arg-type]
    assert peak(lambda: read_frame(stream)) < 2 * len(body) + (3 << 20)


DENSE = [
    b"{},",
    b"[],",
    b"[0],",
    b'{"a":0},',
    b'[{"a":[]}],',
    b'"ab",',
    b"999,",
    b"1e9,",
    b'{"a":' * 900 + b"0" + b"}" * 900 + b",",
]


@pytest.mark.parametrize("unit", DENSE, ids=lambda unit: unit[:12].decode())
@pytest.mark.parametrize("share", [1.0, 0.5, 0.2, 0.1])
def test_the_densest_header_takes_a_few_tens_of_megabytes(unit: bytes, share: float) -> None:
    """Full, it is refused before it is read; at some length below it is read, and holds as much as it can."""
    start, end = b'{"sizes":["no size"],"value":[', b"0]}"
    text = start + unit * int(share * (CAPS.header - len(start) - len(end)) / len(unit)) + end
    assert peak(lambda: read_frame(io.BytesIO(PREFIX.pack(len(text), 0) + text))) < 80 << 20


def test_what_a_text_says_is_not_counted_as_values() -> None:
    text = "[{,x" * 400_000
    stream = io.BytesIO()
    message({"kind": "value"}, text).write_to(stream)
    stream.seek(0)
    frame = read_frame(stream)
    assert frame is not None
    assert Decoder(frame.buffers).decode(frame.header["value"]) == text


@pytest.mark.parametrize("text", ["\\" * 1_000_000, '"' * 1_000_000 + "[" * 300_000, '\\"[,' * 100_000])
def test_a_text_full_of_quotes_is_read_or_refused(text: str) -> None:
    try:
        stream = io.BytesIO()
        message({"kind": "value"}, text).write_to(stream)
    except WireError:
        return
    stream.seek(0)
    frame = read_frame(stream)
    assert frame is not None
    assert frame.header["value"] == text


def test_too_many_values_are_not_written() -> None:
    with pytest.raises(WireError, match="too many values"):
        Frame({"value": [[]] * 250_000}).write_to(io.BytesIO())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_a_header_in_another_alphabet_is_no_header(encoding: str) -> None:
    text = '{"sizes": [], "value": "\u2c22"}'.encode(encoding)
    with pytest.raises(WireError):
        read_frame(io.BytesIO(PREFIX.pack(len(text), 0) + text))


def peak(read: Callable[[], object]) -> int:
    """The bytes that a reading which must fail has held at most."""
    tracemalloc.start()
    try:
        with pytest.raises(WireError):
            read()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_the_end_of_the_stream_is_no_frame() -> None:
    assert read_frame(io.BytesIO()) is None


def test_a_frame_over_the_cap_is_not_written() -> None:
    stream = io.BytesIO()
    with pytest.raises(WireError):
        Frame({}, (bytes(CAPS.body + 1),)).write_to(stream)
    assert stream.getvalue() == b""


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["$", "items", "shape", "dtype", "buffer", "id", "type", "value", "name"]), inner
        )
    ),
    max_leaves=12,
)
TAGS = "tuple dict tensor array scalar bytes int complex dtype device size handle"
KEYS = "items shape dtype buffer id type value name hex parts requires_grad"
tagged = st.fixed_dictionaries(
    {"$": st.sampled_from(TAGS.split())},
    optional=dict.fromkeys(KEYS.split(), json_like) | {"dtype": st.sampled_from([*DTYPES, "x"])},
)


@given(tagged | json_like, st.lists(st.binary(max_size=16), max_size=2))
def test_no_tree_raises_anything_but_a_wire_error(tree: object, buffers: list[bytes]) -> None:
    try:
        Decoder(buffers).decode(tree)
    except WireError:
        return


@given(tagged | json_like, st.lists(st.binary(max_size=16), max_size=2))
def test_whatever_came_can_be_handed_back(tree: object, buffers: list[bytes]) -> None:
    try:
        value = Decoder(buffers).decode(tree)
    except WireError:
        return
    encoder = Encoder()
    order = encoder.encode({"target": "f", "arguments": [value]})
    there = Decoder(encoder.buffers, resolve=lambda number: Handle(number)).decode(order)["arguments"][0]
    assert type(there) is type(value) or isinstance(value, NumpyScalar)


@pytest.mark.parametrize("inmost", [1, [], {"$": "tuple", "items": []}], ids=["leaf", "list", "tuple"])
def test_what_is_as_deep_as_it_may_be_can_be_handed_back(inmost: object) -> None:
    tree, value = inmost, None
    for _ in range(CAPS.depth + 3):
        try:
            value = Decoder([]).decode(tree)
        except WireError:
            break
        tree = [tree]
    else:
        raise AssertionError("it may be deeper than that")
    order = Encoder().encode({"arguments": [value]})
    assert Decoder([], resolve=lambda number: None).decode(order) == {"arguments": [value]}


def test_a_numpy_scalar_is_one_again_where_it_came_from() -> None:
    there = Decoder([], resolve=lambda number: None).decode(Encoder().encode(NumpyScalar("float32", 0.5)))
    assert type(there) is np.float32
    assert there == 0.5


@given(st.binary(max_size=64))
def test_no_bytes_raise_anything_but_a_wire_error(data: bytes) -> None:
    try:
        read_frame(io.BytesIO(data))
    except WireError:
        return
