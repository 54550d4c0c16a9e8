"""What campaigns cost that are paused amid their sending: memory, CPU, and the time until a restart is ready.

    paused_campaigns.py [--campaigns N] [--seconds N]

Each has sent the first letter of its plan into the null relay.
"""

import concurrent.futures
import sys
import time

from measure import Engine, cpu_seconds, memory_mib
from report import at_most, below, finish, parser

KIB_EACH_MAX, SECONDS_BACK_MAX, CORE_PERCENT_MAX = 10, 2, 1
AT_ONCE = 32
LETTERS = 50
PLAN = {"parts": {"size": 1, "every": "1h"}}


def percent_of_a_core(process, seconds):
    before = cpu_seconds(process)
    time.sleep(seconds)
    return (cpu_seconds(process) - before) / seconds * 100


def seconds_to_start(engine):
    begun = time.monotonic()
    engine.start()
    return time.monotonic() - begun


def main():
    words = parser(__doc__)
    words.add_argument("--campaigns", type=int, default=10_000)
    words.add_argument("--seconds", type=int, default=60, help="for how long CPU time is looked at")
    options = words.parse_args()
    with Engine("null:") as engine:
        audience = engine.import_rows(LETTERS)
        empty = memory_mib(engine.process.pid)

        def pause_one(_):
            campaign = engine.create(audience, plan=PLAN)
            engine.command(campaign, "start")
            engine.command(campaign, "pause")
            return campaign

        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as clients:
            campaigns = list(clients.map(pause_one, range(options.campaigns)))
        at_rest = percent_of_a_core(engine.process.pid, options.seconds)
        memory = memory_mib(engine.process.pid)
        engine.kill9()
        back = seconds_to_start(engine)
        after_kill = percent_of_a_core(engine.process.pid, options.seconds)
        if engine.show(campaigns[-1])["status"] != "paused":
            raise SystemExit("the last campaign is not paused any more")
    figures = [at_most("memory of each", (memory - empty) * 1024 / options.campaigns, KIB_EACH_MAX, "KiB", digits=1),
               below("ready again after kill -9", back, SECONDS_BACK_MAX, "s", digits=1),
               at_most("of a core, at rest", at_rest, CORE_PERCENT_MAX, "%", digits=2),
               at_most("of a core, after the kill", after_kill, CORE_PERCENT_MAX, "%", digits=2)]
    return finish(f"{options.campaigns:,} campaigns paused amid their sending", figures, options)


if __name__ == "__main__":
    sys.exit(main())
