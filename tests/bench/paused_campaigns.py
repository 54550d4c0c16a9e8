"""What campaigns cost that are paused amid their sending: memory, CPU, and the time until a restart is ready.

    paused_campaigns.py EXECUTABLE [--campaigns N] [--seconds N]

Each has sent the first letter of its plan into the null relay. Exits 1 when they take more than a hundredth of a core.
"""

import argparse
import concurrent.futures
import os
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

CORE_SHARE_MAX = 0.01
AT_ONCE = 32
LETTERS = 50
PLAN = {"parts": {"size": 1, "every": "1h"}}


def memory_mib(process):
    with open(f"/proc/{process}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024


def cpu_seconds(process):
    with open(f"/proc/{process}/stat") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def share_of_a_core(process, seconds):
    before = cpu_seconds(process)
    time.sleep(seconds)
    return (cpu_seconds(process) - before) / seconds


def seconds_to_start(engine):
    begun = time.monotonic()
    engine.start()
    return time.monotonic() - begun


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("executable")
    parser.add_argument("--campaigns", type=int, default=10_000)
    parser.add_argument("--seconds", type=int, default=60, help="for how long CPU time is looked at")
    options = parser.parse_args()
    os.environ["SLUICE_EXECUTABLE"] = str(pathlib.Path(options.executable).resolve())
    from engine import Engine

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
        shares = [share_of_a_core(engine.process.pid, options.seconds)]
        memory = memory_mib(engine.process.pid)
        engine.kill9()
        restart = seconds_to_start(engine)
        shares.append(share_of_a_core(engine.process.pid, options.seconds))
        if engine.show(campaigns[-1])["status"] != "paused":
            raise SystemExit("the last campaign is not paused any more")
    print(f"{options.campaigns} paused campaigns: {(memory - empty) * 1024 / options.campaigns:.1f} KiB of memory each, "
          f"{shares[0]:.2%} of a core at rest, {shares[1]:.2%} after a kill -9; ready {restart:.1f} s after that")
    return int(max(shares) > CORE_SHARE_MAX)


if __name__ == "__main__":
    sys.exit(main())
