"""Runs networks in onnxruntime: arguments are triples NETWORK.onnx INPUT.npy OUTPUT.npy."""

import sys

import numpy
import onnxruntime


def main(arguments):
    for network, source, target in zip(arguments[0::3], arguments[1::3], arguments[2::3]):
        session = onnxruntime.InferenceSession(network, providers=["CPUExecutionProvider"])
        data = numpy.load(source)
        name = session.get_inputs()[0].name
        numpy.save(target, numpy.ascontiguousarray(session.run(None, {name: data})[0], dtype="<f4"))


if __name__ == "__main__":
    main(sys.argv[1:])
