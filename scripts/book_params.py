"""Makes weights files of the parameters that the book's repository has, ch07/params.pkl and ch08/deep_convnet_params.pkl:

    python3 scripts/book_params.py params.pkl simple-conv.safetensors

With MNIST's test images `mnist eval` says 0.9600 of the first and 0.9797 of the second, as the book's own programs do.
Needs NumPy and safetensors. Names and layouts are ours already; the line of the net is told by how many there are.
"""

import pickle
import sys

import numpy
from safetensors.numpy import save_file

SIMPLE = "conv 30 5x5, relu, pool 2x2, affine 100, relu, affine 10"
DEEP = (
    "conv 16 3x3 pad 1, relu, conv 16 3x3 pad 1, relu, pool 2x2, conv 32 3x3 pad 1, relu, conv 32 3x3 pad 2, relu, pool 2x2, "
    "conv 64 3x3 pad 1, relu, conv 64 3x3 pad 1, relu, pool 2x2, affine 50, relu, dropout 0.5, affine 10, dropout 0.5"
)

source, target = sys.argv[1:]
with open(source, "rb") as file:
    parameters = pickle.load(file)
tensors = {name: numpy.ascontiguousarray(value, numpy.float64).astype(numpy.float32) for name, value in parameters.items()}
if "W8" in tensors:
    # In evaluation the book multiplies by what each dropout leaves, a half: here the last layer, which stands between two of
    # them, takes that over.
    tensors["W8"] *= 0.25
    tensors["b8"] *= 0.5
line = {6: SIMPLE, 16: DEEP}[len(tensors)]
image = {"channels": "1", "height": "28", "width": "28"}
save_file(tensors, target, metadata={"layers": line, **image})
