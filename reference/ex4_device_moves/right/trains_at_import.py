"""Trains a demonstration at import, on whatever there is, and draws it."""
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import torch
from torch import nn

device = "cpu"
if torch.backends.mps.is_available():
    device = "mps"
if torch.cuda.is_available():
    device = "cuda"


def pick_device():
    return torch.device(device)


def train_on(dev, net, inputs, labels, epochs=20, lr=0.01):
    net.to(dev)
    inputs, labels = inputs.to(dev), labels.to(dev)
    adam = torch.optim.Adam(net.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        adam.zero_grad()
        loss = nn.BCELoss()(net(inputs), labels)
        loss.backward()
        adam.step()
        losses.append(loss.item())
    return losses


def predict_numpy(net, inputs):
    was = net.training
    net.eval()
    with torch.no_grad():
        out = net(inputs.to(net[0].weight.device))
    net.train(was)
    return out.cpu().numpy()


demo = nn.Sequential(nn.Linear(2, 8, device=device), nn.Tanh(), nn.Linear(8, 1, device=device), nn.Sigmoid())
points = torch.randn(256, 2)
plt.plot(train_on(device, demo, points, (points.norm(dim=1, keepdim=True) < 1).float(), epochs=30))
plt.savefig("loss.png")
print(predict_numpy(demo, points[:2]), torch.rand(1, device=device))
