"""The simulated accelerator, as students meet it, and held to a real CUDA device where there is one.

On a machine with a GPU the comparison runs by itself with `pytest tests/test_accelerator.py -k real_device`.
"""

from __future__ import annotations

import copy
import io
import re
import textwrap
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from grader.sandbox.inside.accelerator import Simulation, simulate

HAS_CUDA = torch.cuda.is_available()  # asked before anything is simulated

MIXED = "Expected all tensors to be on the same device"
TWO_DEVICES = re.escape(f"{MIXED}, but found at least two devices, cuda:0 and cpu!")
DATA_ON_CPU = re.escape(
    f"{MIXED}, but got mat1 is on cpu, different from other tensors on cuda:0 "
    "(when checking argument in method wrapper_CUDA_addmm)"
)
DATA_ON_CUDA = re.escape(
    f"{MIXED}, but got mat1 is on cuda:0, different from other tensors on cpu "
    "(when checking argument in method wrapper_CUDA_addmm)"
)
NO_NUMPY = re.escape(
    "can't convert cuda:0 device type tensor to numpy. Use Tensor.cpu() to copy the tensor to host memory first."
)


@pytest.fixture
def cuda() -> Iterator[Simulation]:
    with simulate(cuda=True, mps=False) as simulation:
        yield simulation


def make_model(*, batch_norm: bool = False) -> nn.Sequential:
    torch.manual_seed(7)
    middle = [nn.BatchNorm1d(8), nn.ReLU()] if batch_norm else [nn.ReLU()]
    return nn.Sequential(nn.Linear(4, 8), *middle, nn.Linear(8, 1), nn.Sigmoid())


def make_data() -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(3)
    points = torch.randn(64, 4)
    return points, (points.pow(2).sum(dim=1, keepdim=True) < 3).float()


def load(source: str) -> dict[str, Any]:
    """A submission's names. Its own imports come on top of the usual three."""
    names: dict[str, Any] = {"torch": torch, "nn": nn, "np": np}
    exec(compile(textwrap.dedent(source), "submission.py", "exec"), names)  # our own snippets
    return names


# --- ex4 in many hands ---

RIGHT_TRAINING = {
    "plain": """
        def train_on(device, model, X, y, epochs=20, lr=0.01):
            model.to(device)
            X, y = X.to(device), y.to(device)
            optimizer = torch.optim.Adam(model.parameters(), lr=lr)
            loss_fn = nn.BCELoss()
            losses = []
            for _ in range(epochs):
                optimizer.zero_grad()
                loss = loss_fn(model(X), y)
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
            return losses
    """,
    "optimizer before the move": """
        def train_on(device, model, X, y, epochs=20, lr=0.01):
            optimizer = torch.optim.Adam(model.parameters(), lr=lr)
            model = model.to(torch.device(device))
            X = X.to(device=device, non_blocking=True); y = y.to(next(model.parameters()).device)
            losses = []
            for _ in range(epochs):
                loss = torch.nn.functional.binary_cross_entropy(model(X), y)
                optimizer.zero_grad(set_to_none=False)
                loss.backward()
                optimizer.step()
                losses.append(float(loss.detach().cpu()))
            return losses
    """,
    "loader, moved batch by batch": """
        from torch.utils.data import DataLoader, TensorDataset
        def train_on(device, model, X, y, epochs=20, lr=0.01):
            model.to(device).train()
            loader = DataLoader(TensorDataset(X, y), batch_size=len(X), pin_memory=True)
            optimizer = torch.optim.Adam(model.parameters(), lr=lr)
            losses = []
            for _ in range(epochs):
                for xb, yb in loader:
                    xb = xb.to(device, torch.float32)
                    yb = yb.to(xb)
                    optimizer.zero_grad()
                    loss = nn.BCELoss()(model(xb), yb)
                    loss.backward()
                    optimizer.step()
                losses.append(loss.tolist())
            return losses
    """,
    "dataset on the device, losses gathered there": """
        def train_on(device, model, X, y, epochs=20, lr=0.01):
            for module in model.modules():
                module.to(device)
            X = torch.as_tensor(X, device=device)
            y = torch.as_tensor(y, dtype=torch.float32, device=device)
            optimizer = torch.optim.Adam(model.parameters(), lr=lr)
            losses = torch.zeros(epochs, device=device)
            for epoch in range(epochs):
                optimizer.zero_grad()
                loss = nn.BCELoss()(model(X), y)
                loss.backward()
                optimizer.step()
                losses[epoch] = loss.detach()
            if torch.cuda.is_available():
                torch.cuda.synchronize()
                torch.cuda.empty_cache()
            return losses.cpu().numpy().astype(float).tolist()
    """,
    "default device, schedule and clipping that change nothing": """
        def train_on(device, model, X, y, epochs=20, lr=0.01):
            with torch.device(device):
                model.to(device)
                inputs = torch.empty(X.shape).copy_(X)
                targets = torch.zeros_like(y, device=device) + y.to(device)
                optimizer = torch.optim.Adam(model.parameters(), lr=lr)
                schedule = torch.optim.lr_scheduler.StepLR(optimizer, step_size=10_000)
                losses = []
                for _ in range(epochs):
                    loss = nn.BCELoss()(model(inputs), targets)
                    grads = torch.autograd.grad(loss, list(model.parameters()))
                    for parameter, grad in zip(model.parameters(), grads):
                        parameter.grad = grad
                    torch.nn.utils.clip_grad_norm_(model.parameters(), 1e9)
                    optimizer.step(); schedule.step()
                    losses.append(loss.item())
                return losses
    """,
    "Adam by hand": """
        def train_on(device, model, X, y, epochs=20, lr=0.01):
            model.to(device); X = X.to(device); y = y.to(device)
            optimizer = torch.optim.Adam(model.parameters(), lr=lr, foreach=False)
            def closure():
                optimizer.zero_grad()
                loss = nn.BCELoss()(model(X), y)
                loss.backward(gradient=torch.ones_like(loss))
                return loss
            return [optimizer.step(closure).item() for _ in range(epochs)]
    """,
    "loss on the CPU": """
        def train_on(device, model, X, y, epochs=20, lr=0.01):
            model.to(device); X = X.to(device)
            optimizer = torch.optim.Adam(model.parameters(), lr=lr)
            losses = []
            for _ in range(epochs):
                optimizer.zero_grad()
                loss = nn.BCELoss()(model(X).cpu(), y)
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
            return losses
    """,
    "autocast off, scaler off, gpu helpers": """
        def train_on(device, model, X, y, epochs=20, lr=0.01):
            device = torch.device(device)
            if device.type == "cuda":
                model.cuda(); X = X.cuda(non_blocking=True); y = y.cuda(0)
                assert torch.cuda.get_device_name(device) and torch.cuda.get_device_properties(0).total_memory
            scaler = torch.amp.GradScaler(device.type, enabled=False)
            optimizer = torch.optim.Adam(model.parameters(), lr=lr)
            losses = []
            for _ in range(epochs):
                optimizer.zero_grad(set_to_none=True)
                with torch.autocast(device.type, enabled=False):
                    loss = nn.BCELoss()(model(X), y)
                scaler.scale(loss).backward()
                scaler.step(optimizer); scaler.update()
                losses.append(loss.item())
            return losses
    """,
    "hooks and a loss of one's own": """
        class Mean(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                ctx.save_for_backward(x)
                return x.mean()
            @staticmethod
            def backward(ctx, grad):
                x, = ctx.saved_tensors
                assert grad.device == x.device
                return grad * torch.full(x.shape, 1 / x.numel(), device=x.device)
        def train_on(device, model, X, y, epochs=20, lr=0.01):
            model.to(device); X = X.to(device); y = y.to(device)
            seen = []
            for parameter in model.parameters():
                parameter.register_hook(lambda grad: seen.append(grad.device) or grad.clone())
            optimizer = torch.optim.Adam(model.parameters(), lr=lr)
            losses = []
            for _ in range(epochs):
                optimizer.zero_grad()
                loss = Mean.apply(nn.BCELoss(reduction="none")(model(X), y))
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
            assert set(seen) == {next(model.parameters()).device}
            return losses
    """,
}


@pytest.mark.parametrize("batch_norm", [False, True], ids=["plain", "batch norm"])
@pytest.mark.parametrize("device", ["cuda", "cuda:0", torch.device("cuda"), torch.device("cuda", 0)], ids=str)
@pytest.mark.parametrize("style", RIGHT_TRAINING)
def test_right_training_gives_the_losses_of_a_cpu_run(style: str, device: Any, batch_norm: bool) -> None:
    points, labels = make_data()
    on_cpu = make_model(batch_norm=batch_norm)
    expected = load(RIGHT_TRAINING["plain"])["train_on"]("cpu", on_cpu, points, labels)
    with simulate(cuda=True, mps=False) as simulation:
        trained = make_model(batch_norm=batch_norm)
        losses = load(RIGHT_TRAINING[style])["train_on"](device, trained, points, labels)
        tensors = [*trained.parameters(), *trained.buffers()]
        assert {str(simulation.device_of(tensor)) for tensor in tensors} == {"cuda:0"}
        assert all(isinstance(loss, float) for loss in losses)
        values = [tensor.detach().cpu() for tensor in tensors]
        assert all(p.is_leaf and p.requires_grad for p in trained.parameters())
        assert str(points.device) == "cpu"
    assert losses == pytest.approx(expected, rel=1e-6)
    if style in ("plain", "optimizer before the move"):
        assert losses == expected
        original = [*on_cpu.parameters(), *on_cpu.buffers()]
        assert all(torch.equal(a, b) for a, b in zip(values, original, strict=True))


@pytest.mark.parametrize("style", RIGHT_TRAINING)
@pytest.mark.parametrize("machine", [{"cuda": True, "mps": False}, {"cuda": False, "mps": False}], ids=str)
def test_right_training_works_on_the_cpu_too(style: str, machine: dict[str, bool]) -> None:
    with simulate(**machine):
        model = make_model(batch_norm=True)
        losses = load(RIGHT_TRAINING[style])["train_on"]("cpu", model, *make_data())
        assert losses[-1] < losses[0]
        assert {tensor.device for tensor in model.state_dict().values()} == {torch.device("cpu")}


@pytest.mark.parametrize("style", [s for s in RIGHT_TRAINING if "gpu" not in s])
def test_right_training_on_metal(style: str) -> None:
    points, labels = make_data()
    with simulate(cuda=False, mps=True):
        model = make_model()
        losses = load(RIGHT_TRAINING[style])["train_on"]("mps", model, points, labels)
        assert losses[-1] < losses[0]
        assert {str(p.device) for p in model.parameters()} == {"mps:0"}


@pytest.mark.parametrize("maker", ["SGD", "AdamW", "RMSprop", "Adagrad", "NAdam"])
def test_other_optimizers_keep_their_state_beside_the_parameters(cuda: Simulation, maker: str) -> None:
    def train(device: str) -> list[torch.Tensor]:
        points, labels = (tensor.to(device) for tensor in make_data())
        model = make_model().to(device)
        optimizer = getattr(torch.optim, maker)(model.parameters(), lr=0.01, weight_decay=0.1)
        for _ in range(3):
            optimizer.zero_grad()
            nn.functional.binary_cross_entropy(model(points), labels).backward()
            optimizer.step()
        for state in optimizer.state.values():
            for name, value in state.items():
                if isinstance(value, torch.Tensor) and name not in ("step", "mu_product"):
                    assert value.device.type == device
        return [p.detach().cpu() for p in model.parameters()]

    for on_cuda, on_cpu in zip(train("cuda"), train("cpu"), strict=True):
        torch.testing.assert_close(on_cuda, on_cpu)


def test_adam_counts_its_steps_on_the_cpu(cuda: Simulation) -> None:
    model = make_model().cuda()
    optimizer = torch.optim.Adam(model.parameters())
    model(make_data()[0].cuda()).sum().backward()
    optimizer.step()
    state = optimizer.state[next(model.parameters())]
    assert (str(state["step"].device), str(state["exp_avg"].device)) == ("cpu", "cuda:0")
    fused = torch.optim.Adam(model.parameters(), fused=True)
    fused.step()
    restored = torch.optim.Adam(model.parameters())
    restored.load_state_dict(optimizer.state_dict())
    restored.step()
    assert str(restored.state[next(model.parameters())]["exp_avg"].device) == "cuda:0"


RIGHT_PREDICTION = {
    "no_grad, cpu, numpy": """
        def predict_numpy(model, X):
            device = next(model.parameters()).device
            with torch.no_grad():
                return model(X.to(device)).cpu().numpy()
    """,
    "detach first": """
        def predict_numpy(model, X):
            return model(X.to(model[0].weight.device)).detach().cpu().numpy()
    """,
    "cpu first": """
        def predict_numpy(model, X):
            return model(X.to(next(model.parameters()))).cpu().detach().numpy()
    """,
    "inference mode": """
        @torch.inference_mode()
        def predict_numpy(model, X):
            if next(model.parameters()).is_cuda:
                X = X.cuda()
            return np.asarray(model(X).to("cpu"))
    """,
    "force": """
        def predict_numpy(model, X):
            return model(X.to(next(model.parameters()).device)).numpy(force=True)
    """,
    "through lists": """
        def predict_numpy(model, X):
            device = list(model.state_dict().values())[0].device
            rows = [model(row.unsqueeze(0)).squeeze(0) for row in X.to(device)]
            return np.array(torch.stack(rows).tolist(), dtype=np.float32)
    """,
    "a copy on the cpu": """
        import copy
        def predict_numpy(model, X):
            with torch.no_grad():
                return copy.deepcopy(model).cpu()(X).data.numpy()
    """,
}


@pytest.mark.parametrize("place", ["cuda", "cpu"])
@pytest.mark.parametrize("style", RIGHT_PREDICTION)
def test_right_prediction_returns_the_model_output(cuda: Simulation, style: str, place: str) -> None:
    model = make_model().to(place)
    points, _ = make_data()
    predicted = load(RIGHT_PREDICTION[style])["predict_numpy"](model, points)
    assert isinstance(predicted, np.ndarray)
    assert (predicted.dtype, predicted.shape) == (np.float32, (64, 1))
    expected = make_model()(points).detach().numpy()
    np.testing.assert_allclose(predicted, expected, rtol=1e-6)
    assert {p.device.type for p in model.parameters()} == {place}


_TRAIN = """
def train_on(device, model, X, y, epochs=2, lr=0.01):
    {moves}
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        optimizer.zero_grad()
        loss = nn.BCELoss()(model(X), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
"""
WRONG_TRAINING = {
    "model only": ("model.to(device)", RuntimeError, DATA_ON_CPU),
    "data only": ("X = X.to(device); y = y.to(device)", RuntimeError, DATA_ON_CUDA),
    "labels forgotten": ("model.to(device); X = X.to(device)", RuntimeError, TWO_DEVICES),
    "inputs forgotten": ("model.to(device); y = y.to(device)", RuntimeError, DATA_ON_CPU),
    "result thrown away": ("model.to(device); X.to(device); y.to(device)", RuntimeError, DATA_ON_CPU),
    "method on the class": ("model.cuda(); torch.Tensor.to(X, device)", RuntimeError, DATA_ON_CPU),
    "from_numpy stays": (
        "model.cuda(); X = torch.from_numpy(X.numpy()); y = y.cuda()",
        RuntimeError,
        DATA_ON_CPU,
    ),
}


@pytest.mark.parametrize("batch_norm", [False, True], ids=["plain", "batch norm"])
@pytest.mark.parametrize("mistake", WRONG_TRAINING)
def test_wrong_training_raises_what_pytorch_raises(cuda: Simulation, mistake: str, batch_norm: bool) -> None:
    moves, kind, words = WRONG_TRAINING[mistake]
    train_on = load(_TRAIN.format(moves=moves))["train_on"]
    with pytest.raises(kind, match=f"^{words}$"):
        train_on("cuda", make_model(batch_norm=batch_norm), *make_data())


WRONG_PREDICTION = {
    "no cpu": ("model(X.cuda()).detach().numpy()", TypeError, NO_NUMPY),
    "no cpu, with gradients": ("model(X.cuda()).numpy()", TypeError, NO_NUMPY),
    "asarray": ("np.asarray(model(X.cuda()).detach())", TypeError, NO_NUMPY),
    "np.array": ("np.array(model(X.cuda()).detach())", TypeError, NO_NUMPY),
    "no detach": (
        "model(X.cuda()).cpu().numpy()",
        RuntimeError,
        re.escape("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead."),
    ),
    "input not moved": ("model(X).cpu().detach().numpy()", RuntimeError, DATA_ON_CPU),
}


@pytest.mark.parametrize("mistake", WRONG_PREDICTION)
def test_wrong_prediction_raises_what_pytorch_raises(cuda: Simulation, mistake: str) -> None:
    expression, kind, words = WRONG_PREDICTION[mistake]
    predict = load(f"def predict_numpy(model, X):\n    return {expression}")["predict_numpy"]
    with pytest.raises(kind, match=f"^{words}$"):
        predict(make_model().cuda(), make_data()[0])


PICKS = {
    "ladder": """
        def pick_device():
            if torch.cuda.is_available():
                return torch.device("cuda")
            if torch.backends.mps.is_available():
                return torch.device("mps")
            return torch.device("cpu")
    """,
    "decided at import, by count": """
        DEVICE = "cuda:0" if torch.cuda.device_count() > 0 else "mps" if torch.mps.device_count() else "cpu"
        def pick_device():
            return torch.device(DEVICE)
    """,
    "torch.accelerator": """
        def pick_device():
            if torch.accelerator.is_available():
                return torch.accelerator.current_accelerator()
            return torch.device("cpu")
    """,
    "by trying": """
        def pick_device():
            for name in ("cuda", "mps"):
                try:
                    return torch.zeros(1).to(name).device
                except (AssertionError, RuntimeError):
                    pass
            return torch.zeros(1).device
    """,
    "by factory": """
        def pick_device():
            for name in ("cuda", "mps"):
                try:
                    return torch.ones(1, device=name).device
                except Exception:
                    pass
            return torch.empty(0).device
    """,
    "by number": """
        def pick_device():
            return torch.device(0) if torch.accelerator.device_count() else torch.device("cpu")
    """,
}


@pytest.mark.parametrize("style", PICKS)
@pytest.mark.parametrize(
    ("machine", "expected"),
    [
        ({"cuda": False, "mps": False}, "cpu"),
        ({"cuda": False, "mps": True}, "mps"),
        ({"cuda": True, "mps": False}, "cuda"),
        ({"cuda": True, "mps": True}, "cuda"),
    ],
    ids=str,
)
def test_right_picks_under_each_availability(style: str, machine: dict[str, bool], expected: str) -> None:
    with simulate(**machine):
        assert load(PICKS[style])["pick_device"]().type == expected


# --- what must hold beyond ex4 ---


def test_every_query_agrees_with_cuda(cuda: Simulation) -> None:
    assert torch.cuda.is_available()
    assert torch.cuda.device_count() == 1
    assert torch.cuda.current_device() == 0
    assert torch.cuda.is_initialized()
    assert isinstance(torch.cuda.get_device_name(), str)
    assert torch.cuda.get_device_properties("cuda").total_memory > 0
    assert len(torch.cuda.get_device_capability(0)) == 2
    assert torch.accelerator.is_available()
    assert str(torch.accelerator.current_accelerator()) == "cuda"
    assert (torch.accelerator.device_count(), torch.accelerator.current_device_index()) == (1, 0)
    assert not torch.backends.mps.is_available()
    assert not torch.mps.is_available()
    torch.accelerator.synchronize()
    torch.cuda.synchronize()
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()
    torch.cuda.manual_seed_all(0)
    assert torch.cuda.memory_allocated() + torch.cuda.max_memory_allocated() >= 0
    start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    with torch.cuda.stream(torch.cuda.Stream()), torch.cuda.device(0):
        start.record()
        end.record()
    end.synchronize()
    assert start.elapsed_time(end) >= 0


def test_every_query_agrees_without_any() -> None:
    with simulate(cuda=False, mps=False):
        assert not torch.cuda.is_available()
        assert torch.cuda.device_count() == torch.mps.device_count() == torch.accelerator.device_count() == 0
        assert not torch.backends.mps.is_available()
        assert not torch.backends.cuda.is_built()
        assert not torch.accelerator.is_available()
        assert torch.accelerator.current_accelerator() is None
        for attempt in (
            lambda: torch.ones(1).cuda(),
            lambda: torch.ones(1).to("cuda"),
            lambda: torch.zeros(1, device="cuda"),
            lambda: nn.Linear(1, 1).cuda(),
            lambda: nn.Linear(1, 1, device="cuda"),
            torch.cuda.current_device,
            torch.cuda.synchronize,
            torch.cuda.get_device_name,
        ):
            with pytest.raises(AssertionError, match=r"^Torch not compiled with CUDA enabled$"):
                attempt()
        with pytest.raises(RuntimeError, match="not linked with support for mps devices"):
            torch.ones(1).to("mps")
        with pytest.raises(RuntimeError, match=r"none is available\.$"):
            torch.accelerator.synchronize()


def test_leaving_puts_everything_back() -> None:
    before = {name: getattr(torch.cuda, name) for name in dir(torch.cuda)}
    with simulate(cuda=True, mps=True):
        inside = torch.ones(2).cuda()
    assert {name: getattr(torch.cuda, name) for name in dir(torch.cuda)} == before
    assert "device" not in vars(torch.Tensor)
    assert str(inside.device) == "cpu"
    assert torch.cuda.is_available() == HAS_CUDA


def test_a_tensor_reports_its_device_in_every_way(cuda: Simulation) -> None:
    here, there = torch.ones(2), torch.ones(2).cuda()
    assert (here.is_cuda, here.is_cpu, here.get_device(), here.type()) == (
        False,
        True,
        -1,
        "torch.FloatTensor",
    )
    assert (there.is_cuda, there.is_cpu, there.get_device()) == (True, False, 0)
    assert there.type() == "torch.cuda.FloatTensor"
    assert (there.device.type, there.device.index) == ("cuda", 0)
    assert repr(there) == "tensor([1., 1.], device='cuda:0')"
    assert repr(there * nn.Parameter(there)) == "tensor([1., 1.], device='cuda:0', grad_fn=<MulBackward0>)"
    assert f"{there.sum():.1f} {there.sum()}" == "2.0 2.0"
    assert [float(value) for value in there] == there.tolist() == [1.0, 1.0]
    assert bool(there.sum() > 1)
    assert int(there.sum()) == there.sum().item() == 2


def test_the_device_follows_views_and_copies(cuda: Simulation) -> None:
    there = torch.arange(6.0).cuda()
    parameter = nn.Parameter(there)
    (parameter * 2).sum().backward()
    relatives = [
        *(there.view(2, 3), there[1:], there.detach(), there.data, there.clone(), there.double(), there.t()),
        *(there[there > 2], there[torch.tensor([0, 1])], there.new_zeros(2), there.new_tensor([1.0])),
        *(torch.zeros_like(there), torch.empty_like(there), torch.rand_like(there), copy.deepcopy(there)),
        *(parameter, parameter.grad, parameter.data, copy.deepcopy(parameter), copy.copy(there)),
        *(torch.tensor(there), torch.as_tensor(there), there.to_sparse(), there.expand(2, 6).contiguous()),
        *(there.sort().values, there.max(dim=0).indices, torch.nn.functional.one_hot(there.long())),
        *there.split(2),
        *torch.func.grad(lambda x: (x * x).sum())(there).split(3),
        *torch.vmap(lambda x: x * 2)(there).split(3),
    ]
    assert {str(tensor.device) for tensor in relatives} == {"cuda:0"}


@pytest.mark.parametrize(
    "make",
    [
        lambda d: torch.zeros(2, device=d),
        lambda d: torch.randn(2, device=d, requires_grad=True),
        lambda d: torch.tensor([1.0], device=d),
        lambda d: torch.as_tensor([1.0], device=d),
        lambda d: torch.as_tensor(np.ones(2), device=d),
        lambda d: torch.asarray(np.ones(2), device=d),
        lambda d: torch.from_numpy(np.ones(2)).to(d),
        lambda d: torch.arange(3, device=d),
        lambda d: torch.full((2,), 1.0, device=d),
        lambda d: torch.linspace(0, 1, 3, device=d),
        lambda d: torch.randperm(3, device=d),
        lambda d: torch.eye(2, device=d),
        lambda d: torch.ones_like(torch.ones(2), device=d),
        lambda d: torch.ones(2).new_zeros(2, device=d),
        lambda d: torch.rand(2, generator=torch.Generator(device=d).manual_seed(0), device=d),
        lambda d: nn.Linear(2, 2, device=d).weight,
        lambda d: nn.Linear(2, 2, device="meta").to_empty(device=d).weight,
        lambda d: nn.BatchNorm1d(2).to(d).num_batches_tracked,
        lambda d: torch.ones(2).to(d, torch.float64, True, True),
        lambda d: torch.ones(2).to(torch.zeros(1, device=d)),
        lambda d: torch.ones(2).to(tensor=torch.zeros(1, device=d)),
        lambda d: torch.ones(2).type_as(torch.zeros(1, device=d)),
    ],
)
@pytest.mark.parametrize("device", ["cuda", "cuda:0", 0, torch.device("cuda")], ids=str)
def test_factories_and_moves(cuda: Simulation, make: Any, device: Any) -> None:
    assert str(make(device).device) == "cuda:0"
    assert make("cpu").device.type == "cpu"


def test_default_devices(cuda: Simulation) -> None:
    with torch.device("cuda"):
        assert torch.zeros(1).is_cuda
        assert nn.Linear(1, 1).weight.is_cuda
        assert torch.tensor([1.0]).is_cuda
        assert not torch.from_numpy(np.ones(1)).is_cuda
    torch.set_default_device("cuda")
    try:
        assert str(torch.get_default_device()) == "cuda:0"
        assert torch.randn(2).is_cuda
    finally:
        torch.set_default_device(None)
    assert not torch.zeros(1).is_cuda


def test_a_move_is_a_copy_and_no_move_is_none(cuda: Simulation) -> None:
    here = torch.ones(2)
    there = here.to("cuda")
    there[0] = 5.0
    assert here.tolist() == [1.0, 1.0]
    assert there.to("cuda") is there
    assert there.cuda() is there
    assert here.cpu() is here
    assert there.cpu() is not there
    array = np.ones(2)
    torch.as_tensor(array, device="cuda").zero_()
    assert array.tolist() == [1.0, 1.0]


def test_gradients_travel_back_over_moves(cuda: Simulation) -> None:
    here = torch.ones(2, requires_grad=True)
    there = here.to("cuda")
    assert not there.is_leaf
    kept = there * 3
    kept.retain_grad()
    (kept.cpu() * here).max().backward()
    assert here.grad is not None
    assert here.grad.device.type == "cpu"
    assert kept.grad is not None
    assert kept.grad.is_cuda
    with torch.no_grad():
        here -= here.grad  # on one device, so this is allowed


def test_checkpoints_remember_the_device(cuda: Simulation) -> None:
    model = make_model(batch_norm=True).cuda()
    buffer = io.BytesIO()
    torch.save({"model": model.state_dict(), "data": torch.ones(2).cuda()}, buffer)
    buffer.seek(0)
    assert torch.load(buffer, weights_only=True)["data"].is_cuda
    buffer.seek(0)
    restored = torch.load(buffer, map_location="cpu", weights_only=True)
    assert not restored["model"]["0.weight"].is_cuda
    other = make_model(batch_norm=True).cuda()
    other.load_state_dict(restored["model"])
    assert {tensor.device.type for tensor in other.state_dict().values()} == {"cuda"}


def test_a_thread_has_the_same_machine(cuda: Simulation) -> None:
    seen: list[Any] = []
    thread = threading.Thread(target=lambda: seen.append((torch.ones(2).cuda() * 2).device))
    thread.start()
    thread.join()
    assert seen == [torch.device("cuda", 0)]


def test_the_values_stay_readable_below_the_simulation(cuda: Simulation) -> None:
    there = torch.ones(2).cuda()
    with torch._C.DisableTorchFunction():
        assert there.detach().cpu().numpy().tolist() == [1.0, 1.0]
    assert cuda.device_of(there) == torch.device("cuda", 0)
    assert cuda.device_of(torch.ones(2)) == torch.device("cpu")


@pytest.mark.parametrize(
    ("source", "words"),
    {
        "torch.cat([c, x])": f"{MIXED}, but got tensors is on cpu, different from other tensors on cuda:0 "
        "(when checking argument in method wrapper_CUDA_cat)",
        "nn.Embedding(3, 2).cuda()(torch.tensor([1]))": f"{MIXED}, but got index is on cpu, different from other "
        "tensors on cuda:0 (when checking argument in method wrapper_CUDA__index_select)",
        "nn.functional.cross_entropy(c, torch.tensor([0, 1, 0]))": f"{MIXED}, but got target is on cpu, different "
        "from other tensors on cuda:0 (when checking argument in method wrapper_CUDA_nll_loss_forward)",
        "nn.Conv2d(1, 1, 1).cuda()(x.view(1, 1, 3, 2))": "Input type (torch.FloatTensor) and weight type "
        "(torch.cuda.FloatTensor) should be the same or input should be a MKLDNN tensor and weight is a dense tensor",
        "x[torch.tensor([0]).cuda()]": "indices should be either on cpu or on the same device as the indexed "
        "tensor (cpu)",
        "c.masked_fill(x > 2, 0.0)": "expected self and mask to be on the same device, but got mask on cpu and "
        "self on cuda:0",
        "setattr(nn.Parameter(torch.ones(2)), 'grad', v)": "attempting to assign a gradient with device type "
        "'cuda' to a tensor with device type 'cpu'. Please ensure that the gradient and the tensor are on the same "
        "device",
    }.items(),
    ids=str,
)
def test_mixing_devices_says_what_pytorch_says(cuda: Simulation, source: str, words: str) -> None:
    with pytest.raises(RuntimeError, match=f"^{re.escape(words)}$"):
        load(f"{SETUP}\nresult = {source}")


WORK = {
    "convolutions": """
        model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(64, 3))
        model.to(device)
        images, classes = torch.randn(5, 1, 6, 6).to(device), torch.arange(5).remainder(3).to(device)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
        for _ in range(3):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(images), classes, label_smoothing=0.1).backward()
            nn.utils.clip_grad_norm_(model.parameters(), 0.5)
            optimizer.step()
        result = list(model.parameters())
    """,
    "recurrence": """
        result = []
        for kind in (nn.LSTM, nn.GRU, nn.RNN):
            model = kind(3, 4, 2, bidirectional=True, batch_first=True).to(device)
            sequences = torch.randn(2, 5, 3).to(device)
            model(sequences)[0].max().backward()
            packed = nn.utils.rnn.pack_padded_sequence(sequences, [5, 3], batch_first=True)
            result += [nn.utils.rnn.pad_packed_sequence(model(packed)[0])[0], *(p.grad for p in model.parameters())]
    """,
    "gradients by C++ alone": """
        x = torch.randn(5, 4).to(device).requires_grad_()
        index = torch.tensor([0, 2]).to(device)
        total = x[index].sum() + x[:, 1:3].max(1).values.sum() + x.gather(1, index.view(1, 2)).sum()
        total = total + x.sort(0).values[0].sum() + x.cumsum(0).mean() + x.std() + x.median() + x.norm()
        total = total + x.topk(2).values.sum() + x.unfold(0, 2, 1).sum() + x.softmax(1)[0, 0] + x.roll(1).prod()
        total = total + torch.where(x > 0, x, torch.zeros(())).sum() + torch.linalg.det(x[:4]) + x.diagonal().sum()
        gradient, = torch.autograd.grad(total, x, create_graph=True)
        gradient.pow(2).sum().backward()
        result = [total, gradient, x.grad]
    """,
    "gradients seen in hooks": """
        x = torch.ones(3).to(device).requires_grad_()
        result = []
        y = x.exp()
        y.register_hook(result.append)
        model = nn.Linear(3, 2).to(device)
        model.register_full_backward_hook(lambda module, inputs, outputs: result.extend([*inputs, *outputs]))
        model(y)[1].backward()
        result.append(result[0] * x.detach())
    """,
    "functional": """
        model = nn.Linear(4, 2).to(device)
        x = torch.randn(3, 4).to(device)
        weights = dict(model.named_parameters())
        loss = lambda p: torch.func.functional_call(model, p, (x,)).pow(2).sum()
        rows = torch.func.vmap(torch.func.grad(lambda row: (row @ model.weight.T).pow(2).sum()))(x)
        hessian = torch.func.hessian(lambda row: (row**3).sum())(x[0])
        result = [*torch.func.grad(loss)(weights).values(), rows, hessian]
    """,
    "copies of a trained model": """
        import copy
        model = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Dropout(0.5), nn.Linear(8, 1)).to(device)
        model(torch.randn(6, 4).to(device)).sum().backward()
        average = torch.optim.swa_utils.AveragedModel(model)
        average.update_parameters(model)
        best = {name: value.clone() for name, value in model.state_dict().items()}
        model.load_state_dict(best)
        twin = copy.deepcopy(model)
        result = [*twin.parameters(), *(p.grad for p in model.parameters()), *average.parameters()]
    """,
}


@pytest.mark.parametrize("work", WORK)
def test_other_work_gives_the_numbers_of_a_cpu_run(cuda: Simulation, work: str) -> None:
    def run(device: str) -> list[torch.Tensor]:
        torch.manual_seed(1)
        tensors = load(f"device = '{device}'\n{textwrap.dedent(WORK[work])}")["result"]
        assert {tensor.device.type for tensor in tensors} == {device}
        return [tensor.detach().cpu() for tensor in tensors]

    assert all(torch.equal(a, b) for a, b in zip(run("cuda"), run("cpu"), strict=True))


# --- the simulation against a real device ---

SETUP = """
x = torch.arange(1.0, 7.0).view(3, 2)
c = x.to("cuda")
v = torch.ones(2, device="cuda")
number = torch.tensor(2.0)
weights = torch.linspace(-1, 1, 8).view(4, 2)
def linear(device):
    layer = nn.Linear(2, 4).to(device)
    with torch.no_grad():
        layer.weight.copy_(weights); layer.bias.fill_(0.5)
    return layer
"""
SNIPPETS = [
    *(
        "c + x",
        "x + c",
        "c * number",
        "number * c",
        "c + number.cuda()",
        "x + number.cuda()",
        "x.add_(v.sum())",
    ),
    *("c @ x.t()", "x.t() @ c", "c.t() @ c", "c @ v", "c @ torch.ones(2)", "torch.mm(x.t(), c)", "v @ v"),
    *(
        "linear('cuda')(x)",
        "linear('cpu')(c)",
        "linear('cuda')(c)",
        "linear('cuda')(v)",
        "linear('cuda')(x[0])",
    ),
    *("linear('cuda')(x.view(1, 3, 2))", "linear('cpu')(c.view(1, 3, 2))"),
    *("nn.BatchNorm1d(2).cuda()(c)", "nn.BatchNorm1d(2).cuda()(x)", "nn.BatchNorm1d(2)(c)"),
    *(
        "nn.LayerNorm(2).cuda()(x)",
        "nn.LayerNorm(2)(c)",
        "nn.GroupNorm(1, 2).cuda()(x)",
        "nn.PReLU().cuda()(x)",
    ),
    *("nn.Conv2d(1, 1, 1).cuda()(x.view(1, 1, 3, 2))", "nn.Conv2d(1, 1, 1)(c.view(1, 1, 3, 2))"),
    *("nn.Embedding(3, 2).cuda()(torch.tensor([1]))", "nn.Embedding(3, 2)(torch.tensor([1]).cuda())"),
    *("nn.LSTM(2, 2).cuda()(c)[0].device", "nn.functional.cross_entropy(c, torch.tensor([0, 1, 0]))"),
    *(
        "nn.BCELoss()(c.sigmoid(), x.sigmoid())",
        "nn.BCELoss()(x.sigmoid(), c.sigmoid())",
        "nn.MSELoss()(c, x)",
    ),
    *("nn.BCEWithLogitsLoss()(c, x)", "nn.L1Loss()(c, x)", "nn.SmoothL1Loss()(x, c)", "nn.BCELoss()(v, v)"),
    *(
        "c.numpy()",
        "np.asarray(c)",
        "np.array(c)",
        "np.sqrt(c)",
        "c.requires_grad_().numpy()",
        "c.cpu().numpy()",
    ),
    *("linear('cuda')(c).numpy()", "linear('cuda')(c).cpu().numpy()", "linear('cuda')(c).numpy(force=True)"),
    *("list(c[0])", "c.tolist()", "float(c.sum())", "c.sum().item()", "repr(c)", "str(v)", "f'{v.sum()}'"),
    *("repr(linear('cuda')(c).sum())", "repr(nn.Parameter(v))", "repr(v.double())", "repr(c.cpu())"),
    *(
        "torch.cat([c, x])",
        "torch.cat([x, c])",
        "torch.stack([c, x])",
        "torch.where(c > 2, c, x)",
        "torch.dot(v, x[0])",
    ),
    *("torch.where(c > 2, c, number)", "torch.where(c > 2, c, 0.0)", "torch.where(x > 2, c, c)"),
    *("c[torch.tensor([0, 2])]", "x[torch.tensor([0, 2]).cuda()]", "c[x > 2]", "x[c > 2]", "c[(c > 2)]"),
    *(
        "c.index_select(0, torch.tensor([0]))",
        "c.gather(0, torch.tensor([[0, 1]]))",
        "c.masked_fill(x > 2, 0.0)",
    ),
    *(
        "c.masked_fill(c > 2, number)",
        "torch.masked_select(c, x > 2)",
        "torch.equal(c, x)",
        "torch.allclose(c, x)",
    ),
    *(
        "c.scatter_add(0, torch.tensor([[0, 1]]), c)",
        "torch.maximum(c, x)",
        "c.lerp(x, 0.5)",
        "c == x",
        "c > x",
    ),
    *("torch.einsum('ij,ij->', c, x)", "torch.einsum('ij,ij->i', c, c)", "torch.bmm(c[None], x.t()[None])"),
    *(
        "c.copy_(x)",
        "x.copy_(c)",
        "c.fill_(number)",
        "c.view_as(x)",
        "c.expand_as(x)",
        "c.to(x).device",
        "x.to(c)",
    ),
    *("c.type()", "c.get_device()", "x.get_device()", "c.is_cuda", "c.to('cpu').device", "x.to(0).device"),
    *("x.to('cuda:1')", "x.cuda(7)", "torch.zeros(2, device='cuda:1')", "c.to('cuda') is c", "c.cuda() is c"),
    *("x.to('mps')", "x.to('nonsense')", "x.to()", "x.cuda('cpu')", "torch.device('cuda:0') == c.device"),
    *(
        "torch.device(0)",
        "torch.device('cuda').index",
        "torch.cuda.get_device_name(1)",
        "torch.cuda.current_device()",
    ),
    *(
        "c.new_zeros(2).device",
        "torch.zeros_like(c).device",
        "torch.tensor(v).device",
        "torch.from_numpy(np.ones(2)).device",
    ),
    *("nn.functional.one_hot(torch.tensor([0, 1]).cuda()).device", "nn.Linear(1, 1).to(0).weight.device"),
    *(
        "torch.nn.utils.clip_grad_norm_([nn.Parameter(v)], 1.0)",
        "torch.func.grad(lambda t: (t * t).sum())(c)",
    ),
    *("torch.optim.SGD([v.requires_grad_()], lr=1.0).step()", "c.pin_memory()", "c.untyped_storage().device"),
]
BLOCKS = {
    "gradients": "p = nn.Parameter(v)\n(p * c).sum().backward()\nresult = p.grad, p.data.device",
    "gradient of the other device": "p = nn.Parameter(torch.ones(2))\np.grad = v\nresult = p.grad",
    "old optimizer": (
        "m = linear('cpu')\no = torch.optim.Adam(m.parameters())\nm.cuda()\nm(c).sum().backward()\no.step()\n"
        "result = m.weight.detach(), o.state[m.weight]['step'].device, o.state[m.weight]['exp_avg'].device"
    ),
    "stale gradient": (
        "m = linear('cpu')\nm(x).sum().backward()\nm.cuda()\nresult = m.weight.grad.device, m.weight.is_leaf"
    ),
    "slice assignment": "c[0] = torch.ones(2)\nx[0] = v\nresult = c, x",
    "mask assignment": "c[c > 2] = number\nc[torch.tensor([0])] = 1.0\nresult = c",
    "mask assignment from the other device": "c[c > 2] = x[x > 2]",
    "list of scalars": "result = torch.tensor([v[0], v[1]]).device, torch.stack([v[0], v[1]]).device",
    "loss across": "m = linear('cuda')\nnn.L1Loss()(m(c).cpu(), torch.ones(3, 4)).backward()\nresult = m.bias.grad",
}


def essential(words: str) -> str:
    """The part of an error message that does not depend on the kernel a device picks."""
    return re.split(r"[,(\n]| is on ", words)[0].strip()


def plain(value: Any) -> Any:
    """A result as data that can be compared: tensors with dtype, device and rounded values."""
    if isinstance(value, torch.Tensor):
        numbers = np.round(value.detach().cpu().double().numpy(), 4)
        return str(value.dtype), str(value.device), value.requires_grad, numbers.tolist()
    if isinstance(value, np.ndarray):
        return str(value.dtype), np.round(value.astype(float), 4).tolist()
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value if isinstance(value, (bool, int, str, type(None))) else str(value)


def outcome(source: str) -> tuple[str, Any]:
    """What a snippet comes to: its `result`, or the class and the essence of what it raises."""
    torch.manual_seed(0)
    try:
        return "value", plain(load(f"{textwrap.dedent(SETUP)}\n{source}").get("result"))
    except Exception as raised:  # whatever it is, it is the outcome
        return type(raised).__name__, essential(str(raised))


ALL_SNIPPETS = [*(f"result = {expression}" for expression in SNIPPETS), *BLOCKS.values()]


@pytest.mark.parametrize("source", ALL_SNIPPETS)
def test_snippets_run_in_the_simulation(cuda: Simulation, source: str) -> None:
    kind, value = outcome(source)
    assert kind in {"value", "RuntimeError", "TypeError", "AcceleratorError", "AssertionError"}, value


@pytest.mark.skipif(not HAS_CUDA, reason="compares with a real CUDA device, and this machine has none")
@pytest.mark.parametrize("source", ALL_SNIPPETS)
def test_real_device_agrees_with_the_simulation(source: str) -> None:
    real = outcome(source)
    with simulate(cuda=True, mps=False):
        simulated = outcome(source)
    assert simulated == real


@pytest.mark.skipif(not HAS_CUDA, reason="compares with a real CUDA device, and this machine has none")
@pytest.mark.parametrize("style", RIGHT_TRAINING)
def test_real_device_trains_like_the_simulation(style: str) -> None:
    def run() -> list[float]:
        return load(RIGHT_TRAINING[style])["train_on"]("cuda", make_model(batch_norm=True), *make_data())

    real = run()
    with simulate(cuda=True, mps=False):
        assert run() == pytest.approx(real, rel=1e-3)


@pytest.mark.skipif(not HAS_CUDA, reason="compares with a real CUDA device, and this machine has none")
@pytest.mark.parametrize("mistake", WRONG_TRAINING)
def test_real_device_refuses_like_the_simulation(mistake: str) -> None:
    moves, kind, _ = WRONG_TRAINING[mistake]
    with pytest.raises(kind, match=MIXED):
        load(_TRAIN.format(moves=moves))["train_on"]("cuda", make_model(batch_norm=True), *make_data())
