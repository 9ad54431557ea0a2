"""Runs a submission in a confined child process that can only hand back plain data."""
