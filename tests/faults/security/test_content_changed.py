#!/usr/bin/env python3
"""What leaves is what was approved: an engine that comes back with another relay holds its campaigns until somebody who may
approve says yes to it."""

import unittest

from engine import Engine, Refused, wait_until
from hostile_server import HostileServer


class ContentChanged(unittest.TestCase):
    def enter(self, context):
        entered = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        return entered

    def token(self, engine, role, name):
        return engine.ask("token", "create", "--role", role, "--name", name)["secret"]

    def held(self):
        """A campaign that waits for its second part, started with a relay that is no more."""
        first, second = self.enter(HostileServer()), self.enter(HostileServer())
        engine = self.enter(Engine(first.url()))
        campaign = engine.start_campaign(20, plan={"parts": {"size": 5, "every": "1h"}})
        wait_until(lambda: engine.show(campaign)["counts"]["accepted"] == 5, "the first part")
        engine.kill9()
        engine.relay = second.url()
        engine.start()
        view = engine.wait_status(campaign, "paused")
        return engine, campaign, view, second

    def test_another_relay_holds_and_an_approval_lets_it_go_on(self):
        engine, campaign, view, second = self.held()
        self.assertEqual(view["hold"]["reason"], "content_changed")
        self.assertEqual([one["code"] for one in view["hold"]["notice"]["causes"]], ["relay_is_other"])
        self.assertIn(second.url(), view["hold"]["text"])
        self.assertEqual(second.taken(), [])
        operator, moderator = self.token(engine, "operator", "olga"), self.token(engine, "moderator", "mara")
        with self.assertRaises(Refused) as refused:
            engine.command(campaign, "resume", token=operator)
        self.assertEqual(refused.exception.problem["notice"]["code"], "resume_needs_approval")
        with self.assertRaises(Refused):
            engine.command(campaign, "release")
        engine.command(campaign, "approve", token=moderator)
        engine.command(campaign, "release")
        engine.wait_status(campaign, "sent")
        self.assertTrue(second.taken())
        approved = [one for one in engine.events(campaign) if one["t"] == "approved"]
        self.assertEqual([one["by"] for one in approved], ["mara"])
        self.assertEqual(list(approved[0]["content"]["relays"].values()), [second.url()])
        engine.stop()
        self.assertEqual(engine.verify().returncode, 0)

    def test_to_resume_it_is_to_approve_it(self):
        engine, campaign, _, second = self.held()
        engine.command(campaign, "resume")
        engine.command(campaign, "release")
        engine.wait_status(campaign, "sent")
        self.assertEqual([one["t"] for one in engine.events(campaign) if one["t"] in ("approved", "resumed")],
                         ["approved", "resumed"])
        engine.kill9()
        engine.start()
        self.assertEqual(engine.show(campaign)["status"], "sent")

    def test_the_same_relay_and_another_password_hold_nothing(self):
        server = self.enter(HostileServer())
        address = server.url().removeprefix("smtp://")
        engine = self.enter(Engine(f"smtp://shop:old@{address}"))
        campaign = engine.start_campaign(4, plan={"parts": {"size": 1, "every": "1h"}})
        engine.kill9()
        engine.relay = f"smtp://shop:new@{address}"
        engine.start()
        self.assertEqual(engine.show(campaign)["status"], "sending")


if __name__ == "__main__":
    unittest.main()
