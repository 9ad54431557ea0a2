# -*- coding: latin-1 -*-
"""Tabs, Windows line ends, latin-1: Gehäuse, naïve, déjà vu."""
import torch
from torch import nn


def build_model():
	model = nn.Sequential()
	model.extend([nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 1), nn.Sigmoid()])
	return model


def make_data(n=1000, seed=0):
	torch.manual_seed(seed)
	X = torch.randn(n, 4)
	quadratsumme = (X ** 2).sum(dim=1)
	return X, (quadratsumme < 2.0).float().unsqueeze(-1)


def train(modell, X, y, epochen=500, lernrate=0.01):
	verluste = []
	optimierer = torch.optim.Adam(modell.parameters(), lr=lernrate)
	for _ in range(epochen):
		verlust = nn.BCELoss()(modell(X), y)
		modell.zero_grad()
		verlust.backward()
		optimierer.step()
		verluste.append(verlust.item())
	return verluste


def accuracy(modell, X, y):
	war = modell.training
	modell.eval()
	with torch.no_grad():
		anteil = ((modell(X) > 0.5).float() == y).float().mean()
	modell.train(war)
	return anteil.item()
