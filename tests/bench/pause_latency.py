"""How long letters still arrive after `pause` was answered, at full rate.

    pause_latency.py [--pauses N] [--connections N]

The sink is Postfix's smtp-sink, which writes a line for each letter it has taken; a process that does nothing else
reads the lines and notes when the last one came. The time is from the last byte of the answer to `pause` (HTTP, a
connection that is kept open) to the last letter at the sink; 0 when none comes after the answer.
"""

import http.client
import json
import multiprocessing
import os
import random
import re
import statistics
import sys
import time

from measure import Engine, smtp_sink, wait_until
from report import at_most, finish, parser, shown

P99_MAX_MS = 50
LETTERS_BETWEEN = (500, 3000)


def note_arrivals(lines, count, last_at):
    """Runs in a process of its own: smtp-sink's counters, as they come."""
    rest = b""
    while piece := os.read(lines, 1 << 16):
        at = time.monotonic()
        rest = (rest + piece)[-200:]
        found = re.findall(rb"mesg=(\d+)\r", rest)
        if found and int(found[-1]) != count.value:
            count.value, last_at.value = int(found[-1]), at


class Measure:
    def __init__(self, engine, campaign, count, last_at):
        self.engine, self.campaign, self.count, self.last_at = engine, campaign, count, last_at
        self.line = http.client.HTTPConnection("127.0.0.1", engine.port, timeout=30)
        self.headers = {"Authorization": "Bearer " + engine.token}

    def ask(self, method, what=""):
        self.line.request(method, f"/v1/campaigns/{self.campaign}{what}", b"{}" if method == "POST" else None,
                          self.headers)
        answer = self.line.getresponse().read()
        at = time.monotonic()
        return json.loads(answer), at

    def pause(self, wait_until):
        """(letters after the answer, milliseconds from it to the last of them)"""
        answer, answered_at = self.ask("POST", "/pause")
        arrived = self.count.value
        if not answer.get("changed"):
            raise SystemExit(f"the campaign could not be paused: {answer}")
        wait_until(lambda: self.ask("GET")[0]["counts"]["in_flight"] == 0, "the letters in flight to be settled")
        accepted = self.ask("GET")[0]["counts"]["accepted"]
        wait_until(lambda: self.count.value == accepted, "the sink's count to be the engine's", 5, 0.001)
        return self.count.value - arrived, max(0.0, self.last_at.value - answered_at) * 1000


def percentile(values, hundredth):
    return sorted(values)[min(len(values) - 1, -(-len(values) * hundredth // 100) - 1)]


def measure(port, pauses, connections, count, last_at):
    choose = random.Random(1)
    letters = pauses * LETTERS_BETWEEN[1]
    body = "Hello {{name}},\n\n" + "All of our things cost twenty percent less this week. " * 31
    with Engine(f"smtp://127.0.0.1:{port}", {"relay.connections": connections}) as engine:
        campaign = engine.start_campaign(letters, text=body)
        letters_after, times, rates = [], [], []
        one = Measure(engine, campaign, count, last_at)
        for number in range(pauses):
            before, began = count.value, time.monotonic()
            goal = before + choose.randrange(*LETTERS_BETWEEN)
            wait_until(lambda: count.value >= goal, "letters to leave", 30, 0.0005)
            rates.append((count.value - before) / (time.monotonic() - began))
            after, passed = one.pause(wait_until)
            letters_after.append(after)
            times.append(passed)
            one.ask("POST", "/resume")
        return letters_after, times, statistics.median(rates)


def main():
    words = parser(__doc__)
    words.add_argument("--pauses", type=int, default=200)
    words.add_argument("--connections", type=int, default=20)
    options = words.parse_args()
    lines, written = os.pipe()
    count, last_at = multiprocessing.Value("q", 0, lock=False), multiprocessing.Value("d", 0.0, lock=False)
    with smtp_sink("-c", stdout=written) as port:
        os.close(written)
        reader = multiprocessing.Process(target=note_arrivals, args=(lines, count, last_at), daemon=True)
        reader.start()
        try:
            letters_after, times, rate = measure(port, options.pauses, options.connections, count, last_at)
        finally:
            reader.terminate()
    figures = [at_most("from the answer to the last letter, p99", percentile(times, 99), P99_MAX_MS, "ms",
                       f"median {percentile(times, 50):.1f} ms, most {max(times):.1f} ms", 1),
               at_most("letters after an answer, most", max(letters_after), options.connections, "",
                       f"median {percentile(letters_after, 50)}"),
               shown("letters a second between pauses", rate, "letters/s")]
    return finish(f"{options.pauses} pauses at full rate over {options.connections} connections", figures, options)


if __name__ == "__main__":
    sys.exit(main())
