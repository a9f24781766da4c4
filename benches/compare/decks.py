#!/usr/bin/env python3
"""Times `ohmloom sim` beside ngspice on decks of arrays, whole processes with reading and writing.

    python3 benches/compare/decks.py [--ohmloom target/release/ohmloom] [--sizes 32 64] [--transient 16 32] [--repeat 3]

Passive arrays: an operating point of N x N cells of 10k to 100k with 1 ohm wires, rows driven, columns grounded through ammeters.
Cells with a transistor (level 1): a write pulse of 25 ns on one row, 1 fF at each wire node. For each deck the table shows wall-clock times
(the best of the repetitions), their ratio, and how far the results are apart: operating points as the largest relative
difference, transients as the rms difference of the voltages from an ngspice run with reltol=1e-6, relative to the largest voltage, for both programs.

Needs numpy and ngspice. ngspice takes about two minutes for N = 128.
"""
import argparse
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "netlists" / "conformance"))
from run import candidate, read_raw  # noqa: E402


def passive(n):
    """An N x N array of resistors with wires."""
    random = np.random.default_rng(n)
    lines = [f"passive array {n} x {n}"]
    for i in range(n):
        lines.append(f"vrow{i} row{i} 0 {random.uniform(0, 0.2):.9g}")
        lines.append(f"vcol{i} col{i} 0 0")
    for i in range(n):
        for j in range(n):
            left = f"row{i}" if j == 0 else f"w{i}_{j - 1}"
            below = f"col{j}" if i == n - 1 else f"b{i + 1}_{j}"
            lines.append(f"rw{i}_{j} {left} w{i}_{j} 1")
            lines.append(f"rb{i}_{j} b{i}_{j} {below} 1")
            lines.append(f"rc{i}_{j} w{i}_{j} b{i}_{j} {random.uniform(1e4, 1e5):.9g}")
    return "\n".join(lines + [".op", ".end", ""])


def with_transistors(n, options=""):
    """A write pulse on the first row of an N x N array of one transistor and one resistor per cell."""
    random = np.random.default_rng(n)
    lines = [
        f"array of {n} x {n} cells with transistors",
        ".model select nmos level=1 vto=0.45 kp=300u gamma=0.4 phi=0.8 lambda=0.05 tox=2.6n cgso=0.3n"
        " cgdo=0.3n cj=1m mj=0.5 pb=0.8 cjsw=0.2n mjsw=0.33 is=1e-16",
    ]
    for i in range(n):
        bit = "pulse(0 1.8 2n 0.5n 0.5n 10n 40n)" if i == 0 else "0"
        word = "pulse(0 2 1n 0.5n 0.5n 12n 40n)" if i == 0 else "0"
        lines += [f"vb{i} bl{i} 0 {bit}", f"vw{i} wl{i} 0 {word}", f"vs{i} sl{i} 0 0"]
    for i in range(n):
        for j in range(n):
            left = f"bl{i}" if j == 0 else f"b{i}_{j - 1}"
            below = f"sl{j}" if i == n - 1 else f"s{i + 1}_{j}"
            lines += [
                f"rb{i}_{j} {left} b{i}_{j} 1",
                f"rs{i}_{j} s{i}_{j} {below} 1",
                f"rm{i}_{j} b{i}_{j} m{i}_{j} {random.uniform(1e4, 1e5):.9g}",
                f"m{i}_{j} m{i}_{j} wl{i} s{i}_{j} 0 select w=1u l=0.13u ad=0.3p as=0.3p pd=1.6u ps=1.6u",
                f"cb{i}_{j} b{i}_{j} 0 1f",
                f"cs{i}_{j} s{i}_{j} 0 1f",
            ]
    return "\n".join(lines + [options, ".tran 0.1n 25n", ".end", ""])


def timed(command, repeat):
    """Best wall-clock time, and peak memory in MiB of the largest child so far."""
    best = float("inf")
    for _ in range(repeat):
        start = time.perf_counter()
        outcome = subprocess.run(command, capture_output=True)
        best = min(best, time.perf_counter() - start)
        if outcome.returncode:
            sys.exit(f"{command[0]} failed:\n{outcome.stderr.decode(errors='replace')[-2000:]}")
    return best


def run(program, deck, folder, repeat):
    path, raw = folder / "deck.cir", folder / f"{pathlib.Path(program).name}.raw"
    path.write_text(deck)
    command = [program, "-b", "-r", raw, path]
    if program != "ngspice":
        command = [program, "sim", path, "-b", "-r", raw]
    return timed(command, repeat), read_raw(raw)[0]


def operating_point_difference(one, other):
    _, table, names = one
    worst = 0.0
    scale = np.max(np.abs(table))
    for position, name in enumerate(names):
        found = candidate(name, other[2], other[1])
        worst = max(worst, float(np.max(np.abs(found - table[:, position]))) / scale)
    return worst


def transient_difference(reference, other):
    _, table, names = reference
    grid, times = table[:, 0], other[1][:, 0]
    nodes = [name for name in names if name.startswith("v(")]
    squares, largest = 0.0, 0.0
    for name in nodes:
        values = table[:, names.index(name)]
        difference = np.interp(grid, times, candidate(name, other[2], other[1])) - values
        squares += float(np.mean(difference**2))
        largest = max(largest, float(np.max(np.abs(values))))
    return np.sqrt(squares / len(nodes)) / largest


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ohmloom", default="target/release/ohmloom")
    parser.add_argument("--sizes", type=int, nargs="*", default=[32, 64])
    parser.add_argument("--transient", type=int, nargs="*", default=[16, 32])
    parser.add_argument("--repeat", type=int, default=3)
    arguments = parser.parse_args()
    program = str(pathlib.Path(arguments.ohmloom).resolve())
    print("deck                     ngspice s  ohmloom s   ratio  difference")
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        for n in arguments.sizes:
            deck = passive(n)
            own, found = run(program, deck, folder, arguments.repeat)
            peer, expected = run("ngspice", deck, folder, 1 if n > 64 else arguments.repeat)
            difference = operating_point_difference(expected, found)
            print(f"passive .op N={n:<4}       {peer:9.3f}  {own:9.3f}  {peer / own:6.0f}  {difference:.1e}", flush=True)
        for n in arguments.transient:
            deck = with_transistors(n)
            own, found = run(program, deck, folder, arguments.repeat)
            peer, expected = run("ngspice", deck, folder, arguments.repeat)
            _, tight = run("ngspice", with_transistors(n, ".options reltol=1e-6"), folder, 1)
            ours, theirs = transient_difference(tight, found), transient_difference(tight, expected)
            print(
                f"write .tran N={n:<4}       {peer:9.3f}  {own:9.3f}  {peer / own:6.1f}  "
                f"rms {ours:.1e} (ngspice {theirs:.1e})",
                flush=True,
            )
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"largest process: {peak:.0f} MiB")


if __name__ == "__main__":
    main()
