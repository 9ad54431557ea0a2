"""A new exercise to begin with: a small one that is whole, graded and audited, to be changed line by line."""
