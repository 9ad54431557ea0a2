"""A constant DEVICE computed at import, prints, and comments."""
import torch
import torch.nn as nn

if torch.cuda.is_available():
    DEVICE = torch.device("cuda")
elif torch.backends.mps.is_available():
    DEVICE = torch.device("mps")
else:
    DEVICE = torch.device("cpu")
print("Using device:", DEVICE)


def pick_device():
    return DEVICE


def train_on(device, model, X, y, epochs=20, lr=0.01):
    model = model.to(device)
    X = X.to(device)
    y = y.to(device)
    criterion = nn.BCELoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        # forward
        output = model(X)
        loss = criterion(output, y)
        # backward
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if epoch % 10 == 0:
            print(f"epoch {epoch}: loss {loss:.4f} on {output.device}")
    return losses


def predict_numpy(model, X):
    model.eval()
    with torch.no_grad():
        X = X.to(next(model.parameters()).device)
        predictions = model(X)
    return predictions.cpu().numpy()
