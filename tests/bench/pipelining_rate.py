"""What the safe default of pipelining costs, and what BDAT gives back: letters a second in each way, into one server that
bears them all (chunking_sink).

    pipelining_rate.py [--letters N] [--connections 20,100,5] [--bytes N] [--rounds N]

The ways take turns; each figure is the median of the rounds' ratios to the default, `?pipelining=commands`.
"""

import contextlib
import statistics
import subprocess
import sys

from measure import Engine, import_csv, say, send
from report import finish, parser, shown
from smtp_rate import body_of, row

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
    for number in range(options.rounds):
        say(f"{connections} connections, round {number + 1} of {options.rounds} …")
        for way, flags in WAYS.items():
            sent[way].append(measure(port, options, connections, flags))
    for way, found in sent.items():
        ratio = statistics.median(one.rate / usual.rate for one, usual in zip(found, sent[DEFAULT]))
        rate = statistics.median(one.rate for one in found)
        cpu = statistics.median(one.cpu_us for one in found)
        yield shown(f"{connections} connections, {way}", rate, "letters/s",
                    f"{ratio:.2f} of the default, {cpu:.0f} µs CPU a letter")


def main():
    words = parser(__doc__)
    words.add_argument("--letters", type=int, default=100_000)
    words.add_argument("--connections", default="20,100,5", help="one number or several with commas")
    words.add_argument("--bytes", type=int, default=2048, help="of a letter, about (default %(default)s)")
    words.add_argument("--rounds", type=int, default=3)
    options = words.parse_args()
    figures = []
    with chunking_sink() as port:
        for connections in map(int, options.connections.split(",")):
            figures += rounds(port, options, connections)
    return finish(f"{options.letters:,} letters of {options.bytes:,} bytes, medians of {options.rounds} rounds", figures,
                  options)


if __name__ == "__main__":
    sys.exit(main())
