"""An optimizer closure, a learning-rate schedule that stays constant, gradient clipping that never bites, an early
forward pass on the CPU, and a device kept from X."""

import numpy as np
import torch


def pick_device():
    names = [name for name, there in {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}.items() if there]
    return torch.device((names + ["cpu"])[0])


def train_on(device, model, X, y, epochs=20, lr=0.01):
    print("before training:", torch.nn.functional.binary_cross_entropy(model.eval()(X), y).item())
    model.train()
    model.to(device)
    X, y = X.to(device), y.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda epoch: 1.0)
    losses = np.zeros(epochs)

    def closure():
        optimizer.zero_grad()
        loss = torch.nn.BCELoss()(model(X), y)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1e6)
        return loss

    for epoch in range(epochs):
        losses[epoch] = optimizer.step(closure).item()
        scheduler.step()
    print("labels right:", ((model(X).detach() > 0.5).float() == y).float().mean().item())
    return list(losses)


def predict_numpy(model, X):
    with torch.inference_mode():
        output = model(X.to(list(model.parameters())[-1].device))
        result = np.empty(output.shape, dtype=np.float32)
        result[:] = output.cpu()
    return result
