"""An assignment repository for a class on GitHub: what is in it, and how it is written and kept up to date."""
