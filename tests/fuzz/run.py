"""Atheris over `frames.one_input`: see there."""

import sys
import warnings

import atheris

with atheris.instrument_imports(include=["grader", "frames"]):
    import frames

warnings.simplefilter("error")
atheris.Setup(sys.argv, frames.one_input)
atheris.Fuzz()
