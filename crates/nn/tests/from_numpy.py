"""Writes from_numpy.safetensors, a non-square fixture from the format's reference implementation."""

import pathlib

import numpy
from safetensors.numpy import save_file

weights = numpy.array([[1, 2, 3], [4, 5, 6]], dtype=numpy.float32)
bias = numpy.array([7, 8, 9], dtype=numpy.float32)
path = pathlib.Path(__file__).with_suffix(".safetensors")
save_file({"W1": weights, "b1": bias}, path, metadata={"activation": "sigmoid"})
