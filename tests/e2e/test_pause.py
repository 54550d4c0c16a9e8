"""A pause at full rate: after its answer nothing is claimed, and no more arrives than there are connections."""

import unittest

from engine import Engine
from sink import Sink

CONNECTIONS = 20
PAUSES = 20


class Pause(unittest.TestCase):
    def test_after_the_answer_no_letter_is_claimed_and_at_most_one_a_connection_arrives(self):
        with Sink() as sink, Engine(sink.url) as engine:
            campaign = engine.start_campaign(60_000)
            answers = []
            for number in range(PAUSES):
                sink.wait_for(number * 1500 + 500)
                answer = engine.command(campaign, "pause")
                arrived = sink.count()
                self.assertEqual(answer["status"], "paused")
                # Drained: nothing is claimed and without outcome any more.
                view = self.drained(engine, campaign)
                self.assertLessEqual(sink.count() - arrived, CONNECTIONS)
                self.assertEqual(view["counts"]["accepted"], sink.count())
                answers.append(answer["version"])
                engine.command(campaign, "resume")
            engine.wait_status(campaign, "sent", 60)
            self.assertEqual(sink.count(), 60_000)
            held = False
            for event in engine.events(campaign):
                if event["t"] in ("paused", "resumed"):
                    held = event["t"] == "paused"
                self.assertFalse(held and event["t"] == "claimed", f"event {event['number']} claims during a pause")

    def drained(self, engine, campaign):
        from engine import wait_until
        return wait_until(lambda: (view := engine.show(campaign))["counts"]["in_flight"] == 0 and view,
                          "the letters in flight to be settled")


if __name__ == "__main__":
    unittest.main()
