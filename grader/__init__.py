"""An automated grader of PyTorch exercises: student code computes, trusted code judges."""

__version__ = "0.1.0"
