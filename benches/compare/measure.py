"""Processes and what they cost."""

import os
import resource
import statistics
import subprocess
import sys
import time


class CommandError(RuntimeError):
    """A command that ended with an error; the message holds what it said."""


def run(command, environment=None, directory=None):
    """Runs a command to its end. Returns its standard output, wall seconds and CPU seconds."""
    start = time.perf_counter()
    before = children_cpu()
    process = subprocess.run(
        [str(part) for part in command],
        env={**os.environ, **(environment or {})},
        cwd=directory,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    wall = time.perf_counter() - start
    cpu = children_cpu() - before
    if process.returncode != 0:
        said = (process.stderr.strip() or process.stdout.strip())[-2000:]
        raise CommandError(f"{command[0]} failed ({process.returncode}): {said}")
    return process.stdout, wall, cpu


def children_cpu():
    """Processor seconds of all child processes that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def summary(seconds):
    """Median and minimum, as `time-solve` reports them."""
    return {"median": statistics.median(seconds), "min": min(seconds)}


def note(message):
    """Tells what is going on, apart from the tables on standard output."""
    print(message, file=sys.stderr, flush=True)
