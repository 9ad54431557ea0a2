# -*- coding: utf-8 -*-
"""Tabs, CRLF line ends and a byte order mark: déjà vu."""

import numpy as np
import torch
from torch import Tensor, nn


def pick_device() -> torch.device:
	if torch.cuda.is_available():
		return torch.device("cuda")
	if torch.backends.mps.is_available():
		return torch.device("mps")
	return torch.device("cpu")


def train_on(
	device: torch.device | str, model: nn.Module, X: Tensor, y: Tensor, epochs: int = 20, lr: float = 0.01
) -> list[float]:
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


def predict_numpy(model: nn.Module, X: Tensor) -> np.ndarray:
	device = next(model.parameters()).device
	with torch.no_grad():
		return model(X.to(device)).cpu().numpy()


if __name__ == "__main__":
	torch.manual_seed(0)
	device = pick_device()
	X = torch.randn(1000, 4)
	y = (X.pow(2).sum(dim=1, keepdim=True) < 2.0).float()
	model = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 1), nn.Sigmoid())
	losses = train_on(device, model, X, y, epochs=200)
	print(f"Using device: {device}")
	print(f"Loss: {losses[0]:.4f} -> {losses[-1]:.4f}")
	print(f"Model device: {next(model.parameters()).device}")
	print(f"First predictions: {predict_numpy(model, X[:5]).ravel()}")
