"""The missing zero_grad.

This training loop runs, and it does not train well: one line is missing. Find out what goes wrong, add the line, and
change nothing else.

Plain SGD on the mean squared error: for each batch the gradient of this batch's loss, and one step with it. Whatever
gradients the model holds before the call must not matter.
"""

import torch
from torch import Tensor, nn


def train(model: nn.Module, batches: list[tuple[Tensor, Tensor]], epochs: int = 5, lr: float = 0.1) -> list[float]:
    """Train the model in place, with SGD and MSELoss; give the mean loss of each epoch.

    Each batch is (X, y): X of shape (n, inputs), y of shape (n, outputs), float32; n may differ from batch to batch.
    The loss of an epoch is the plain mean of the losses of its batches, each taken before its step.
    """
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    loss_fn = nn.MSELoss()
    losses = []
    for _ in range(epochs):
        total = 0.0
        for inputs, targets in batches:
            loss = loss_fn(model(inputs), targets)
            loss.backward()
            optimizer.step()
            total += loss.item()
        losses.append(total / len(batches))
    return losses


if __name__ == "__main__":
    torch.manual_seed(0)
    points = torch.randn(60, 3)
    targets = points.sum(dim=1, keepdim=True) + 2
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
    losses = train(model, list(zip(points.split(20), targets.split(20), strict=True)), epochs=15)
    for epoch, loss in enumerate(losses, 1):
        print(f"epoch {epoch:2}: mean loss {loss:.3f}")
