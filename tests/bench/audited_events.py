"""Events that `audit verify` checks a second, over logs in the shape that dispatch over SMTP gives them.

    audited_events.py [EVENTS] [CAMPAIGNS] [LETTERS_AN_EVENT] [same|ids] [FOLDER]

`same`: one answer for all letters, as smtp-sink gives; `ids`: a queue id in each answer, as Postfix gives, so that an
event holds an answer for each letter. Without either, both. A FOLDER, which goes with one of them, is kept.
"""

import json
import os
import pathlib
import subprocess
import sys

from measure import say
from report import at_least, finish, parser

PROGRAM = os.environ.get("SLUICE_AUDIT_RATE",
                         str(pathlib.Path(__file__).resolve().parents[2] / "build/release/tests/bench/audit_rate"))
RATE_MIN = 300_000
SHAPES = {"same": "one answer for all letters", "ids": "an answer for each letter"}


def audits(options, replies):
    """What the program tells: an audit with one thread, and one with a thread for each processor."""
    words = [options.events, options.campaigns, options.letters_an_event, replies,
             *([options.folder] if options.folder else [])]
    told = subprocess.run([PROGRAM, *map(str, words)], check=True, stdout=subprocess.PIPE, text=True).stdout
    return [json.loads(line) for line in told.splitlines()]


def main():
    words = parser(__doc__)
    words.add_argument("events", nargs="?", type=int, default=1_000_000)
    words.add_argument("campaigns", nargs="?", type=int, default=100)
    words.add_argument("letters_an_event", nargs="?", type=int, default=20)
    words.add_argument("replies", nargs="?", choices=SHAPES)
    words.add_argument("folder", nargs="?")
    options = words.parse_args()
    figures = []
    for replies in [options.replies] if options.replies else SHAPES:
        say(f"{SHAPES[replies]} …")
        one, all_of_them = audits(options, replies)
        figures.append(at_least(
            SHAPES[replies], all_of_them["events"] / all_of_them["seconds"], RATE_MIN, "events/s",
            f"{all_of_them['cpu_seconds'] / all_of_them['events'] * 1e6:.2f} µs CPU each; by one thread "
            f"{one['events'] / one['seconds']:,.0f}; {all_of_them['bytes'] / 2**20:.0f} MiB of logs"))
    return finish(f"audit of {options.events:,} events of {options.campaigns} campaigns, {options.letters_an_event} "
                  "letters an event", figures, options)


if __name__ == "__main__":
    sys.exit(main())
