#!/usr/bin/env python3
"""Test copies as a way round all that holds campaigns: they go to nobody but those they may go to, however an address is
written; not beyond their number an hour, however they are asked for; and with nothing that moderation would stop."""

import json
import unittest

from engine import Engine, Refused
from hostile_server import HostileServer

BOUNDS = {"test_copies.per_hour": "5", "test_copies.allowed": '["@shop.example"]', "moderation.suspicious_patterns": '["casino"]'}


class TestCopies(unittest.TestCase):
    def setUp(self):
        self.relay = HostileServer().__enter__()
        self.addCleanup(self.relay.__exit__)
        self.engine = Engine(self.relay.url(), BOUNDS, quiet=False).__enter__()
        self.addCleanup(self.engine.__exit__, None, None, None)
        self.campaign = self.engine.create(self.engine.import_rows(3))

    def ask(self, addresses, campaign=None, token=None):
        try:
            self.engine.http("POST", f"/v1/campaigns/{campaign or self.campaign}/test", {"addresses": addresses}, token=token)
            return "sent"
        except Refused as refused:
            return json.loads(refused.body)["notice"]["code"]

    def went_to(self):
        return sorted(one.recipient for one in self.relay.taken())

    def test_no_spelling_of_an_address_leads_past_the_setting(self):
        for address in ("eve@evil.example", "eve@shop.example.evil.example", "eve@notshop.example", "eve@sub.shop.example",
                        '"eve@shop.example"@evil.example', "eve@evil.example,ann@shop.example", "eve@evil.example@shop.example",
                        "Ann <eve@evil.example>", "eve@shop.example.", "eve@ѕhop.example", "eve@shop。example.evil.example",
                        "ann@shop.example\r\nRCPT TO:<eve@evil.example>", "@shop.example", "<ann@shop.example> <eve@evil.example>"):
            with self.subTest(address):
                self.assertNotEqual(self.ask([address]), "sent")
                self.assertNotEqual(self.ask(["ann@shop.example", address]), "sent")
        self.assertEqual(self.went_to(), [])
        self.assertEqual(self.ask(["ANN@SHOP.EXAMPLE"]), "sent")
        self.assertEqual([one.lower() for one in self.went_to()], ["ann@shop.example"])

    def test_there_are_so_many_an_hour_for_a_token_in_whatever_portions_and_of_whatever_campaign(self):
        other = self.engine.create(self.engine.import_rows(3, "others"), name="Other")
        made = self.engine.ask("token", "create", "--role", "operator", "--name", "olga")
        self.assertEqual(self.ask([f"a{at}@shop.example" for at in range(6)], token=made["secret"]), "test_copies_used_up")
        self.assertEqual(self.ask([f"a{at}@shop.example" for at in range(3)], token=made["secret"]), "sent")
        self.assertEqual(self.ask(["b@shop.example"], campaign=other, token=made["secret"]), "sent")
        rotated = self.engine.http("POST", f"/v1/tokens/{made['id']}/rotate", {})["secret"]
        self.assertEqual(self.ask(["c@shop.example", "d@shop.example"], token=rotated), "test_copies_used_up")
        self.assertEqual(self.ask(["c@shop.example"], token=rotated), "sent")
        self.assertEqual(self.ask(["d@shop.example"], campaign=other, token=rotated), "test_copies_used_up")
        self.assertEqual(len(self.went_to()), 5)

    def test_what_moderation_looks_for_leaves_in_no_copy(self):
        for text in ("Our casino", "Our c​asino", "Our cаsino", "Our ca-si-no", "Our {{name}}"):
            rows = b"email,name\nann@shop.example,casino\n"
            campaign = self.engine.create(self.engine.http("POST", "/v1/audiences?name=rows", rows)["id"], text=text)
            with self.subTest(text):
                self.assertEqual(self.ask(["ann@shop.example"], campaign=campaign), "test_copy_suspicious")
        self.assertEqual(self.went_to(), [])

    def test_none_goes_after_a_rejection(self):
        self.engine.command(self.campaign, "start")
        self.engine.command(self.campaign, "reject", body={"reason": "no"})
        self.assertEqual(self.ask(["ann@shop.example"]), "test_copy_of_rejected")
        self.assertEqual(self.went_to(), [])


if __name__ == "__main__":
    unittest.main()
