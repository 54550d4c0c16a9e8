"""A pause at full rate: after its answer nothing is claimed, and no more arrives than there are connections."""

import unittest

from engine import Engine, wait_until
from sink import Sink

CONNECTIONS = 20
LETTERS = 100_000


class Pause(unittest.TestCase):
    def test_after_the_answer_no_letter_is_claimed_and_at_most_one_a_connection_arrives(self):
        self.play(LETTERS, 20, 500, 0)

    def test_the_same_with_a_server_that_thinks_before_it_replies(self):
        self.play(2_000, 8, 100, 0.03)

    def test_a_pause_says_what_became_of_the_letters_in_flight_and_its_log_has_it(self):
        with Sink(delay=0.2) as sink, Engine(sink.url, {"relay.connections": CONNECTIONS}) as engine:
            campaign = engine.start_campaign(1_000)
            sink.wait_for(30)
            done = engine.ask("pause", campaign, "--wait")
            drain = done["drain"]
            self.assertGreater(drain["in_flight"], 0)
            self.assertEqual(drain["in_flight"], done["in_flight"])
            ended = [drain[outcome] for outcome in ("accepted", "refused", "deferred", "in_doubt", "returned")]
            self.assertEqual(sum(ended), drain["in_flight"])
            self.assertEqual(drain["in_doubt"], 0)
            self.assertEqual(engine.show(campaign)["counts"]["in_flight"], 0)
            drained = [event for event in engine.events(campaign) if event["t"] == "drained"]
            self.assertEqual(len(drained), 1)
            self.assertEqual(drained[0]["accepted"], drain["accepted"])
            self.assertGreaterEqual(drained[0]["took_ms"], 0)
            self.assertRegex(engine.run("show", campaign).stdout, r"drained .* accepted.*, 0 in doubt, after \d+ ms")
            engine.command(campaign, "resume")
            sink.wait_for(sink.count() + 30)
            told = engine.run("cancel", campaign, "--wait").stdout
            self.assertRegex(told, r"letters were in flight: \d+ accepted.*, 0 in doubt, after \d+ ms")
            self.assertEqual(engine.stop(), 0)
            self.assertEqual(engine.verify().returncode, 0)

    def play(self, letters, pauses, between, delay):
        with Sink(delay=delay) as sink, Engine(sink.url, {"relay.connections": CONNECTIONS}) as engine:
            campaign = engine.start_campaign(letters)
            answers, after = [], []
            for _ in range(pauses):
                sink.wait_for(sink.count() + between)
                answer = engine.command(campaign, "pause")
                arrived = sink.count()
                self.assertEqual((answer["status"], answer["changed"]), ("paused", True))
                view = self.drained(engine, campaign)
                after.append(sink.count() - arrived)
                self.assertLessEqual(after[-1], CONNECTIONS)
                self.assertEqual(view["counts"]["accepted"], sink.count())
                self.assertLess(sink.count(), letters, "the campaign was over before it was paused")
                answers.append(answer["version"])
                self.assertFalse(engine.command(campaign, "pause")["changed"])
                engine.command(campaign, "resume")
            engine.wait_status(campaign, "sent", 60)
            self.assertEqual(sink.count(), letters)
            print(f"{pauses} pauses; letters that arrived after the answer: {sorted(after)}")
            self.assert_nothing_claimed_after(engine.events(campaign), answers)
            self.assertEqual(engine.stop(), 0)
            self.assertEqual(engine.verify().returncode, 0)

    def assert_nothing_claimed_after(self, events, answers):
        """From the event that each pause's answer names up to the resume nothing is claimed."""
        held, seen = False, []
        for event in events:
            if event["t"] in ("paused", "resumed"):
                held = event["t"] == "paused"
                if held:
                    seen.append(event["number"])
            self.assertFalse(held and event["t"] == "claimed", f"event {event['number']} claims during a pause")
        self.assertEqual(len(seen), len(answers))
        for paused, answered in zip(seen, answers):
            self.assertLessEqual(paused, answered)

    def drained(self, engine, campaign):
        """Nothing is claimed and without outcome any more."""
        return wait_until(lambda: (view := engine.show(campaign))["counts"]["in_flight"] == 0 and view,
                          "the letters in flight to be settled")


if __name__ == "__main__":
    unittest.main()
