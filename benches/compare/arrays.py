#!/usr/bin/env python3
"""Times arrays of 1T1R cells, solved as arrays, beside ngspice with the same cells as decks: whole processes.

    cargo build --release -p ohmloom -p ohmloom-benches
    python3 benches/compare/arrays.py [--binaries target/release] [--sizes 32 64] [--large 256 512] [--write 16 32] [--large-write 64] [--repeat 3]

Operating points: all word lines on, rows at 0.05 to 0.2 V, cells of 10k to 100k, 1 ohm wires, level-1 transistors; `ohmloom array solve`
with files in and out, against ngspice on the deck of `ohmloom array export`. Write pulses: one row, 25 ns, 1 fF at each wire node (the
deck of decks.py); the rms difference of the column currents from an ngspice run with reltol=1e-6, over time and relative to
the largest current, for both. Large sizes run without ngspice.

Needs numpy and ngspice. ngspice takes minutes for N = 128 and for writes above N = 32.
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from decks import candidate, read_raw, run, timed, with_transistors  # noqa: E402

CELL = """\
[transistor]
gate = 1.5
[transistor.parameters]
vto = 0.45
kp = 300e-6
gamma = 0.4
phi = 0.8
lambda = 0.05
tox = 2.6e-9
is = 1e-16
w = 1e-6
l = 0.13e-6
"""


def operating_point(program, n, folder, repeat, peer):
    """Seconds of both, and the largest relative difference of the column currents."""
    random = np.random.default_rng(n)
    names = {name: folder / name for name in ["g.npy", "v.npy", "i.npy", "cell.toml", "a.cir", "a.raw"]}
    np.save(names["g.npy"], 1 / random.uniform(1e4, 1e5, (n, n)))
    np.save(names["v.npy"], random.uniform(0.05, 0.2, n))
    names["cell.toml"].write_text(CELL)
    array = ["--conductance", names["g.npy"], "--inputs", names["v.npy"], "--cell", names["cell.toml"]]
    own = timed([program, "array", "solve", *array, "--output", names["i.npy"]], repeat)
    if not peer:
        return own, None, None
    subprocess.run([program, "array", "export", *array, "-o", names["a.cir"]], check=True, capture_output=True)
    other = timed(["ngspice", "-b", "-r", names["a.raw"], names["a.cir"]], repeat)
    _, table, vectors = read_raw(names["a.raw"])[0]
    currents = np.load(names["i.npy"])
    expected = np.array([float(candidate(f"i(vout{j})", vectors, table)[0]) for j in range(n)])
    return own, other, float(np.max(np.abs(currents - expected)) / np.max(np.abs(expected)))


def resistances(n):
    """Those of the deck, in its order."""
    random = np.random.default_rng(n)
    return np.array([[float(f"{random.uniform(1e4, 1e5):.9g}") for _ in range(n)] for _ in range(n)])


def difference(reference, times, currents):
    _, table, names = reference
    grid = table[:, 0]
    weights = np.gradient(grid)
    squares, largest = 0.0, 0.0
    for j in range(currents.shape[1]):
        expected = candidate(f"i(vs{j})", names, table)
        error = np.interp(grid, times, currents[:, j]) - expected
        squares += float(np.sum(weights * error**2) / np.sum(weights))
        largest = max(largest, float(np.max(np.abs(expected))))
    return np.sqrt(squares / currents.shape[1]) / largest


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binaries", default="target/release")
    parser.add_argument("--sizes", type=int, nargs="*", default=[32, 64])
    parser.add_argument("--large", type=int, nargs="*", default=[256, 512])
    parser.add_argument("--write", type=int, nargs="*", default=[16, 32])
    parser.add_argument("--large-write", type=int, nargs="*", default=[64])
    parser.add_argument("--repeat", type=int, default=3)
    arguments = parser.parse_args()
    binaries = pathlib.Path(arguments.binaries).resolve()
    program = str(binaries / "ohmloom")
    print("array                    ngspice s  ohmloom s   ratio  difference")
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        for n in arguments.sizes:
            own, peer, worst = operating_point(program, n, folder, arguments.repeat, True)
            print(f"1T1R .op N={n:<4}          {peer:9.3f}  {own:9.3f}  {peer / own:6.0f}  {worst:.1e}", flush=True)
        for n in arguments.large:
            own, _, _ = operating_point(program, n, folder, arguments.repeat, False)
            print(f"1T1R .op N={n:<4}                  -  {own:9.3f}", flush=True)
        for n in arguments.write + arguments.large_write:
            np.save(folder / "r.npy", resistances(n))
            command = [binaries / "time-write", "--resistance", folder / "r.npy", "--output", folder / "i.npy"]
            own = timed(command, arguments.repeat)
            if n in arguments.large_write:
                print(f"1T1R write N={n:<4}                -  {own:9.3f}", flush=True)
                continue
            points = np.load(folder / "i.npy")
            peer, found = run("ngspice", with_transistors(n), folder, arguments.repeat)
            _, tight = run("ngspice", with_transistors(n, ".options reltol=1e-6"), folder, 1)
            ours = difference(tight, points[:, 0], points[:, 1:])
            _, table, names = found
            currents = np.array([candidate(f"i(vs{j})", names, table) for j in range(n)]).T
            theirs = difference(tight, table[:, 0], currents)
            print(
                f"1T1R write N={n:<4}        {peer:9.3f}  {own:9.3f}  {peer / own:6.1f}  "
                f"rms {ours:.1e} (ngspice {theirs:.1e})",
                flush=True,
            )


if __name__ == "__main__":
    main()
