#!/usr/bin/env python3
"""Who wrote a campaign or edited it last does not approve it; as many people approve it as the settings ask for; and an
approval that is too old is none."""

import time
import unittest

from engine import Engine, Refused
from test_clock import HOUR, Clock

MODERATED = {"moderation.first_campaigns": 3, "moderation.role_addresses_percent": 100}


class TwoPeople(unittest.TestCase):
    def engine(self, **settings):
        engine = Engine("null:", {**MODERATED, **settings}, quiet=False).__enter__()
        self.addCleanup(engine.__exit__)
        return engine

    def token(self, engine, role, name):
        return engine.ask("token", "create", "--role", role, "--name", name)["secret"]

    def refused(self, code, what, *words, **more):
        with self.assertRaises(Refused) as refused:
            what(*words, **more)
        self.assertEqual(refused.exception.problem["notice"]["code"], code)

    def test_one_person_alone_approves_what_they_wrote(self):
        engine = self.engine()
        campaign = engine.start_campaign(5)
        self.assertFalse(engine.show(campaign)["moderation"]["approvals"]["two_people"])
        engine.command(campaign, "approve")
        engine.wait_status(campaign, "sent")

    def test_of_two_people_the_other_one_approves(self):
        engine = self.engine()
        anna = self.token(engine, "admin", "anna")
        campaign = engine.start_campaign(5)
        approvals = engine.show(campaign)["moderation"]["approvals"]
        self.assertTrue(approvals["two_people"])
        self.refused("approver_is_author", engine.command, campaign, "approve")
        self.assertIn("not by", engine.run("show", campaign).stdout)
        engine.command(campaign, "approve", token=anna)
        engine.wait_status(campaign, "sent")
        self.assertIn("by anna", engine.run("show", campaign).stdout)
        engine.stop()
        self.assertEqual(engine.verify().returncode, 0)

    def test_start_is_refused_where_nobody_is_left(self):
        engine = self.engine()
        anna = self.token(engine, "admin", "anna")
        campaign = engine.create(engine.import_rows(5))
        engine.http("PATCH", f"/v1/campaigns/{campaign}", {"subject": "Anna's"}, token=anna)
        self.refused("too_few_others_approve", engine.command, campaign, "start")
        self.assertEqual(engine.show(campaign)["status"], "draft")
        mara = self.token(engine, "moderator", "mara")
        engine.command(campaign, "start")
        self.refused("approver_is_author", engine.command, campaign, "approve", token=anna)
        engine.command(campaign, "approve", token=mara)

    def test_it_is_fixed_by_start(self):
        engine = self.engine(**{"moderation.two_people": "on"})
        anna = self.token(engine, "admin", "anna")
        campaign = engine.start_campaign(5)
        engine.kill9()
        engine.settings["moderation.two_people"] = "off"
        engine.start()
        self.refused("approver_is_author", engine.command, campaign, "approve")
        engine.command(campaign, "approve", token=anna)

    def test_several_approvals_are_several_peoples(self):
        engine = self.engine(**{"moderation.approvals_needed": 2})
        self.refused("too_few_approve", engine.start_campaign, 5)
        anna, mara = self.token(engine, "admin", "anna"), self.token(engine, "moderator", "mara")
        campaign = engine.start_campaign(5)
        self.assertTrue(engine.command(campaign, "approve", token=anna)["changed"])
        self.assertFalse(engine.command(campaign, "approve", token=anna)["changed"])
        approvals = engine.show(campaign)["moderation"]["approvals"]
        self.assertEqual((approvals["needed"], [one["by"] for one in approvals["given"]]), (2, ["anna"]))
        self.assertIn("1 of 2", engine.run("show", campaign).stdout)
        engine.command(campaign, "approve", token=mara)
        engine.wait_status(campaign, "sent")
        engine.stop()
        self.assertEqual(engine.verify().returncode, 0)

    def test_an_old_approval_is_none_when_sending_begins(self):
        engine = Engine("null:", {**MODERATED, "moderation.approval_expires": "1h"}, quiet=False)
        self.addCleanup(engine.__exit__)
        clock = Clock(engine.folder)
        engine.environment.update(clock.environment())
        engine.start()
        begins = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 2 * HOUR))
        campaign = engine.start_campaign(5, plan={"start_at": begins})
        self.assertEqual(engine.command(campaign, "approve")["status"], "preparing")
        engine.kill9()
        clock.jump(3 * HOUR)
        engine.start()
        view = engine.wait_status(campaign, "paused")
        self.assertEqual(view["hold"]["reason"], "approval_expired")
        engine.command(campaign, "resume")
        engine.wait_status(campaign, "sent")
        engine.stop()
        self.assertEqual(engine.verify().returncode, 0)


if __name__ == "__main__":
    unittest.main()
