"""torch.autograd.functional.jacobian: of one number it is the gradient. With matplotlib at hand, in the usual way."""

import matplotlib.pyplot as plt
import numpy as np
import torch
from torch.autograd.functional import jacobian

plt.style.use("ggplot")


def sum_of_cubes(x):
    return (x ** 3).sum()


def gradient_by_autograd(x):
    return jacobian(sum_of_cubes, x)


def gradient_by_hand(x):
    return 3 * x ** 2


xs = torch.linspace(-2, 2, 50)
plt.plot(np.asarray(xs), gradient_by_autograd(xs).numpy(), label="autograd")
plt.plot(np.asarray(xs), gradient_by_hand(xs).numpy(), "--", label="by hand")
plt.legend()
plt.savefig("gradients.png")
plt.show()
