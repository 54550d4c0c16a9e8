"""Every benchmark, one after the other, and what came of them in one table.

    all_figures.py [--only NAME,…] [--long]

Each runs with its own defaults, the page for two minutes; --long adds the five million letters and the page's ten
minutes. A benchmark that breaks is a row of its own, and the rest goes on.
"""

import dataclasses
import json
import pathlib
import subprocess
import sys

from measure import machine, say
from report import Figure, parser, table

HERE = pathlib.Path(__file__).resolve().parent


@dataclasses.dataclass
class Benchmark:
    """`command` is how `./run` starts it; `program` is what then runs."""

    command: str
    program: str
    words: tuple = ()
    long_words: tuple = ()

    def run(self, is_long):
        """Its figures, whatever becomes of it."""
        words = self.long_words if is_long else self.words
        done = subprocess.run([sys.executable, "-B", HERE / self.program, "--json", *words], stdout=subprocess.PIPE,
                              text=True)
        try:
            figures = [Figure(**json.loads(line)) for line in done.stdout.splitlines()]
        except ValueError:
            figures = []
        if done.returncode not in (0, 1) or not figures:
            return [Figure(self.program, None, is_broken=True, note=f"broke with exit code {done.returncode}: see above")]
        return figures


BENCHMARKS = {
    "smtp": Benchmark("./run bench", "smtp_rate.py"),
    "newsletters": Benchmark("./run bench newsletters", "newsletter_rate.py"),
    "memory": Benchmark("./run bench memory", "peak_memory.py", (), ("--long",)),
    "many": Benchmark("./run bench many", "many_campaigns.py"),
    "limits": Benchmark("./run bench limits", "domain_limits.py"),
    "pause": Benchmark("./run bench pause", "pause_latency.py"),
    "paused": Benchmark("./run bench paused", "paused_campaigns.py"),
    "audit": Benchmark("./run bench audit", "audited_events.py"),
    "page": Benchmark("./run bench page", "page_figures.py", ("--minutes", "2"), ("--minutes", "10")),
}


def main():
    words = parser(__doc__)
    words.add_argument("--only", help="names with commas: " + ", ".join(BENCHMARKS))
    words.add_argument("--long", action="store_true", help="those that take many minutes too")
    options = words.parse_args()
    chosen = options.only.split(",") if options.only else list(BENCHMARKS)
    if unknown := set(chosen) - set(BENCHMARKS):
        words.error(f"there is no {', '.join(unknown)}; there are: {', '.join(BENCHMARKS)}")
    rows, figures = [], []
    for name in chosen:
        benchmark = BENCHMARKS[name]
        say(f"{benchmark.command} …")
        found = benchmark.run(options.long)
        figures += found
        rows += [[benchmark.command if at == 0 else "", *figure.cells(options.tolerance)]
                 for at, figure in enumerate(found)]
    if options.json:
        print("\n".join(json.dumps(dataclasses.asdict(figure)) for figure in figures))
    else:
        print(f"\n{machine()}\n\n{table(rows, ['command', '', 'measured', 'wanted', '', ''])}\n")
    return 0 if all(figure.holds(options.tolerance) for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
