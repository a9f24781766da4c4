"""Ohmloom, badcrossbar and ngspice side by side: the same arrays, the same run, and the same currents, or it fails.

Prints Markdown tables; README.md beside this file tells what is measured.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import numpy as np
except ModuleNotFoundError:
    sys.exit("error: this Python has no numpy; README.md beside this file tells how to install it")

import spice
from measure import CommandError, note, run

HERE = Path(__file__).resolve().parent
BATCH = 100
TRANSFER_SIZE = 128
# Largest relative difference of an output current from Ohmloom's. SPICE iterates to its own tolerances.
AGREEMENT = {"badcrossbar": 1e-9, "ngspice": 1e-4, "transfer matrix": 1e-9}
# Threads of a BLAS would spin, and be counted as CPU time that a peer does not need.
ONE_BLAS_THREAD = {
    name: "1"
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
}


class Disagreement(RuntimeError):
    """Currents of two simulators that differ too much."""


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    sizes = {"type": int, "nargs": "*", "metavar": "N"}
    parser.add_argument("--sizes", default=[32, 64, 128, 256, 512], **sizes, help="N x N arrays with one input (%(default)s)")
    parser.add_argument("--batch-sizes", default=[128], **sizes, help=f"arrays with {BATCH} inputs (%(default)s; 256 takes a minute)")
    parser.add_argument("--ngspice-sizes", default=[32, 64], **sizes, help="those that ngspice solves too (%(default)s; 128 takes minutes)")
    parser.add_argument("--scaling", action="store_true", help="also time Ohmloom alone on larger arrays")
    parser.add_argument("--scaling-sizes", default=[128, 256, 512, 1024, 2048], **sizes, help="sizes for --scaling (%(default)s)")
    parser.add_argument("--repeat", type=int, default=11, metavar="COUNT", help="solutions by Ohmloom (%(default)s)")
    parser.add_argument("--peer-repeat", type=int, default=3, metavar="COUNT", help="solutions by each peer (%(default)s)")
    parser.add_argument("--skip", nargs="*", default=[], choices=["badcrossbar", "ngspice"], help="peers to leave out")
    parser.add_argument("--seed", type=int, default=1, help="of the arrays and inputs (%(default)s)")
    parser.add_argument("--wire", type=float, default=1.0, metavar="OHM", help="every wire segment (%(default)s)")
    parser.add_argument("--threads", type=int, metavar="COUNT", help="threads of Ohmloom (one for each core)")
    parser.add_argument("--time-solve", type=Path, metavar="FILE", help="the built binary; without it, cargo builds it")
    parser.add_argument("--badcrossbar-python", default=sys.executable, metavar="FILE", help="a Python that has badcrossbar (this one)")
    parser.add_argument("--ngspice", default="ngspice", metavar="FILE", help="ngspice's executable (from the PATH)")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write all figures as JSON")
    arguments = parser.parse_args()
    if min(arguments.repeat, arguments.peer_repeat) < 1:
        parser.error("repeat at least once")
    return arguments


def build_time_solve():
    note("building time-solve ...")
    command = ["cargo", "build", "--release", "--package", "ohmloom-benches", "--bin", "time-solve"]
    built = subprocess.run([*command, "--message-format=json"], cwd=HERE, stdout=subprocess.PIPE, text=True)
    if built.returncode != 0:
        raise CommandError("cargo could not build time-solve")
    executables = (json.loads(line).get("executable") for line in built.stdout.splitlines())
    return Path(next(path for path in executables if path))


def find_peers(arguments):
    """The peers that this machine has, less those to be skipped."""
    peers = []
    probe = [arguments.badcrossbar_python, "-W", "ignore", "-c", "from badcrossbar import compute"]
    checks = {
        "badcrossbar": (
            lambda: subprocess.run(probe, capture_output=True).returncode == 0,
            f"{arguments.badcrossbar_python} has none (see README.md)",
        ),
        "ngspice": (lambda: shutil.which(arguments.ngspice), f"no {arguments.ngspice} on the PATH"),
    }
    for name, (present, why_not) in checks.items():
        if name in arguments.skip:
            continue
        if present():
            peers.append(name)
        else:
            note(f"leaving out {name}: {why_not}")
    return peers


class Array:
    """An N x N array and its inputs, also as files in a folder that goes with it."""

    def __init__(self, size, inputs, seed):
        random = np.random.default_rng([seed, size, inputs])
        self.size, self.inputs = size, inputs
        self.resistance = random.uniform(1e4, 1e5, (size, size))
        self.voltages = random.uniform(0.0, 0.2, (inputs, size))

    def __enter__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="ohmloom-compare-")
        self.folder = Path(self._folder.name)
        np.save(self.folder / "resistance.npy", self.resistance)
        np.save(self.folder / "voltages.npy", self.voltages)
        self.files = ["--resistance", self.folder / "resistance.npy", "--voltages", self.folder / "voltages.npy"]
        return self

    def __exit__(self, *_):
        self._folder.cleanup()


def ohmloom(arguments, array, *flags, repeat=None):
    """Report of `time-solve`, and the output currents."""
    output = array.folder / "ohmloom.npy"
    threads = {"RAYON_NUM_THREADS": str(arguments.threads)} if arguments.threads else {}
    command = [arguments.time_solve, *array.files, "--wire", arguments.wire, "--repeat", repeat or arguments.repeat]
    printed, _, _ = run([*command, "--output", output, *flags], environment=threads)
    return json.loads(printed), np.load(output)


def badcrossbar(arguments, array, *flags):
    output = array.folder / "badcrossbar.npy"
    command = [arguments.badcrossbar_python, HERE / "badcrossbar_worker.py", *array.files, "--wire", arguments.wire]
    command += ["--repeat", arguments.peer_repeat, "--output", output, *flags]
    printed, _, _ = run(command, environment=ONE_BLAS_THREAD)
    return json.loads(printed), np.load(output)


def ngspice(arguments, array, *_):
    return spice.solve(
        arguments.ngspice, array.resistance, array.voltages[0], arguments.wire, arguments.peer_repeat, array.folder
    )


def check_agreement(what, array, ours, theirs):
    """Largest relative difference of the currents, which must be below the peer's limit."""
    difference = float(np.max(np.abs(ours - theirs) / np.abs(theirs)))
    if not difference <= AGREEMENT[what]:
        raise Disagreement(
            f"{what} and ohmloom differ by {difference:.1e} (more than {AGREEMENT[what]:.0e}) "
            f"at {array.size} x {array.size} with {array.inputs} input(s)"
        )
    return difference


def compare(arguments, peers, size, inputs, fields):
    """Measures one case with all that take part in it: output currents, or all voltages and currents (`fields`)."""
    note(f"{size} x {size}, {inputs} input(s), {'all fields' if fields else 'output currents'} ...")
    flags = ["--fields"] if fields else []
    with Array(size, inputs, arguments.seed) as array:
        report, currents = ohmloom(arguments, array, *flags)
        case = {"size": size, "inputs": inputs, "fields": fields, "ohmloom": report, "peers": {}}
        for name, solve in (("badcrossbar", badcrossbar), ("ngspice", ngspice)):
            takes_part = name == "badcrossbar" or (inputs == 1 and not fields and size in arguments.ngspice_sizes)
            if name in peers and takes_part:
                peer, theirs = solve(arguments, array, *flags)
                peer["difference"] = check_agreement(name, array, currents, theirs)
                peer["ratio"] = {
                    "cpu_to_wall": ratio(peer["cpu_s"], report["wall_s"]),
                    "cpu_to_cpu": ratio(peer["cpu_s"], report["cpu_s"]),
                    "wall_to_wall": ratio(peer["wall_s"], report["wall_s"]),
                }
                case["peers"][name] = peer
        return case


def ratio(theirs, ours):
    return theirs["median"] / ours["median"]


def transfer_matrix(arguments):
    """Times the transfer matrix, and checks that it gives the currents that solving gives."""
    note(f"transfer matrix of {TRANSFER_SIZE} x {TRANSFER_SIZE} ...")
    with Array(TRANSFER_SIZE, BATCH, arguments.seed) as array:
        _, solved = ohmloom(arguments, array, repeat=1)
        report, applied = ohmloom(arguments, array, "--transfer-matrix")
        difference = check_agreement("transfer matrix", array, applied, solved)
        return {"size": TRANSFER_SIZE, "inputs_applied": BATCH, "ohmloom": report, "difference": difference}


def scale(arguments, size):
    """Ohmloom alone, one input."""
    note(f"scaling: {size} x {size} ...")
    with Array(size, 1, arguments.seed) as array:
        report, _ = ohmloom(arguments, array, repeat=min(arguments.repeat, 5))
        return {"size": size, "ohmloom": report}


def seconds(value):
    for unit, factor in (("s", 1.0), ("ms", 1e3)):
        if value * factor >= 1.0:
            return f"{value * factor:.3g} {unit}"
    return f"{value * 1e6:.3g} µs"


def times(value):
    return f"{value:.0f}" if value >= 100.0 else f"{value:.2g}"


def table(header, rows):
    cells = [header, ["---:"] * len(header), *rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in cells)


def comparison_rows(case):
    ours = case["ohmloom"]
    for name, peer in case["peers"].items():
        yield [
            str(case["size"]),
            str(case["inputs"]),
            "all fields" if case["fields"] else "outputs",
            name,
            seconds(peer["cpu_s"]["median"]),
            seconds(peer["wall_s"]["median"]),
            seconds(ours["wall_s"]["median"]),
            seconds(ours["cpu_s"]["median"]),
            f"**{times(peer['ratio']['cpu_to_wall'])}**",
            times(peer["ratio"]["cpu_to_cpu"]),
            times(peer["ratio"]["wall_to_wall"]),
            f"{peer['difference']:.0e}",
        ]
    if not case["peers"]:
        ohmloom_alone = [seconds(ours[key]["median"]) for key in ("wall_s", "cpu_s")]
        result = "all fields" if case["fields"] else "outputs"
        yield [str(case["size"]), str(case["inputs"]), result, "none", "", "", *ohmloom_alone, "", "", "", ""]


def print_tables(results):
    if results["cases"]:
        print("Medians. CPU: processor seconds of all threads; wall: elapsed.\n")
        header = ["N", "inputs", "result", "peer", "peer CPU", "peer wall", "Ohmloom wall", "Ohmloom CPU"]
        header += ["peer CPU / Ohmloom wall", "CPU / CPU", "wall / wall", "currents differ by"]
        print(table(header, [row for case in results["cases"] for row in comparison_rows(case)]))
    transfer = results["transfer_matrix"]
    print(
        f"\nTransfer matrix of {transfer['size']} x {transfer['size']}, applied to {transfer['inputs_applied']} inputs: "
        f"{seconds(transfer['ohmloom']['wall_s']['median'])} wall."
    )
    if results["scaling"]:
        print("\nOhmloom alone, one input:\n")
        rows = []
        for case in results["scaling"]:
            report = case["ohmloom"]
            memory = report["peak_memory_bytes"]
            rows.append([
                str(case["size"]),
                seconds(report["wall_s"]["median"]),
                seconds(report["cpu_s"]["median"]),
                str(report["iterations"]),
                report["method"],
                f"{report['kcl_relative']:.0e}",
                "unknown" if memory is None else f"{memory / 2**20:.0f} MiB",
            ])
        print(table(["N", "wall", "CPU", "iterations", "method", "KCL", "peak memory"], rows))


def main():
    arguments = parse_arguments()
    arguments.time_solve = arguments.time_solve.resolve() if arguments.time_solve else build_time_solve()
    peers = find_peers(arguments)
    cases = [(size, 1) for size in arguments.sizes] + [(size, BATCH) for size in arguments.batch_sizes]
    results = {
        "machine": {
            "system": platform.platform(),
            "processor": platform.machine(),
            "cores": os.cpu_count(),
            "load_before": os.getloadavg(),
            "python": platform.python_version(),
        },
        "settings": {
            "wire_ohm": arguments.wire,
            "seed": arguments.seed,
            "repeat": arguments.repeat,
            "peer_repeat": arguments.peer_repeat,
        },
        "cases": [compare(arguments, peers, *case, fields) for case in cases for fields in (False, True)],
        "transfer_matrix": transfer_matrix(arguments),
        "scaling": [scale(arguments, size) for size in arguments.scaling_sizes] if arguments.scaling else [],
    }
    print_tables(results)
    if arguments.output:
        arguments.output.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    try:
        main()
    except (CommandError, Disagreement) as error:
        sys.exit(f"error: {error}")
