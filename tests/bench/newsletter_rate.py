"""Newsletters a second through SMTP, beside smtp-source with letters of the same size on the wire.

    newsletter_rate.py [--sizes 100,10] [--attachment KB] [--letters N] [--connections N] [--rounds N]

Each letter has HTML and text, long lines, letters beyond ASCII and ten fields of its recipient (newsletter.py); a size
is that of both bodies together, in KB, before they are encoded; with --attachment each letter carries a file too. The two take turns, into the same smtp-sink; the ratio
is the median of the rounds' ratios.
"""

import random
import statistics
import sys

import newsletter
from measure import Engine, import_csv, peak_mib, say, send, smtp_sink, smtp_source, wire_bytes
from report import at_least, at_most, finish, parser, shown

RATIO_MIN = {100: 0.95, 10: 1.15}
RATIO_WITH_ATTACHMENT_MIN = 0.9
CPU_US_MAX = {100: 80}
# So much is sent of each size, when nothing is said: enough for some seconds.
KILOBYTES_A_ROUND = 1_000_000


def attachments(engine, kilobytes):
    if not kilobytes:
        return {}
    content = random.Random(1).randbytes(kilobytes * 1000)
    return {"attachments": [{"id": engine.http("POST", "/v1/attachments?name=price.pdf", content)["id"]}]}


def sluice(port, letters, connections, kilobytes, attached):
    with Engine(f"smtp://127.0.0.1:{port}", {"relay.connections": connections}) as engine:
        audience, _ = import_csv(engine, newsletter.COLUMNS, newsletter.row, letters)
        campaign = engine.create(audience, **newsletter.fields_of(kilobytes * 1000), **attachments(engine, attached))
        on_wire = wire_bytes(engine, campaign)
        sent = send(engine, campaign, letters)
        return sent, peak_mib(engine.process.pid), on_wire


def measure(port, kilobytes, options):
    attached = options.attachment
    letters = options.letters or min(50_000, KILOBYTES_A_ROUND // (kilobytes + attached))
    ours, theirs, peaks = [], [], []
    on_wire = 0
    for number in range(options.rounds):
        say(f"{kilobytes} KB, round {number + 1} of {options.rounds} …")
        sent, peak, on_wire = sluice(port, letters, options.connections, kilobytes, attached)
        ours.append(sent)
        peaks.append(peak)
        theirs.append(smtp_source(port, letters, options.connections, on_wire))
    ratio = statistics.median(our.rate / their.rate for our, their in zip(ours, theirs))
    rate, rival = (statistics.median(one.rate for one in of) for of in (ours, theirs))
    cpu, cpu_of_rival = (statistics.median(one.cpu_us for one in of) for of in (ours, theirs))
    name = f"{kilobytes} KB" + (f" and a file of {attached} KB" if attached else "")
    ratio_min = RATIO_WITH_ATTACHMENT_MIN if attached else RATIO_MIN.get(kilobytes)
    return [at_least(f"{name}: ratio to smtp-source", ratio, ratio_min, digits=2,
                     note=f"{rate:,.0f} letters/s beside {rival:,.0f}, {on_wire:,} bytes on the wire"),
            at_most(f"{name}: CPU a letter", cpu, None if attached else CPU_US_MAX.get(kilobytes), "µs",
                    f"smtp-source: {cpu_of_rival:.0f} µs"),
            shown(f"{name}: peak memory", statistics.median(peaks), "MiB", f"{letters:,} letters")]


def main():
    words = parser(__doc__)
    words.add_argument("--sizes", default="100,10", help="in KB, with commas (default %(default)s)")
    words.add_argument("--attachment", type=int, default=0, metavar="KB", help="a file that each letter carries")
    words.add_argument("--letters", type=int, help="of each size (default: about 1 GB of bodies, 50,000 at most)")
    words.add_argument("--connections", type=int, default=20)
    words.add_argument("--rounds", type=int, default=3)
    options = words.parse_args()
    figures = []
    with smtp_sink() as port:
        for kilobytes in map(int, options.sizes.split(",")):
            figures += measure(port, kilobytes, options)
    return finish(f"newsletters over {options.connections} connections, medians of {options.rounds} rounds beside "
                  "smtp-source", figures, options)


if __name__ == "__main__":
    sys.exit(main())
