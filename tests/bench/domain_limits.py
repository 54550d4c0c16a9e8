"""What a limit for one recipient domain costs the letters to all others.

    domain_limits.py [--letters N] [--connections N] [--setting KEY=VALUE]

One list, 40% of it at slow.example, which takes 10 letters a second; the others stand between them, at domains that
have no limit. Timed from the command `start` until as many letters were accepted as go to the others (the few of the
limited domain among them are fewer than one in a thousand), beside the others as a list of their own and no limit.
With `--setting relay.letters_per_second_per_domain=10` it is a limit for every domain; the others have few letters each.
"""

import sys
import time

from measure import LOOK_SECONDS, Engine, import_csv, say, send, smtp_sink, wait_until
from report import at_least, finish, parser, shown
from smtp_rate import body_of

LIMITED, LIMIT = "slow.example", 10
RATIO_MIN = 0.9
# An engine whose window is full of letters that must wait needs longer: what it did until then is shown.
SECONDS_MAX = 20
COLUMNS = ["email", "name", "city"]


def is_limited(index):
    return index % 5 < 2


def row(index, letters):
    domain = LIMITED if is_limited(index) else f"d{index % (letters // 5)}.example"
    return f"user{index}@{domain}", f"Name {index}", f"City {index % 100}"


def make(engine, rows):
    audience, _ = import_csv(engine, COLUMNS, rows.__getitem__, len(rows))
    return engine.create(audience, text=body_of(2048), subject="{{name}}, everything is 20% off")


def rate_alone(relay, options, rows):
    with Engine(relay, {"relay.connections": options.connections}) as engine:
        return send(engine, make(engine, rows), len(rows)).rate


def rates_beside(relay, options, rows, others, setting):
    """(letters of the others a second, letters of the limited domain a second)"""
    with Engine(relay, {"relay.connections": options.connections, **setting}) as engine:
        campaign = make(engine, rows)
        began = time.monotonic()
        engine.command(campaign, "start")

        def accepted():
            return engine.show(campaign)["counts"]["accepted"]

        wait_until(lambda: accepted() >= others or time.monotonic() - began > SECONDS_MAX, "the others", 60, LOOK_SECONDS)
        count, passed = accepted(), time.monotonic() - began
        engine.command(campaign, "pause")
        limited = len(engine.get(f"/v1/campaigns/{campaign}/letters?outcome=accepted&q={LIMITED}&limit=10000")["items"])
        return (count - limited) / passed, limited / passed


def main():
    words = parser(__doc__)
    words.add_argument("--letters", type=int, default=100_000)
    words.add_argument("--connections", type=int, default=20)
    words.add_argument("--setting", default=f'relay.limits=["{LIMITED} {LIMIT}/s"]', metavar="KEY=VALUE")
    options = words.parse_args()
    key, _, value = options.setting.partition("=")
    rows = [row(index, options.letters) for index in range(options.letters)]
    others = [one for index, one in enumerate(rows) if not is_limited(index)]
    name = "the others' rate, with the limit to without"
    with smtp_sink() as port:
        relay = f"smtp://127.0.0.1:{port}"
        say("the others alone …")
        alone = rate_alone(relay, options, others)
        say(f"all of them, {options.setting} …")
        try:
            beside, limited = rates_beside(relay, options, rows, len(others), {key: value})
        except AssertionError as failure:
            if key not in str(failure):
                raise
            figures = [at_least(name, None, RATIO_MIN, note=f"this engine knows no {key}", digits=2)]
        else:
            figures = [at_least(name, beside / alone, RATIO_MIN, digits=2,
                                note=f"{beside:,.0f} letters/s beside {alone:,.0f}"),
                       shown("the limited domain", limited, "letters/s", f"its limit: {LIMIT}/s", 1)]
    return finish(f"a limit of {LIMIT} letters/s for one domain that has 40% of {options.letters:,} letters", figures,
                  options)


if __name__ == "__main__":
    sys.exit(main())
