"""Runs the layers one by one and moves things by hand, buffers included."""

import torch
import torch.nn.functional as F

pick_device = lambda: torch.device("cuda" if torch.cuda.is_available() else ("mps" if torch.backends.mps.is_available() else "cpu"))


def forward(model, x):
    for layer in model:
        x = layer(x)
    return x


def train_on(device, model, X, y, epochs=20, lr=0.01):
    for p in model.parameters():
        p.data = p.data.to(device)
    for module in model.modules():
        for name, buffer in list(module._buffers.items()):
            if buffer is not None:
                module._buffers[name] = buffer.to(device)
    X, y = torch.Tensor.to(X, device), torch.Tensor.to(y, device)
    optimizer = torch.optim.Adam(params=model.parameters(), lr=lr)
    out = []
    for _ in range(epochs):
        loss = F.binary_cross_entropy(forward(model, X), y)
        optimizer.zero_grad(); loss.backward(); optimizer.step()
        out.append(float(loss.detach().cpu().numpy()))
    return out


def predict_numpy(model, X):
    x = X.type_as(next(model.parameters()))
    return forward(model, x).detach().to("cpu", torch.float32).numpy()
