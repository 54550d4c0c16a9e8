"""kill -9 of the real process at random moments while it sends through SMTP, and a count of what that did.

    kills.py [--count N] [--on-doubt resend|hold] [--seed S]

Most kills fall while letters leave, every fifth while the engine comes up. Campaign follows campaign, each with
many kills, until N are done. Exits 1 when a rule is broken: a letter is lost, one arrives twice that was not in
doubt (under `hold`: any), one kill leaves more in doubt than 2 x connections, or `audit verify` finds a fault.
"""

import argparse
import bisect
import collections
import datetime
import os
import pathlib
import random
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from engine import Engine, indices, wait_until
from sink import Sink

CONNECTIONS = 20
BOUND = 2 * CONNECTIONS  # what the README states
# A letter that a second kill puts in doubt waits: not for the five minutes of an engine in use.
SETTINGS = {"relay.connections": CONNECTIONS, "retry.delay_first": "1s"}
KILLS_A_CAMPAIGN = 100
LETTERS_A_KILL = 600  # a few more than leave on average between two kills
LETTERS_BETWEEN_MAX = 350  # a kill comes after so many letters at most, and a moment
SPREAD = ((0, 0), (1, 5), (6, 10), (11, 20), (21, 30), (31, BOUND))


def number_of(letter):
    return int(letter.recipient[1:].split("@")[0])


def must(holds, words):
    """A rule; also kept under `python3 -O`."""
    if not holds:
        raise AssertionError(words)


def doubts_by_crash(events):
    """The letters that each recovery put in doubt: all that is recorded before the next claim is one's."""
    crashes, goes_on = [], False
    for event in events:
        found = [group["letters"] for group in event.get("groups", []) if group["outcome"] == "in_doubt"]
        if found:
            if not goes_on:
                crashes.append([])
            for flat in found:
                crashes[-1] += indices(flat)
            goes_on = True
        elif event["t"] == "claimed":
            goes_on = False
    return crashes


def verified(engine):
    audit = engine.verify()
    must(audit.returncode == 0, f"audit verify: {audit.stdout}{audit.stderr}")


class Deaths:
    """One campaign, and the processes that sent it and died."""

    def __init__(self, engine, sink, policy, letters):
        self.engine, self.sink, self.policy, self.letters = engine, sink, policy, letters
        self.campaign = engine.start_campaign(letters, on_doubt=policy)
        self.ends = []  # how many letters had come when each process was dead

    def note(self):
        """After a process has died: all that it sent has come in, and belongs to it."""
        wait_until(lambda: not self.sink.clients, "the sink to read what the dead process had sent")
        self.ends.append(self.sink.count())

    def settled(self):
        """The last process lives on until each letter is accepted or waits in doubt; then the rules are checked.
        Gives how many letters arrived once more because of each death."""
        counts = wait_until(lambda: (c := self.engine.show(self.campaign)["counts"])["accepted"] + c["in_doubt"]
                            == self.letters and c, "all letters to be accepted or in doubt", 120, 0.05)
        again = self.again_by_death()
        must(sum(again) == 0 or self.policy == "resend", f"under hold {sum(again)} letters arrived twice")
        must(max(again, default=0) <= BOUND, f"{max(again, default=0)} letters arrived twice after one kill")
        crashes = doubts_by_crash(self.engine.events(self.campaign))
        must(len(crashes) <= len(self.ends), f"{len(crashes)} recoveries found doubt after {len(self.ends)} deaths")
        most = max(map(len, crashes), default=0)
        must(most <= BOUND, f"one kill left {most} letters in doubt, and not {BOUND} at most")
        doubted = collections.Counter(index for crash in crashes for index in crash)
        arrived = collections.Counter(map(number_of, self.sink.taken()))
        for index, times in arrived.items():
            must(times - 1 <= doubted[index],
                 f"letter {index} came {times} times and was in doubt {doubted[index]} times")
        lost = set(range(self.letters)) - set(arrived)
        must(lost <= (set(doubted) if self.policy == "hold" else set()), f"lost: {sorted(lost)[:20]}")
        must(counts["in_doubt"] == (len(doubted) if self.policy == "hold" else 0),
             f"{counts['in_doubt']} letters are shown in doubt, {len(doubted)} are in the log")
        if self.policy == "hold":
            self.send_what_waits(set(doubted))
        self.end()
        return again

    def again_by_death(self):
        """A letter that comes again is laid to the death of the process that had sent it before."""
        again, seen = [0] * len(self.ends), {}
        for at, letter in enumerate(self.sink.taken()):
            number = number_of(letter)
            if number in seen:
                process = bisect.bisect_right(self.ends, seen[number])
                must(process < bisect.bisect_right(self.ends, at), f"one process sent letter {number} twice")
                again[process] += 1
            seen[number] = at
        return again

    def send_what_waits(self, doubted):
        """A person looks at what waits and has it sent again: that much arrives, and nothing else."""
        listed = {one["index"] for one in self.engine.ask("doubt", self.campaign)["items"]}
        must(listed == doubted, f"{len(listed)} letters are listed as in doubt, and not {len(doubted)}")
        before = self.sink.count()
        self.engine.run("doubt", self.campaign, "--resend")
        self.engine.wait_status(self.campaign, "sent")
        sent = collections.Counter(map(number_of, self.sink.taken()[before:]))
        must(sent == {index: 1 for index in doubted}, "what was told to be sent again did not arrive just so")

    def end(self):
        accepted = self.engine.wait_status(self.campaign, "sent")["counts"]["accepted"]
        must(accepted == self.letters, f"{accepted} letters are counted as accepted, and not {self.letters}")
        ids = collections.defaultdict(set)
        for one in self.sink.taken():
            ids[one.recipient].add(one.message_id)
        must(len(ids) == self.letters, f"{self.letters - len(ids)} recipients got nothing")
        must({len(one) for one in ids.values()} == {1}, "a Message-ID changed between two attempts")
        must(self.engine.stop() == 0, "the engine did not end well")
        verified(self.engine)


def doubts_together(choose, campaigns, kills):
    """How many letters each of some kills left in doubt in the logs of several campaigns together. They are sent at the
    same time; each letter arrives, and what arrives twice was in doubt."""
    letters = kills * LETTERS_BETWEEN_MAX // campaigns + LETTERS_BETWEEN_MAX
    with Sink() as sink, Engine(sink.url, SETTINGS) as engine:
        ids = [engine.start_campaign(letters) for _ in range(campaigns)]
        died_at = []
        for number in range(kills):
            if number:
                engine.spawn()
                wait_until(engine.is_ready, "the engine to be ready")
            sink.wait_for(sink.count() + choose.randrange(1, LETTERS_BETWEEN_MAX))
            engine.kill9()
            died_at.append(datetime.datetime.now(datetime.UTC))
            wait_until(lambda: not sink.clients, "the sink to read what the dead process had sent")
        engine.start()
        doubts = [0] * kills
        for campaign in ids:
            engine.wait_status(campaign, "sent", 120)
            for event in engine.events(campaign):
                for group in event.get("groups", []):
                    if group["outcome"] == "in_doubt":
                        doubts[bisect.bisect(died_at, datetime.datetime.fromisoformat(event["at"])) - 1] += len(list(indices(group["letters"])))
        arrived = collections.Counter(letter.message_id for letter in sink.taken())
        must(len(arrived) == campaigns * letters, f"{campaigns * letters - len(arrived)} letters were lost")
        again = sum(arrived.values()) - len(arrived)
        must(again <= sum(doubts), f"{again} letters arrived twice, {sum(doubts)} were in doubt")
        must(engine.stop() == 0, "the engine did not end well")
        verified(engine)
    return doubts


class Ordeal:
    """Kills under one policy, over as many campaigns as it takes."""

    def __init__(self, policy, kills, seed):
        self.policy, self.kills = policy, kills
        self.choose = random.Random(seed)
        self.again = []  # letters that arrived once more, by kill
        self.letters = 0
        self.seconds = 0

    def run(self, tell=lambda words: None):
        began = time.monotonic()
        while len(self.again) < self.kills:
            self.one_campaign(min(KILLS_A_CAMPAIGN, self.kills - len(self.again)))
            self.seconds = time.monotonic() - began
            tell(f"{self.policy}: {len(self.again)} of {self.kills} kills in {self.seconds:.0f} s, nothing lost, "
                 f"{sum(self.again)} letters twice")
        return self

    def one_campaign(self, kills):
        letters = kills * LETTERS_A_KILL + 2 * LETTERS_BETWEEN_MAX
        with Sink() as sink, Engine(sink.url, SETTINGS) as engine:
            deaths = Deaths(engine, sink, self.policy, letters)
            # A campaign must outlive its kills: one that is nearly over gets no more, the next one goes on.
            while len(deaths.ends) < kills and sink.count() < letters - 2 * LETTERS_BETWEEN_MAX:
                self.kill(engine, sink, deaths)
            engine.start()
            again = deaths.settled()
        self.again += again
        self.letters += letters

    def kill(self, engine, sink, deaths):
        number = len(deaths.ends)
        # Counted while nothing is sent, so that the campaign has as many left.
        enough = sink.count() + self.choose.randrange(1, LETTERS_BETWEEN_MAX)
        if number:
            engine.spawn()
        if number % 5 != 4:
            wait_until(engine.is_ready, "the engine to be ready")
            sink.wait_for(enough)
        # The random moment itself.
        threading.Event().wait(self.choose.uniform(0, 0.15 if number % 5 == 4 else 0.005))
        engine.kill9()
        deaths.note()
        if number % 10 == 0:
            verified(engine)  # what the crash left behind is in order as it lies there

    def table(self):
        """A line of the README's table, and how many of the kills had how many letters arrive twice."""
        spread = [sum(first <= one <= last for one in self.again) for first, last in SPREAD]
        names = [f"{first}–{last}" if first != last else f"{first}" for first, last in SPREAD]
        return "\n".join((
            "| `on_doubt` | kills | letters | lost | arrived twice | most by one kill | bound | minutes |",
            "|---|---|---|---|---|---|---|---|",
            f"| `{self.policy}` | {len(self.again):,} | {self.letters:,} | 0 | {sum(self.again):,} | "
            f"{max(self.again)} | {BOUND if self.policy == 'resend' else 0} | {self.seconds / 60:.1f} |", "",
            "| letters that arrived twice by one kill | " + " | ".join(names) + " |",
            "|---|" + "---|" * len(names),
            "| kills | " + " | ".join(f"{one:,}" for one in spread) + " |", ""))


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--count", type=int, default=100)
    words.add_argument("--on-doubt", choices=("resend", "hold"), default="resend")
    words.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    said = words.parse_args()
    print(f"seed {said.seed}, {CONNECTIONS} connections, {os.cpu_count()} cores", file=sys.stderr)
    try:
        ordeal = Ordeal(said.on_doubt, said.count, said.seed)
        print(ordeal.run(lambda words: print(words, file=sys.stderr, flush=True)).table())
    except AssertionError as broken:
        print(f"kills: a rule is broken (seed {said.seed}): {broken}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
