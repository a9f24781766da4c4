#!/usr/bin/env python3
"""Runs a folder of decks with known answers and prints how many agree.

    python3 netlists/conformance/run.py FOLDER [--ohmloom target/release/ohmloom] [--only TEXT] [--verbose]

FOLDER holds, at any depth, one folder for each deck: `deck.cir`, and for each plot of the reference simulator a table
`NN_plot_name.tsv.gz` (header of vector names, `x.re`/`x.im` for complex ones, first column the scale if there is more than
one row) and a `meta.json` whose `plots[].plot` names the plots and whose `plots[].vs_tight.max_rms` says how far the reference
itself moves when its tolerances are tightened.

Agreement: for operating points, sweeps, AC, noise and transfer functions every value within 1e-3 of the vector's largest
value plus 1e-6 V or 1e-12 A; for transients the rms difference of each vector, relative to its largest value, at most 1e-2
or three times the reference's own movement.

Needs numpy. Exit status 0 if every deck agrees.
"""
import argparse
import concurrent.futures
import gzip
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np


def read_raw(path):
    """All plots of a binary rawfile: (plot name, {vector name: array}, [vector names])."""
    data = pathlib.Path(path).read_bytes()
    at = 0
    plots = []
    while at < len(data):
        header = {}
        names = []
        while True:
            end = data.index(b"\n", at)
            line = data[at:end].decode("latin-1")
            at = end + 1
            key, _, value = line.partition(":")
            if key == "Binary":
                break
            if key == "Variables":
                for _ in range(int(header["No. Variables"])):
                    end = data.index(b"\n", at)
                    names.append(data[at:end].decode("latin-1").split()[1].lower())
                    at = end + 1
            else:
                header[key] = value.strip()
        points = int(header["No. Points"])
        kind = np.complex128 if "complex" in header["Flags"] else np.float64
        size = points * len(names) * np.dtype(kind).itemsize
        table = np.frombuffer(data[at : at + size], dtype=kind).reshape(points, len(names))
        at += size
        plots.append((header["Plotname"], table, names))
    return plots


def candidate(column, names, table):
    """The column of a rawfile that a column of the reference speaks of."""
    part = None
    name = column
    if column.endswith((".re", ".im")):
        name, part = column[:-3], column[-2:]
    for form in (name, f"v({name})", name[2:-1] if name.startswith(("v(", "i(")) else name):
        if form in names:
            values = table[:, names.index(form)]
            return values.imag if part == "im" else values.real
    return None


def relative_rms(time, gold, found_time, found):
    scale = np.max(np.abs(gold))
    if scale == 0.0:
        scale = 1.0
    # A jump has two values at one time; compare on the reference's grid.
    difference = np.interp(time, found_time, found) - gold
    return float(np.sqrt(np.mean(difference**2)) / scale)


def compare(folder, plot, found_plots, index):
    """Complaints about one plot."""
    with gzip.open(folder / plot["file"], "rt") as file:
        columns = [name.lower() for name in file.readline().rstrip("\n").split("\t")]
        gold = np.loadtxt(file, ndmin=2)
    same = [found for found in found_plots if found[0].lower() == plot["plot"].lower()]
    if index >= len(same):
        return [f"no plot `{plot['plot']}`"]
    _, table, names = same[index]
    transient = "transient" in plot["plot"].lower()
    complaints = []
    for position, column in enumerate(columns):
        is_scale = position == 0 and len(gold) > 1
        if is_scale and transient:
            continue
        values = candidate(column, names, table)
        if values is None:
            complaints.append(f"no vector {column}")
            continue
        expected = gold[:, position]
        if transient:
            tight = plot.get("vs_tight") or {}
            allowed = max(1e-2, 3 * (tight.get("max_rms") or 0.0))
            rms = relative_rms(gold[:, 0], expected, table[:, 0].real, values)
            # A vector that is nothing but rounding noise has no meaningful relative difference.
            floor = 1e-12 if column.startswith("i(") else 1e-6
            if rms > allowed and rms * np.max(np.abs(expected)) > floor:
                complaints.append(f"{column}: rms {rms:.2g} > {allowed:.2g}")
            continue
        if len(values) != len(expected):
            complaints.append(f"{column}: {len(values)} points, expected {len(expected)}")
            continue
        absolute = 1e-12 if column.startswith("i(") else 1e-6
        if "noise" in column:
            absolute = 0.0
        error = np.abs(values - expected)
        allowed = absolute + 1e-3 * np.max(np.abs(expected))
        if not (error <= allowed).all():
            worst = int(np.argmax(error))
            complaints.append(
                f"{column}: {values[worst]:.6g}, expected {expected[worst]:.6g} at point {worst}"
            )
    return complaints


def run(program, folder):
    meta = json.loads((folder / "meta.json").read_text())
    with tempfile.TemporaryDirectory() as scratch:
        raw = pathlib.Path(scratch) / "out.raw"
        try:
            outcome = subprocess.run(
                [program, "sim", "deck.cir", "-b", "-r", raw],
                cwd=folder,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=120,
            )
        except subprocess.TimeoutExpired:
            return ["did not end within two minutes"]
        # Measurements that fail make the exit status 1; the results are there all the same.
        if not raw.exists():
            lines = [line for line in outcome.stderr.splitlines() if line.strip()]
            return [f"exit status {outcome.returncode}"] + lines[:12]
        found = read_raw(raw)
    complaints = []
    seen = {}
    for plot in meta["plots"]:
        index = seen.get(plot["plot"], 0)
        seen[plot["plot"]] = index + 1
        complaints += compare(folder, plot, found, index)
    return complaints


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--ohmloom", default="target/release/ohmloom")
    parser.add_argument("--only", default="", help="decks whose name contains this")
    parser.add_argument("--verbose", action="store_true", help="all complaints, not the first")
    arguments = parser.parse_args()
    program = str(pathlib.Path(arguments.ohmloom).resolve())
    folders = sorted(
        deck.parent for deck in arguments.folder.rglob("deck.cir") if arguments.only in str(deck)
    )
    if not folders:
        sys.exit(f"no deck.cir below {arguments.folder}")
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        results = list(pool.map(lambda folder: run(program, folder), folders))
    agreed = 0
    for folder, complaints in zip(folders, results):
        agreed += not complaints
        print(f"{'ok  ' if not complaints else 'FAIL'}  {folder.name}")
        for complaint in complaints if arguments.verbose else complaints[:2]:
            print(f"        {complaint}")
    print(f"{agreed} of {len(folders)} decks agree")
    sys.exit(agreed != len(folders))


if __name__ == "__main__":
    main()
