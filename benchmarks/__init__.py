"""How fast the model is, held against the same kind of work in NumPy, Numba and C in the same run."""

OFF = ("TONGCHOU_CACHE", "off")
"""The environment variable that makes every base year be solved, and its value."""
