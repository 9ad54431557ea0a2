"""The whole tutorial at the top level: data, training, saving, reloading, a plot."""

import matplotlib.pyplot as plt
import torch
from torch import nn, optim


def build_model():
    return nn.Sequential(
        nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 1), nn.Sigmoid()
    )


def save_weights(model, path):
    torch.save(model.state_dict(), path)


def load_model(path):
    model = build_model()
    model.load_state_dict(torch.load(path, weights_only=True))
    model.eval()
    return model


def max_abs_difference(model_a, model_b, X):
    model_a.eval()
    model_b.eval()
    with torch.no_grad():
        return (model_a(X) - model_b(X)).abs().max().item()


torch.manual_seed(42)
X = torch.randn(1000, 4)
y = ((X**2).sum(dim=1) < 2.0).float().unsqueeze(1)
model = build_model()
optimizer = optim.Adam(model.parameters(), lr=0.01)
losses = []
for epoch in range(200):
    optimizer.zero_grad()
    loss = nn.BCELoss()(model(X), y)
    loss.backward()
    optimizer.step()
    losses.append(loss.item())

save_weights(model, "trained.pt")
reloaded = load_model("trained.pt")
print(f"Max prediction difference: {max_abs_difference(model, reloaded, X):.10f}")
plt.plot(losses)
plt.xlabel("epoch")
plt.ylabel("loss")
plt.savefig("losses.png")
plt.show()
