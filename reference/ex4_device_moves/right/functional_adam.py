"""No nn.BCELoss and no torch.optim: the formulas, and torch.func.functional_call on a dictionary of weights."""

import torch
from torch.func import functional_call


def pick_device():
    if torch.cuda.is_available(): return torch.device("cuda")
    if torch.backends.mps.is_available(): return torch.device("mps")
    return torch.device("cpu")


def bce(p, y):
    return -(y * p.log().clamp(min=-100) + (1 - y) * (1 - p).log().clamp(min=-100)).mean()


def train_on(device, model, X, y, epochs=20, lr=0.01):
    model.to(device)
    X, y = X.to(device), y.to(device)
    w = {k: v.detach().clone().requires_grad_() for k, v in model.named_parameters()}
    m = {k: torch.zeros_like(v) for k, v in w.items()}
    s = {k: torch.zeros_like(v) for k, v in w.items()}
    losses = []
    for t in range(1, epochs + 1):
        loss = bce(functional_call(model, w, (X,)), y)
        grads = dict(zip(w, torch.autograd.grad(loss, list(w.values()))))
        with torch.no_grad():
            for k in w:
                m[k] = 0.9 * m[k] + 0.1 * grads[k]
                s[k] = 0.999 * s[k] + 0.001 * grads[k] ** 2
                w[k] -= lr * (m[k] / (1 - 0.9**t)) / ((s[k] / (1 - 0.999**t)) ** 0.5 + 1e-8)
        losses.append(loss.item())
    with torch.no_grad():
        for k, parameter in model.named_parameters():
            parameter.copy_(w[k])
    return losses


def predict_numpy(model, X):
    device = next(model.parameters()).device
    weights = {k: v.detach() for k, v in model.named_parameters()}
    return functional_call(model, weights, (X.to(device),)).cpu().numpy()
