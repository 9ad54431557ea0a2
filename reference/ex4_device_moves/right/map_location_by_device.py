import torch, io
from torch import nn
def pick_device():
    return torch.device("cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu")
def train_on(device, model, X, y, epochs=20, lr=0.01):
    torch.save(model.state_dict(), "init.pt"); torch.save((X, y), "data.pt")
    model.to(device)
    model.load_state_dict(torch.load("init.pt", map_location=torch.device(device)))
    X, y = torch.load("data.pt", map_location=device)
    opt = torch.optim.Adam(model.parameters(), lr=lr)
    L = []
    for _ in range(epochs):
        opt.zero_grad(); l = nn.BCELoss()(model(X), y); l.backward(); opt.step(); L.append(l.item())
    return L
def predict_numpy(model, X):
    with torch.no_grad():
        return model(X.to(next(model.parameters()).device)).cpu().numpy()
