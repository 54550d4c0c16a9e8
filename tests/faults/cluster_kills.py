"""Faults of a cluster amid sending, pausing and resuming, and a count of what they did.

    cluster_kills.py [--count N] [--on-doubt resend|hold] [--seed S]

Three real nodes over a PostgreSQL of the test's own send campaign after campaign. Each fault is a kill -9, a stop of four
seconds, a leaving node, a node killed with the database, or everything at once, at a random moment. Exits 1 when a rule is
broken: a letter is lost, one arrives twice that was not in doubt (under `hold`: any), an answer that a client had is not in the
log, or letters do not leave again in time.
"""

import argparse
import collections
import random
import signal
import sys
import time

from cluster_nodes import Cluster
from engine import Refused, indices, wait_until
from kills import must, number_of
from sink import Sink

CONNECTIONS = 100
SETTINGS = {"relay.connections": CONNECTIONS, "retry.delay_first": "1s", "relay.letters_per_second": 400}
LETTERS_A_FAULT = 3000  # as many leave until the next one, at most
FAULTS_A_CAMPAIGN = 15
AGAIN_WITHIN = 3.5  # the database alive
AGAIN_WITH_DATABASE = 12


class ClusterFaults:
    """One campaign, and what happened to the nodes that sent it."""

    def __init__(self, cluster, sink, policy, faults, choose):
        self.cluster, self.sink, self.policy, self.choose = cluster, sink, policy, choose
        self.letters = faults * LETTERS_A_FAULT
        self.sent_before = sink.count()
        self.campaign = self.some_node().start_campaign(self.letters, on_doubt=policy)
        self.answers = []  # version and status of every answer to a command that changed something
        self.waits = []  # seconds until letters left again, and whether the database had died

    def some_node(self):
        return self.choose.choice(list(self.cluster.nodes.values()))

    def steer(self):
        """Held and let go through nodes of chance; an answer that a client has is in the log for ever."""
        for what, status in (("pause", "paused"), ("resume", "sending")):
            for _ in range(40):
                try:
                    answer = self.some_node().command(self.campaign, what)
                except (Refused, OSError):
                    time.sleep(0.25)  # that node is being broken: a client asks the next one
                    continue
                must(answer["status"] in (status, "sent"), f"{what} is answered with {answer['status']}")
                if answer["changed"]:
                    self.answers.append((answer["version"], status))
                break
            else:
                raise AssertionError(f"no node answered {what} in ten seconds")

    def fault(self):
        owner = self.cluster.owner(self.campaign)
        kind = self.choose.choice(["kill", "kill", "kill", "stop", "stop", "leave", "database", "all"])
        node = self.cluster[owner if owner and self.choose.random() < 0.8 else self.choose.choice("abc")]
        begun, before = time.time(), self.sink.count()
        getattr(self, kind)(node)
        if kind in ("database", "all"):
            before, begun = self.sink.count(), time.time()
        self.await_letters(begun, before, kind)
        return kind

    def kill(self, node):
        node.kill9()
        self.later(node, node.start)

    def stop(self, node):
        node.process.send_signal(signal.SIGSTOP)
        time.sleep(4)
        node.process.send_signal(signal.SIGCONT)

    def leave(self, node):
        must(node.stop() == 0, f"node {node.name} did not end well")
        self.later(node, node.start)

    def database(self, node):
        node.kill9()
        self.cluster.database.kill()
        self.cluster.database.start()
        self.later(node, node.start)

    def all(self, _):
        for node in self.cluster.nodes.values():
            node.kill9()
        self.cluster.database.kill()
        self.cluster.database.start()
        for node in self.cluster.nodes.values():
            node.spawn()
        for node in self.cluster.nodes.values():
            wait_until(node.is_ready, f"{node.name} to be back")

    def later(self, node, what):
        self.waiting = (node, what)

    waiting = None

    def await_letters(self, begun, before, kind):
        """Letters leave again; then what was ended comes back."""
        counts = None

        def goes_on():
            nonlocal counts
            if self.sink.count() > before + CONNECTIONS:  # more than were on the way
                return True
            try:
                counts = self.some_node().show(self.campaign)
            except (Refused, OSError):
                return False
            return counts["status"] in ("sent", "cancelled")

        wait_until(goes_on, f"letters to leave again after {kind}: {counts and counts['status']}", 40, 0.02)
        if self.sink.count() > before + CONNECTIONS:
            self.waits.append((self.sink.taken()[before + CONNECTIONS].at - begun, kind))
        if self.waiting:
            node, what = self.waiting
            self.waiting = None
            what()

    def settled(self):
        """Everybody has the letter, and who has it twice was in doubt: or, under `hold`, waits in doubt."""
        node = self.some_node()
        counts = wait_until(lambda: (c := node.show(self.campaign)["counts"])["accepted"] + c["in_doubt"] == self.letters
                            and c, "all letters to be accepted or in doubt", 240, 0.2)
        events = {event["number"]: event for event in node.events(self.campaign)}
        doubted = collections.Counter(index for event in events.values() for group in event.get("groups", [])
                                      if group["outcome"] == "in_doubt" for index in indices(group["letters"]))
        arrived = collections.Counter(map(number_of, self.sink.taken()[self.sent_before:]))
        for index, times in arrived.items():
            may = doubted[index] if self.policy == "resend" else 0
            must(times - 1 <= may, f"letter {index} came {times} times and was in doubt {doubted[index]} times")
        lost = set(range(self.letters)) - set(arrived)
        must(lost <= (set(doubted) if self.policy == "hold" else set()), f"lost: {sorted(lost)[:20]}")
        kinds = {"paused": "paused", "sending": "resumed"}
        for version, status in self.answers:
            must(any(events.get(number, {}).get("t") == kinds[status] for number in range(version - 2, version + 1)),
                 f"an answer said {status} at event {version}, which the log does not have")
        if counts["in_doubt"]:
            node.run("doubt", self.campaign, "--give-up")
        node.wait_status(self.campaign, "sent")
        return sum(times - 1 for times in arrived.values()), len(doubted)


def run(count, policy, seed):
    choose = random.Random(seed)
    kinds, waits, twice, doubted = collections.Counter(), [], 0, 0
    with Sink(delay=0.005) as sink, Cluster(sink.url, settings=SETTINGS) as cluster:
        done = 0
        while done < count:
            some = min(FAULTS_A_CAMPAIGN, count - done)
            one = ClusterFaults(cluster, sink, policy, some, choose)
            for _ in range(some):
                begun = sink.count()
                wait_until(lambda: sink.count() > begun + choose.randrange(50, 400), "letters to leave", 30)
                one.steer()
                kinds[one.fault()] += 1
                done += 1
            again, in_doubt = one.settled()
            twice, doubted = twice + again, doubted + in_doubt
            waits += one.waits
            print(f"{done} faults: {dict(kinds)}, {sink.count()} letters, {doubted} in doubt, {twice} came twice", flush=True)
    late = [(round(seconds, 1), kind) for seconds, kind in waits
            if seconds > (AGAIN_WITH_DATABASE if kind in ("database", "all") else AGAIN_WITHIN + 1)]
    seconds = sorted(value for value, kind in waits if kind in ("kill", "stop"))
    if seconds:
        print(f"letters left again after {seconds[len(seconds) // 2]:.1f} s (median), {seconds[-1]:.1f} s (most), the "
              f"database alive; by policy {policy}")
    must(len(late) <= count // 100, f"letters left again too late: {late}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=30)
    parser.add_argument("--on-doubt", choices=["resend", "hold"], default="resend")
    parser.add_argument("--seed", type=int, default=None)
    arguments = parser.parse_args()
    seed = arguments.seed if arguments.seed is not None else random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}", flush=True)
    try:
        run(arguments.count, arguments.on_doubt, seed)
    except AssertionError as broken:
        print(f"broken: {broken}", file=sys.stderr)
        sys.exit(1)
