"""Times badcrossbar on one array, in a process of its own; prints JSON. Started by `run.py`."""

import argparse
import json
import time
import warnings
from importlib.metadata import version

import numpy as np

from measure import summary

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it warns where cairo, for its plots, is missing
    import badcrossbar
import logging

logging.disable(logging.CRITICAL)  # its progress messages


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--resistance", required=True)
    parser.add_argument("--voltages", required=True)
    parser.add_argument("--wire", type=float, required=True)
    parser.add_argument("--repeat", type=int, required=True)
    parser.add_argument("--output", required=True)
    parser.add_argument("--fields", action="store_true", help="all node voltages and branch currents too, its default")
    arguments = parser.parse_args()
    resistance = np.load(arguments.resistance)
    voltages = np.load(arguments.voltages).T.copy()
    wall, cpu = [], []
    for _ in range(arguments.repeat):
        wall_start, cpu_start = time.perf_counter(), time.process_time()
        # Without fields as little as it can compute: output currents only.
        solution = badcrossbar.compute(
            voltages,
            resistance,
            r_i=arguments.wire,
            node_voltages=arguments.fields,
            all_currents=arguments.fields,
        )
        wall.append(time.perf_counter() - wall_start)
        cpu.append(time.process_time() - cpu_start)
    np.save(arguments.output, solution.currents.output)
    report = {"version": version("badcrossbar"), "wall_s": summary(wall), "cpu_s": summary(cpu)}
    print(json.dumps(report))


if __name__ == "__main__":
    main()
