"""kill -9 at random moments while letters leave: none is lost, and what arrives twice was in doubt."""

import collections
import os
import random
import threading
import unittest

from engine import Engine, indices, wait_until
from sink import Sink

CONNECTIONS = 20
BOUND = 2 * CONNECTIONS  # what the README states
KILLS = int(os.environ.get("E2E_KILLS", 50))
SEED = int(os.environ.get("E2E_SEED", random.randrange(1 << 30)))


def number_of(letter):
    return int(letter.recipient[1:].split("@")[0])


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


class Kill(unittest.TestCase):
    def kill_now_and_then(self, engine, sink, kills, letters):
        """Some while letters leave, some while the engine comes up."""
        choose = random.Random(SEED)
        for number in range(kills):
            if number % 5 == 4:
                engine.spawn()
                threading.Event().wait(choose.uniform(0, 0.15))  # the random moment itself
            else:
                engine.start()
                sink.wait_for(sink.count() + choose.randrange(1, 350))
            self.assertLess(sink.count(), letters, "the campaign was over before the last kill")
            engine.kill9()
            if number % 10 == 0:
                # What the crash left behind is in order as it lies there.
                audit = engine.verify()
                self.assertEqual(audit.returncode, 0, audit.stdout + audit.stderr)
        engine.start()

    def play(self, policy, kills):
        """The campaign, killed so often. What the sink, the log and the counts say at its end is checked
        as far as both policies promise the same."""
        letters = kills * 1000 + 5_000
        with Sink() as sink, Engine(sink.url, {"relay.connections": CONNECTIONS}) as engine:
            campaign = engine.start_campaign(letters, on_doubt=policy)
            engine.kill9()
            self.kill_now_and_then(engine, sink, kills, letters)
            wait_until(lambda: (c := engine.show(campaign)["counts"])["accepted"] + c["in_doubt"] == letters,
                       "all letters to be accepted or in doubt", 120, 0.1)
            arrived = collections.Counter(map(number_of, sink.taken()))
            in_doubt = engine.show(campaign)["counts"]["in_doubt"]
            crashes = doubts_by_crash(engine.events(campaign))
            print(f"{policy}: seed {SEED}, {kills} kills, {letters} letters, "
                  f"{sum(arrived.values()) - len(arrived)} arrived once more, in doubt by crash: "
                  f"{sorted(map(len, crashes))}")
            self.assertLessEqual(len(crashes), kills + 1)
            self.assertLessEqual(max(map(len, crashes), default=0), BOUND)
            doubted = collections.Counter(index for crash in crashes for index in crash)
            for index, times in arrived.items():
                self.assertLessEqual(times - 1, doubted[index] if policy == "resend" else 0,
                                     f"letter {index} came {times} times and was in doubt {doubted[index]} times")
            lost = set(range(letters)) - set(arrived)
            self.assertLessEqual(lost, set(doubted) if policy == "hold" else set())
            self.assertEqual(in_doubt, len(doubted) if policy == "hold" else 0)
            if policy == "hold":
                self.settle(engine, campaign, sink, letters, doubted)
            self.assertEqual(engine.wait_status(campaign, "sent")["counts"]["accepted"], letters)
            ids = collections.defaultdict(set)
            for one in sink.taken():
                ids[one.recipient].add(one.message_id)
            self.assertEqual({len(one) for one in ids.values()}, {1}, "a Message-ID changed between two attempts")
            self.assertEqual(engine.stop(), 0)
            audit = engine.verify()
            self.assertEqual(audit.returncode, 0, audit.stdout + audit.stderr)

    def settle(self, engine, campaign, sink, letters, doubted):
        """A person looks at what waits and has it sent again: that much arrives, and the rest does not."""
        listed = engine.ask("doubt", campaign)["items"]
        self.assertEqual({one["index"] for one in listed}, set(doubted))
        before = sink.count()
        engine.run("doubt", campaign, "--resend")
        engine.wait_status(campaign, "sent")
        again = [number_of(letter) for letter in sink.taken()[before:]]
        self.assertEqual(collections.Counter(again), {index: 1 for index in doubted})
        self.assertEqual({number_of(letter) for letter in sink.taken()}, set(range(letters)))

    def test_under_resend_none_is_lost_and_only_what_was_in_doubt_arrives_twice(self):
        self.play("resend", KILLS)

    def test_under_hold_none_arrives_twice_and_what_did_not_arrive_is_listed(self):
        self.play("hold", max(1, KILLS // 2))


if __name__ == "__main__":
    unittest.main()
