"""The same array as a SPICE deck, and ngspice's solution of it."""

import statistics
import subprocess

import numpy as np

from measure import run, summary


def deck(resistance, voltages, wire, ending):
    """A read array: rows driven at the left through one segment, columns grounded at the bottom through one.

    Node `r<i>_<j>` is the row's side of a crossing, `c<i>_<j>` the column's; `vs<j>` measures the current that leaves column j.
    """
    rows, columns = resistance.shape
    lines = [f"* {rows} x {columns} crossbar, {wire!r} ohm segments"]
    for i in range(rows):
        lines.append(f"vd{i} d{i} 0 {float(voltages[i])!r}")
        nodes = [f"d{i}"] + [f"r{i}_{j}" for j in range(columns)]
        lines += [f"rr{i}_{j} {nodes[j]} {nodes[j + 1]} {wire!r}" for j in range(columns)]
        lines += [f"rx{i}_{j} r{i}_{j} c{i}_{j} {float(resistance[i, j])!r}" for j in range(columns)]
    for j in range(columns):
        nodes = [f"c{i}_{j}" for i in range(rows)] + [f"s{j}"]
        lines += [f"rc{i}_{j} {nodes[i]} {nodes[i + 1]} {wire!r}" for i in range(rows)]
        lines += [f"vs{j} s{j} 0 0", f".save i(vs{j})"]
    # KLU where this ngspice has it: an older one ignores the option and uses Sparse.
    return "\n".join([*lines, ".options noacct klu", *ending, ".end", ""])


def version(executable):
    """First line of `ngspice --version` that names a version."""
    text = subprocess.run([executable, "--version"], capture_output=True, text=True).stdout
    return next((line.strip("* ").split(" : ")[0] for line in text.splitlines() if "ngspice-" in line), "unknown")


def raw_operating_point(path, columns):
    """Currents of `vs0`, `vs1`, ... from a binary raw file of an operating point."""
    header, _, values = path.read_bytes().partition(b"Binary:\n")
    variables = header.decode().split("Variables:")[-1].strip().splitlines()
    names = [line.split()[1] for line in variables]
    currents = dict(zip(names, np.frombuffer(values, count=len(names)), strict=True))
    return np.array([[currents[f"i(vs{j})"] for j in range(columns)]])


def solve(executable, resistance, voltages, wire, repeat, folder):
    """Solves `repeat` times, each in a fresh process. Returns the report and the output currents.

    Reading the deck is not counted: it is measured with a deck that ends there, and taken off.
    """
    solving, reading = folder / "solve.cir", folder / "read.cir"
    solving.write_text(deck(resistance, voltages, wire, [".op"]))
    reading.write_text(deck(resistance, voltages, wire, [".control", "quit", ".endc"]))
    raw = folder / "solve.raw"
    costs = {"solve": [], "read": []}
    for _ in range(repeat):
        for name, arguments in (("read", [reading]), ("solve", ["-r", raw, solving])):
            _, wall, cpu = run([executable, "-n", "-b", *arguments], directory=folder)
            costs[name].append((wall, cpu))
    report = {"version": version(executable)}
    for index, key in enumerate(("wall_s", "cpu_s")):
        read = statistics.median(cost[index] for cost in costs["read"])
        report[f"read_{key}"] = read
        report[key] = summary([max(cost[index] - read, 0.0) for cost in costs["solve"]])
    return report, raw_operating_point(raw, resistance.shape[1])
