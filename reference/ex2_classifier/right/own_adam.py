"""No torch.optim: Adam as in its paper, the loss by its formula, gradients by autograd.grad."""

import math

import torch
from torch import nn


class MyAdam:
    def __init__(self, params, lr, betas=(0.9, 0.999), eps=1e-8):
        self.params = list(params)
        self.lr, self.betas, self.eps, self.t = lr, betas, eps, 0
        self.m = [torch.zeros_like(p) for p in self.params]
        self.v = [torch.zeros_like(p) for p in self.params]

    @torch.no_grad()
    def step(self, gradients):
        self.t += 1
        b1, b2 = self.betas
        for p, g, m, v in zip(self.params, gradients, self.m, self.v):
            m.mul_(b1).add_((1 - b1) * g)
            v.mul_(b2).add_((1 - b2) * g * g)
            m_hat = m / (1 - math.pow(b1, self.t))
            v_hat = v / (1 - math.pow(b2, self.t))
            p -= self.lr * m_hat / (torch.sqrt(v_hat) + self.eps)


def build_model():
    sizes = [4, 32, 16, 1]
    layers = []
    for i, (a, b) in enumerate(zip(sizes, sizes[1:])):
        layers += [nn.Linear(a, b), nn.Sigmoid() if i == len(sizes) - 2 else nn.ReLU()]
    return nn.Sequential(*layers)


def make_data(n=1000, seed=0):
    g = torch.Generator().manual_seed(seed)
    X = torch.normal(0.0, 1.0, size=(n, 4), generator=g)
    return X, X.pow(2).sum(-1, keepdim=True).lt(2.0).to(torch.float32)


def cross_entropy(p, y):
    p = torch.clamp(p, 1e-7, 1 - 1e-7)
    return torch.mean(-(y * torch.log(p) + (1 - y) * torch.log(1 - p)))


def train(model, X, y, epochs=500, lr=0.01):
    params = list(model.parameters())
    adam = MyAdam(params, lr)
    losses = []
    while len(losses) < epochs:
        loss = cross_entropy(model(X), y)
        adam.step(torch.autograd.grad(loss, params))
        losses.append(loss.tolist())
    return losses


def accuracy(model, X, y):
    return float(((model(X).detach() > 0.5).float() == y).sum()) / y.numel()
