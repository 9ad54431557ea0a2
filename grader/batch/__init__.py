"""Grading a class: what came in, and what goes back to a learning platform."""
