"""A thousand small campaigns that all begin to send at the same moment.

    many_campaigns.py [--campaigns N] [--letters N] [--connections N] [--start plan|command]

Each has an audience of its own. By `plan` all have been started before and wait for the same `start_at`, so that
nothing but the engine works when they begin; by `command` they are started by 32 clients at once, whose work and
answers are in the figures. Timed until the last campaign is over, by the engine's own clock.
"""

import concurrent.futures
import datetime
import sys
import time

from measure import Engine, Sent, cpu_seconds, forget_peak, import_csv, peak_mib, say, smtp_sink, wait_until
from report import at_least, at_most, finish, parser
from smtp_rate import body_of, row

RATE_MIN, CPU_US_MAX, PEAK_MIB_MAX = 30_000, 35, 120
AT_ONCE = 32
# From the last campaign's start until all begin.
REST_SECONDS = 3


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def now():
    return datetime.datetime.now(datetime.timezone.utc)


def make(engine, options, begins_at):
    """The campaigns, started if there is a moment at which they shall begin."""
    plan = {"plan": {"start_at": begins_at.strftime("%Y-%m-%dT%H:%M:%SZ")}} if begins_at else {}

    # One after the other: imports have a share of memory each, which is not what is looked at here.
    audiences = [import_csv(engine, ["email", "name", "city"], lambda index: row(number * options.letters + index),
                            options.letters)[0] for number in range(options.campaigns)]

    def one(audience):
        campaign = engine.create(audience, text=body_of(2048), subject="{{name}}, everything is 20% off", **plan)
        if begins_at:
            engine.command(campaign, "start")
        return campaign

    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as clients:
        return list(clients.map(one, audiences))


def start_all(engine, campaigns):
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as clients:
        list(clients.map(lambda one: engine.command(one, "start"), campaigns))


def finished(engine, count):
    """The moment at which the last campaign came to its end, and how many events all have in their logs."""
    campaigns, last, events, after = 0, None, 0, ""
    while True:
        page = engine.get("/v1/campaigns?view=finished&limit=500" + (f"&after={after}" if after else ""))
        for item in page["items"]:
            if item["status"] != "sent" or item["counts"]["accepted"] != item["counts"]["total"]:
                raise SystemExit(f"{item['id']} is {item['status']} with {item['counts']}")
            campaigns, events = campaigns + 1, events + item["version"]
            last = max(last or moment(item["changed_at"]), moment(item["changed_at"]))
        after = page["next"]
        if not after:
            break
    if campaigns != count:
        raise SystemExit(f"{campaigns} of {count} campaigns are over")
    return last, events


def measure(options):
    letters = options.campaigns * options.letters
    with smtp_sink() as port, Engine(f"smtp://127.0.0.1:{port}", {"relay.connections": options.connections}) as engine:
        pid = engine.process.pid
        say(f"making {options.campaigns} campaigns …")
        is_planned = options.start == "plan"
        # Making one takes some milliseconds; whole seconds, because a plan's moments have no fractions.
        begins_at = now().replace(microsecond=0) + datetime.timedelta(
            seconds=REST_SECONDS + options.campaigns * options.make_ms / 1000) if is_planned else None
        campaigns = make(engine, options, begins_at)
        peak_before = peak_mib(pid)
        forget_peak(pid)
        if is_planned:
            rest = (begins_at - now()).total_seconds() - 0.2
            if rest < 0:
                raise SystemExit("making the campaigns took longer than was thought: give a larger --make-ms")
            time.sleep(rest)
            cpu_before = cpu_seconds(pid)
        else:
            begins_at, cpu_before = now(), cpu_seconds(pid)
            start_all(engine, campaigns)
        wait_until(lambda: not engine.get("/v1/campaigns?view=outgoing&limit=1")["items"], "the last campaign", 600, 0.2)
        cpu = cpu_seconds(pid) - cpu_before
        ended_at, events = finished(engine, len(campaigns))
        return Sent(letters, (ended_at - begins_at).total_seconds(), cpu), events / letters, peak_mib(pid), peak_before


def main():
    words = parser(__doc__)
    words.add_argument("--campaigns", type=int, default=1000)
    words.add_argument("--letters", type=int, default=100, help="of each campaign")
    words.add_argument("--connections", type=int, default=20)
    words.add_argument("--start", choices=["plan", "command"], default="plan")
    words.add_argument("--make-ms", type=float, default=20, help="for making one campaign, when they start by plan")
    options = words.parse_args()
    sent, events, peak, peak_before = measure(options)
    figures = [at_least("letters a second", sent.rate, RATE_MIN, "letters/s", f"all over after {sent.seconds:.2f} s"),
               at_most("CPU a letter", sent.cpu_us, CPU_US_MAX, "µs", f"{events:.2f} events in the logs for each letter"),
               at_most("peak memory", max(peak, peak_before), PEAK_MIB_MAX, "MiB",
                       f"{peak_before:.0f} MiB while they were made, {peak:.0f} MiB while they sent")]
    return finish(f"{options.campaigns:,} campaigns of {options.letters} letters begin at once, by {options.start}, over "
                  f"{options.connections} connections", figures, options)


if __name__ == "__main__":
    sys.exit(main())
