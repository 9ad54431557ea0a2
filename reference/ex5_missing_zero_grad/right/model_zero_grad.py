"""Lets the model clear its own gradients; numbers and means by NumPy."""
import numpy as np
from torch import nn
from torch.optim import SGD


def train(model, batches, epochs=5, lr=0.1):
    sgd, mse = SGD(params=list(model.parameters()), lr=lr, momentum=0.0, weight_decay=0), nn.MSELoss(reduction="mean")

    def one_batch(inputs, targets):
        model.zero_grad()
        loss = mse(model(inputs), targets)
        loss.backward()
        sgd.step()
        return float(loss)

    return [np.mean([one_batch(*batch) for batch in batches]) for _ in range(epochs)]
