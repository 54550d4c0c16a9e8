"""Letters a second through SMTP with durable claims, beside Postfix's smtp-source, into the same smtp-sink.

    smtp_rate.py [--letters N] [--connections 20,100,5] [--bytes N] [--rounds N]

Ours: an audience of N from a CSV, a personalised letter of about 2 KB; timed from the command `start` until the last
outcome is in the log; the import is shown apart. Theirs: smtp-source -d with as many connections and letters of the
same size on the wire, which makes up one letter and keeps no books. The two take turns; the ratio is the median of
the rounds' ratios.
"""

import statistics
import sys

from measure import Engine, import_csv, peak_mib, say, send, smtp_sink, smtp_source, wire_bytes
from report import at_least, finish, parser, shown

RATIO_MIN = {20: 1.2, 100: 1.8, 5: 0.8}
SENTENCE = "All of our things cost twenty percent less this week. "
# The greeting and a letter's own headers are about so much.
OVERHEAD_BYTES = 420


def row(index):
    return f"user{index}@example{index % 50}.com", f"Name {index}", f"City {index % 100}"


def body_of(size):
    return "Hello {{name}} from {{city}},\n\n" + SENTENCE * max(1, round((size - OVERHEAD_BYTES) / len(SENTENCE)))


def sluice(port, letters, connections, size):
    with Engine(f"smtp://127.0.0.1:{port}", {"relay.connections": connections}) as engine:
        audience, import_seconds = import_csv(engine, ["email", "name", "city"], row, letters)
        campaign = engine.create(audience, text=body_of(size), subject="{{name}}, everything is 20% off")
        on_wire = wire_bytes(engine, campaign)
        sent = send(engine, campaign, letters)
        return sent, peak_mib(engine.process.pid), letters / import_seconds, on_wire


def rounds(port, connections, options):
    ours, theirs, peaks, imports = [], [], [], []
    on_wire = options.bytes
    for _ in each_round(options, connections):
        sent, peak, imported, on_wire = sluice(port, options.letters, connections, options.bytes)
        ours.append(sent)
        peaks.append(peak)
        imports.append(imported)
        theirs.append(smtp_source(port, options.letters, connections, on_wire))
    ratio, rate, cpu = medians(ours, theirs)
    _, rival, cpu_of_rival = medians(theirs, ours)
    beside = f"{rate:,.0f} letters/s beside {rival:,.0f}, {on_wire:,} bytes on the wire"
    name = f"{connections} connections"
    wanted = RATIO_MIN.get(connections) if options.bytes == 2048 else None
    return [at_least(f"{name}: ratio to smtp-source", ratio, wanted, note=beside, digits=2),
            shown(f"{name}: CPU a letter", cpu, "µs", f"smtp-source: {cpu_of_rival:.0f} µs"),
            shown(f"{name}: peak memory", statistics.median(peaks), "MiB",
                  f"with the import of {options.letters:,} rows, at {statistics.median(imports):,.0f} rows/s")]


def rates_of(doc):
    """The options of a benchmark that sends so many letters of a size, in rounds, over each number of connections."""
    words = parser(doc)
    words.add_argument("--letters", type=int, default=100_000)
    words.add_argument("--connections", default="20,100,5", help="one number or several with commas")
    words.add_argument("--bytes", type=int, default=2048, help="of a letter, about (default %(default)s)")
    words.add_argument("--rounds", type=int, default=3)
    options = words.parse_args()
    options.connections = [int(one) for one in options.connections.split(",")]
    return options


def each_round(options, connections):
    for number in range(options.rounds):
        say(f"{connections} connections, round {number + 1} of {options.rounds} …")
        yield number


def medians(sent, rivals):
    """The median of the rounds' ratios to the rival's rate, of the rates, and of the CPU time a letter in µs."""
    return (statistics.median(one.rate / rival.rate for one, rival in zip(sent, rivals)),
            statistics.median(one.rate for one in sent), statistics.median(one.cpu_us for one in sent))


def main():
    options = rates_of(__doc__)
    with smtp_sink() as port:
        figures = [figure for connections in options.connections for figure in rounds(port, connections, options)]
    title = f"{options.letters:,} letters through SMTP, medians of {options.rounds} rounds beside smtp-source"
    return finish(title, figures, options)


if __name__ == "__main__":
    sys.exit(main())
