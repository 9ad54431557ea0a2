"""Ends with exit code 0 at import, hoping that 0 reads as success.

expect: verdict=crashed, score<=0, says=ended by itself (code 0)
"""
import os

os._exit(0)
