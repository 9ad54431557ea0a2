"""Byte order mark; everything inside classes; arguments taken as they come."""
import torch as t


class Exercise:
    loss_function = staticmethod(t.nn.functional.binary_cross_entropy)

    @staticmethod
    def build_model(*, bias=True):
        L = lambda i, o: t.nn.Linear(i, o, bias=bias)  # noqa: E731
        return t.nn.Sequential(L(4, 32), t.nn.ReLU(), L(32, 16), t.nn.ReLU(), L(16, 1), t.nn.Sigmoid())

    @classmethod
    def make_data(cls, n=1000, seed=0, *_):
        x = t.randn(n, 4, generator=t.Generator().manual_seed(int(seed)))
        return x, (x @ x.T).diagonal().lt(2.0).float().view(n, 1) if n <= 100 else (x * x).sum(1).lt(2.0).float().view(n, 1)

    def train(self, model, X, y, epochs=500, lr=0.01, **options):
        adam = t.optim.Adam(model.parameters(), lr=lr, **options)
        return list(self.losses(model, X, y, epochs, adam))

    def losses(self, model, X, y, epochs, adam):
        for _ in range(epochs):
            loss = self.loss_function(model.forward(X), y)
            [setattr(p, "grad", None) for p in model.parameters()]
            loss.backward()
            adam.step()
            yield loss.item()

    def __call__(self, model, X, y):
        with t.no_grad():
            table = t.bincount((2 * (model(X) > 0.5).long() + y.long()).flatten(), minlength=4)
        return float(table[0] + table[3]) / float(table.sum())


build_model, make_data = Exercise.build_model, Exercise.make_data
train = Exercise().train
accuracy = Exercise()
