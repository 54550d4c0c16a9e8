"""The engine's peak memory, from its start to the end of what it sends.

    peak_memory.py [--only NAME,…] [--long] [--letters N] [--seconds N] [--stop-at MIB]

million       a million letters of 2 KB, with their import
five_million  five million over 100 connections, with their import: takes some minutes, so only with --long
slow          50 campaigns of newsletters of 100 KB at a relay that takes 2 s a letter, over 20 connections
large         one campaign with 1 MB of HTML and 5,000 letters
larger        six campaigns of letters of 2 MB (HTML and text, as encoded) at the slow relay

What goes to the slow relay is looked at for `--seconds` from its first twenty letters on. An engine that takes more than `--stop-at` is ended there, and that much is what the table shows.
"""

import contextlib
import dataclasses
import sys
import time
from collections.abc import Callable

import newsletter
from measure import Engine, MemoryWatch, import_csv, peak_mib, say, send, slow_smtp_sink, smtp_sink, status_mib, wait_until
from report import at_most, finish, parser
from smtp_rate import body_of, row

SECONDS_A_LETTER = 2
CONNECTIONS = 20
COLUMNS = ["email", "name", "city"]
# Of a campaign of large letters: more than leave while it is looked at.
LETTERS = 5000


class Ended(Exception):
    """The engine took more memory than was allowed, and was ended."""

    def __init__(self, peak_mib):
        super().__init__(f"the engine took {peak_mib:.0f} MiB")
        self.peak_mib = peak_mib


@contextlib.contextmanager
def watched_engine(relay, options, connections=CONNECTIONS):
    """An engine and the watch on its memory; whatever fails because it was ended is `Ended`."""
    with Engine(relay, {"relay.connections": connections}) as engine, MemoryWatch(engine, options.stop_at) as watch:
        try:
            yield engine, watch
        except Exception as failure:
            if not watch.is_above.is_set():
                raise
            raise Ended(watch.peak) from failure


def send_short(options, letters, connections):
    """Letters of 2 KB, all of them sent."""
    with smtp_sink() as port, watched_engine(f"smtp://127.0.0.1:{port}", options, connections) as (engine, watch):
        audience, _ = import_csv(engine, COLUMNS, row, letters)
        peak_of_import = watch.peak
        campaign = engine.create(audience, text=body_of(2048), subject="{{name}}, everything is 20% off")
        sent = send(engine, campaign, letters)
        pid = engine.process.pid
        return peak_mib(pid), (f"{sent.rate:,.0f} letters/s; {peak_of_import:.0f} MiB when the import was over, "
                               f"{status_mib(pid, 'RssFile'):.0f} MiB are pages of files")


def million(options):
    return send_short(options, options.letters or 1_000_000, CONNECTIONS)


def five_million(options):
    return send_short(options, 5 * (options.letters or 1_000_000), 100)


def look_at_slow_relay(options, campaigns, fields):
    """So many campaigns at a relay that takes its time, a while after the last of them began."""
    with slow_smtp_sink(SECONDS_A_LETTER) as port, watched_engine(f"smtp://127.0.0.1:{port}", options) as (engine, _):
        audience, _ = import_csv(engine, newsletter.COLUMNS, newsletter.row, LETTERS)
        made = [engine.create(audience, **fields) for _ in range(campaigns)]
        for campaign in made:
            engine.command(campaign, "start")

        def accepted():
            counts = [engine.show(campaign)["counts"] for campaign in made]
            if any(one["skipped"] for one in counts):
                raise SystemExit(f"letters are skipped: {engine.get(f'/v1/campaigns/{made[0]}/responses')}")
            return sum(one["accepted"] for one in counts)

        # By then an engine has made ready what it will ever have ready at once, or nearly so.
        wait_until(lambda: accepted() >= CONNECTIONS, "the first letter of each connection", 900, 0.25)
        time.sleep(options.seconds)
        return peak_mib(engine.process.pid), f"{accepted()} letters had left"


def slow(options):
    return look_at_slow_relay(options, 50, newsletter.fields_of(100_000))


def large(options):
    with smtp_sink() as port, watched_engine(f"smtp://127.0.0.1:{port}", options) as (engine, _):
        audience, _ = import_csv(engine, newsletter.COLUMNS, newsletter.row, LETTERS)
        campaign = engine.create(audience, **{**newsletter.fields_of(4000), "html": newsletter.html(1_000_000)})
        sent = send(engine, campaign, LETTERS)
        return peak_mib(engine.process.pid), f"{sent.rate:,.0f} letters/s, {sent.cpu_us:,.0f} µs CPU a letter"


def larger(options):
    # Encoded, this is 1.9 MB: beyond 2 MiB no letter leaves at all.
    return look_at_slow_relay(options, 6, {**newsletter.fields_of(4000), "html": newsletter.html(800_000),
                                           "text": newsletter.text(800_000)})


def mebibytes(megabytes):
    return megabytes * 1e6 / 2**20


@dataclasses.dataclass
class Case:
    title: str
    wanted_mib: float
    run: Callable  # from the options to the peak in MiB and a note
    is_long: bool = False

    def measure(self, options):
        try:
            peak, note = self.run(options)
        except Ended as ended:
            peak, note = ended.peak_mib, "or more: the engine was ended there"
        return at_most(self.title, peak, self.wanted_mib, "MiB", note)


CASES = {
    "million": Case("a million letters of 2 KB", 80, million),
    "five_million": Case("five million over 100 connections", 120, five_million, is_long=True),
    "slow": Case("50 campaigns of 100 KB letters at a slow relay", mebibytes(200), slow),
    "large": Case("a campaign with 1 MB of HTML, 5,000 letters", mebibytes(150), large),
    "larger": Case("six campaigns of 2 MB letters at a slow relay", mebibytes(200), larger),
}


def main():
    words = parser(__doc__)
    words.add_argument("--only", help="names with commas; default: all but five_million")
    words.add_argument("--long", action="store_true", help="five_million too")
    words.add_argument("--letters", type=int, help="instead of a million (and a fifth of five million)")
    words.add_argument("--seconds", type=int, default=20)
    words.add_argument("--stop-at", type=int, default=2048, metavar="MIB")
    options = words.parse_args()
    chosen = (options.only.split(",") if options.only
              else [name for name, case in CASES.items() if options.long or not case.is_long])
    if unknown := set(chosen) - set(CASES):
        words.error(f"there is no {', '.join(unknown)}; there are: {', '.join(CASES)}")
    figures = []
    for name in chosen:
        say(f"{CASES[name].title} …")
        figures.append(CASES[name].measure(options))
    return finish("peak memory of the engine, from its start", figures, options)


if __name__ == "__main__":
    sys.exit(main())
