"""What a benchmark prints: one table of what was measured beside what is wanted, and its exit code.

A figure that misses what is wanted by more than `--tolerance` percent makes the benchmark exit 1. With `--json` the
figures are printed for a program, one object a line, and `./run bench all` puts those of all benchmarks in one table.
"""

import argparse
import dataclasses
import json

PREFIXES = {"at least": "≥", "at most": "≤", "below": "<"}


@dataclasses.dataclass
class Figure:
    """One row. `measured` is None where it could not be measured, and `note` says why."""

    what: str
    measured: float | None
    unit: str = ""
    wanted: float | None = None
    bound: str = "at least"  # a key of PREFIXES
    note: str = ""
    digits: int = 0
    is_broken: bool = False  # it could not be measured, which misses everything

    def holds(self, tolerance_percent=0):
        if self.is_broken:
            return False
        if self.wanted is None:
            return True
        if self.measured is None:
            return False
        slack = self.wanted * tolerance_percent / 100
        if self.bound == "at least":
            return self.measured >= self.wanted - slack
        if self.bound == "at most":
            return self.measured <= self.wanted + slack
        return self.measured < self.wanted + slack

    def with_unit(self, value):
        return f"{value:,.{self.digits}f}" + (f" {self.unit}" if self.unit else "")

    def cells(self, tolerance_percent):
        measured = "none" if self.measured is None else self.with_unit(self.measured)
        wanted = "" if self.wanted is None else f"{PREFIXES[self.bound]} {self.with_unit(self.wanted)}"
        return [self.what, measured, wanted, "" if self.holds(tolerance_percent) else "missed", self.note]


def at_least(what, measured, wanted, unit="", note="", digits=0):
    return Figure(what, measured, unit, wanted, "at least", note, digits)


def at_most(what, measured, wanted, unit="", note="", digits=0):
    return Figure(what, measured, unit, wanted, "at most", note, digits)


def below(what, measured, wanted, unit="", note="", digits=0):
    return Figure(what, measured, unit, wanted, "below", note, digits)


def shown(what, measured, unit="", note="", digits=0):
    """For the reader; nothing is wanted of it."""
    return Figure(what, measured, unit, None, "at least", note, digits)


def table(rows, head):
    """Lines with the columns under each other; those of numbers end under each other."""
    all_rows = [head, *rows]
    widths = [max(len(row[at]) for row in all_rows) for at in range(len(head))]
    is_number = [title in ("measured", "wanted") for title in head]
    return "\n".join("  ".join(cell.rjust(width) if right else cell.ljust(width)
                               for cell, width, right in zip(row, widths, is_number)).rstrip() for row in all_rows)


def parser(description, tolerance=0.0):
    """An argument parser with the options that every benchmark takes."""
    made = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--tolerance", type=float, default=tolerance, metavar="PERCENT",
                      help="by how much a figure may miss what is wanted (default %(default)s)")
    made.add_argument("--json", action="store_true", help="figures as JSON, one a line")
    return made


def finish(title, figures, options):
    """Prints the figures; gives the exit code."""
    if options.json:
        for figure in figures:
            print(json.dumps(dataclasses.asdict(figure)))
    else:
        rows = [figure.cells(options.tolerance) for figure in figures]
        print(f"\n{title}\n\n{table(rows, ['', 'measured', 'wanted', '', ''])}\n")
    return 0 if all(figure.holds(options.tolerance) for figure in figures) else 1
