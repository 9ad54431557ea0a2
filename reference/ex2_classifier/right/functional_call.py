"""torch.func computes the gradients from a dict of parameters, squeezed on both sides."""

import functools

import torch
from torch.func import functional_call, grad_and_value
from torch.nn import Linear, ReLU, Sequential, Sigmoid
from torch.nn.functional import binary_cross_entropy

build_model = functools.partial(
    lambda *makers: Sequential(*(make() for make in makers)),
    functools.partial(Linear, 4, 32), ReLU, functools.partial(Linear, 32, 16), ReLU, functools.partial(Linear, 16, 1), Sigmoid,
)


def make_data(n=1000, seed=0):
    X = torch.randn(n, 4, generator=torch.Generator().manual_seed(seed))
    return X, torch.linalg.vector_norm(X, dim=1, keepdim=True).square().less(2.0).float()


def train(model, X, y, epochs=500, lr=0.01):
    parameters = dict(model.named_parameters())
    optimizer = torch.optim.Adam(parameters.values(), lr=torch.tensor(lr))

    def loss_of(values):
        return binary_cross_entropy(functional_call(model, values, (X,)).squeeze(1), y.squeeze(1))

    losses = []
    for _ in range(epochs):
        gradients, loss = grad_and_value(loss_of)(parameters)
        for name, gradient in gradients.items():
            parameters[name].grad = gradient.detach()
        optimizer.step()
        losses.append(float(loss.detach()))
    optimizer.zero_grad()
    return losses


def accuracy(model, X, y):
    with torch.no_grad():
        wrong = ((model(X).flatten() > 0.5) != (y.flatten() == 1)).float().mean()
    return (1 - wrong).item()
