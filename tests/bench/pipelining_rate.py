"""What the safe default of pipelining costs, and what BDAT gives back: letters a second in each way, into one server that
bears them all (chunking_sink).

    pipelining_rate.py [--letters N] [--connections 20,100,5] [--bytes N] [--rounds N]

The ways take turns; each figure is the median of the rounds' ratios to the default, `?pipelining=commands`.
"""

import contextlib
import subprocess
import sys

from measure import Engine, import_csv, send
from report import finish, shown
from smtp_rate import body_of, each_round, medians, rates_of, row

CHUNKING_SINK = "build/release/tests/bench/chunking_sink"
WAYS = {"pipelining=off": "?pipelining=off", "pipelining=commands": "", "chunking=on": "?chunking=on",
        "pipelining=full": "?pipelining=full"}
DEFAULT = "pipelining=commands"


@contextlib.contextmanager
def chunking_sink():
    sink = subprocess.Popen([CHUNKING_SINK], stdout=subprocess.PIPE, text=True)
    try:
        yield int(sink.stdout.readline())
    finally:
        sink.terminate()
        sink.wait()


def measure(port, options, connections, flags):
    with Engine(f"smtp://127.0.0.1:{port}{flags}", {"relay.connections": connections}) as engine:
        audience, _ = import_csv(engine, ["email", "name", "city"], row, options.letters)
        campaign = engine.create(audience, text=body_of(options.bytes), subject="{{name}}, everything is 20% off")
        return send(engine, campaign, options.letters)


def rounds(port, options, connections):
    sent = {way: [] for way in WAYS}
    for _ in each_round(options, connections):
        for way, flags in WAYS.items():
            sent[way].append(measure(port, options, connections, flags))
    for way, found in sent.items():
        ratio, rate, cpu = medians(found, sent[DEFAULT])
        yield shown(f"{connections} connections, {way}", rate, "letters/s",
                    f"{ratio:.2f} of the default, {cpu:.0f} µs CPU a letter")


def main():
    options = rates_of(__doc__)
    with chunking_sink() as port:
        figures = [figure for connections in options.connections for figure in rounds(port, options, connections)]
    return finish(f"{options.letters:,} letters of {options.bytes:,} bytes, medians of {options.rounds} rounds", figures,
                  options)


if __name__ == "__main__":
    sys.exit(main())
