import torch
from torch import nn

# Sauvegardé sous Windows: BOM, CRLF, tabulations
def train(model, batches, epochs=5, lr=0.1):
	optimizer = torch.optim.SGD(model.parameters(), lr=lr)
	loss_fn = nn.MSELoss()
	losses = []
	for _ in range(epochs):
		total = 0.0
		for X, y in batches:
			loss = loss_fn(model(X), y)
			optimizer.zero_grad()
			loss.backward()
			optimizer.step()
			total += loss.item()
		losses.append(total / len(batches))
	return losses
