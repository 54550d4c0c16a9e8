#!/usr/bin/env python3
"""A ramp of campaigns raises what a sender may send only by letters that were accepted: not by campaigns that were
cancelled before they sent, and not by letters that were refused."""

import unittest

from engine import Engine

SETTINGS = {"moderation.first_campaigns": 1, "moderation.audience_growth": 3, "moderation.role_addresses_percent": 100,
            "suspicion.enabled": "false"}


class GrowthRamp(unittest.TestCase):
    def engine(self, relay="null:"):
        engine = Engine(relay, SETTINGS, quiet=False).__enter__()
        self.addCleanup(engine.__exit__)
        return engine

    def start(self, engine, count, **fields):
        """The codes of the reasons that send it to a moderator."""
        campaign = engine.create(engine.import_rows(count), **fields)
        engine.command(campaign, "start")
        return campaign, [one["code"] for one in engine.show(campaign)["moderation"]["notices"]]

    def sent(self, engine, count):
        """A campaign that a moderator let pass, where one had to, and that was sent."""
        campaign, codes = self.start(engine, count)
        if codes:
            engine.command(campaign, "approve")
        engine.wait_status(campaign, "sent")
        return codes

    def test_accepted_letters_raise_the_limit(self):
        engine = self.engine()
        self.assertEqual(self.sent(engine, 10), ["domain_is_new"])
        self.assertEqual(self.sent(engine, 30), [])
        self.assertEqual(self.sent(engine, 90), [])
        self.assertEqual(self.start(engine, 271)[1], ["audience_grew"])

    def test_campaigns_that_were_cancelled_raise_nothing(self):
        engine = self.engine()
        self.assertEqual(self.sent(engine, 10), ["domain_is_new"])
        # Each is as large as the one before allows, and waits far ahead, and is cancelled.
        for count in (30, 90, 270):
            campaign, _ = self.start(engine, count, plan={"start_at": "2099-01-01T00:00:00Z"})
            if engine.show(campaign)["status"] == "moderation":
                engine.command(campaign, "approve")
            engine.command(campaign, "cancel")
        self.assertEqual(self.start(engine, 31)[1], ["audience_grew"])
        self.assertEqual(self.start(engine, 30)[1], [])

    def test_a_sender_of_whom_nothing_was_accepted_is_new(self):
        engine = self.engine()
        for _ in range(3):
            campaign, codes = self.start(engine, 5, plan={"start_at": "2099-01-01T00:00:00Z"})
            self.assertEqual(codes, ["domain_is_new"])
            engine.command(campaign, "approve")
            engine.command(campaign, "cancel")
        self.assertEqual(self.start(engine, 2_000)[1], ["domain_is_new"])


if __name__ == "__main__":
    unittest.main()
