"""kill -9 at random moments while letters leave: none is lost, and what arrives twice was in doubt."""

import collections
import os
import random
import unittest

from engine import Engine, indices
from sink import Sink

CONNECTIONS = 20
BOUND = 2 * CONNECTIONS  # what the README states
KILLS = int(os.environ.get("SLUICE_E2E_KILLS", 50))
SEED = int(os.environ.get("SLUICE_E2E_SEED", random.randrange(1 << 30)))


class Kill(unittest.TestCase):
    def play(self, policy, kills):
        choose = random.Random(SEED)
        letters = kills * 400 + 2_000
        with Sink() as sink, Engine(sink.url, {"relay.connections": CONNECTIONS}) as engine:
            campaign = engine.start_campaign(letters, on_doubt=policy)
            for _ in range(kills):
                sink.wait_for(sink.count() + choose.randrange(1, 350))
                engine.kill9()
                engine.start()
            if policy == "hold":
                from engine import wait_until
                wait_until(lambda: (c := engine.show(campaign)["counts"])["accepted"] + c["in_doubt"] == letters,
                           "all letters to be accepted or in doubt", 120)
            else:
                engine.wait_status(campaign, "sent", 120)
            arrived = collections.Counter(int(one.recipient[1:].split("@")[0]) for one in sink.taken())
            ids = collections.defaultdict(set)
            for one in sink.taken():
                ids[one.recipient].add(one.message_id)
            doubted = [set(indices(group["letters"])) for event in engine.events(campaign)
                       if event["t"] == "settled" for group in event["groups"] if group["outcome"] == "in_doubt"]
            counts = engine.show(campaign)["counts"]
            self.assertEqual(engine.stop(), 0)
            audit = engine.verify()
            self.assertEqual(audit.returncode, 0, audit.stdout + audit.stderr)
            self.assertTrue(all(len(one) == 1 for one in ids.values()), "a Message-ID changed between two attempts")
            self.assertLessEqual(max(map(len, doubted), default=0), BOUND)
            ever_in_doubt = set().union(*doubted)
            twice = {index for index, times in arrived.items() if times > 1}
            self.assertLessEqual(twice, ever_in_doubt)
            print(f"{policy}: {kills} kills, {letters} letters, {len(twice)} arrived twice, in doubt per kill: "
                  f"{sorted(map(len, doubted))}")
            return letters, arrived, twice, ever_in_doubt, counts

    def test_under_resend_none_is_lost_and_only_what_was_in_doubt_arrives_twice(self):
        print(f"seed {SEED}")
        letters, arrived, _, _, _ = self.play("resend", KILLS)
        self.assertEqual(set(arrived), set(range(letters)))

    def test_under_hold_none_arrives_twice_and_what_did_not_arrive_is_listed(self):
        letters, arrived, twice, in_doubt, counts = self.play("hold", max(1, KILLS // 2))
        self.assertEqual(twice, set())
        self.assertLessEqual(set(range(letters)) - set(arrived), in_doubt)
        self.assertEqual(counts["in_doubt"], len(in_doubt))


if __name__ == "__main__":
    unittest.main()
