#!/usr/bin/env python3
"""Several relays: they share letters by weight, others take over what one cannot take, and a letter that may have arrived
at one never leaves through another unless a person says so."""

import collections
import unittest

from engine import Engine, Refused, indices, wait_until
from hostile_server import HostileServer
from misbehaviours import says, silence
from relay_scenarios import SETTINGS, RelayScenarios

QUICK = {name.removeprefix("relay."): value for name, value in SETTINGS.items() if name.startswith("relay.")}
RETRIES = {name: value for name, value in SETTINGS.items() if name.startswith("retry.")}


def settings_of(**relays):
    """`name={"url": …}` as settings of [relays.NAME]."""
    return {**RETRIES, **{f"relays.{name}.{key}": value
                          for name, of_one in relays.items() for key, value in {**QUICK, **of_one}.items()}}


class SeveralRelays(RelayScenarios):
    def enter(self, context):
        entered = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        return entered

    def server(self, port=0):
        return self.enter(HostileServer(port=port))

    def engine(self, **relays):
        return self.enter(Engine(None, settings_of(**relays)))

    def claims(self, engine, campaign):
        """Which relays each letter was claimed for, in order."""
        found = collections.defaultdict(list)
        for event in engine.events(campaign):
            if event["t"] == "claimed":
                for index in indices(event["letters"]):
                    found[index].append(event.get("relay", ""))
        return found

    def approve_other_relays(self, engine, campaign):
        """It was approved for those before."""
        self.assertEqual(engine.wait_status(campaign, "paused")["hold"]["reason"], "content_changed")
        engine.command(campaign, "resume")

    def recipients(self, server):
        return collections.Counter(letter.recipient for letter in server.taken())

    def killed_with_doubt_at_both(self, letters):
        """Two servers that have letters and did not say so, their engine, killed, and its campaign."""
        a, b = self.server(), self.server()
        engine = self.engine(a={"url": a.url()}, b={"url": b.url()})
        for one in (a, b):
            one.misbehave(".", silence)
        campaign = engine.start_campaign(letters)
        wait_until(lambda: len(a.taken()) >= 2 and len(b.taken()) >= 2, "letters at both")
        engine.kill9()
        for one in (a, b):
            one.behave()
        return a, b, engine, campaign

    def test_letters_are_shared_by_weight(self):
        a, b = self.server(), self.server()
        engine = self.engine(a={"url": a.url(), "weight": 3, "connections": 8}, b={"url": b.url(), "connections": 8})
        campaign = engine.start_campaign(400)
        self.assertEqual(engine.wait_status(campaign, "sent")["counts"]["accepted"], 400)
        got_a, got_b = self.recipients(a), self.recipients(b)
        self.assertEqual(sum(got_a.values()) + sum(got_b.values()), 400)
        self.assertFalse(got_a.keys() & got_b.keys())
        self.assertTrue(220 <= len(got_a) <= 360, len(got_a))
        for index, relays in self.claims(engine, campaign).items():
            self.assertEqual(len(relays), 1)
            self.assertIn(f"r{index}@d{index % 20}.example", {"a": got_a, "b": got_b}[relays[0]])
        self.check_log(engine)

    def test_a_standby_takes_over_and_gives_back(self):
        a, b = self.server(), self.server()
        a.misbehave("greeting", says(b"421 4.3.2 not now\r\n"))
        engine = self.engine(a={"url": a.url()}, b={"url": b.url(), "standby": "true"})
        first = engine.start_campaign(60)
        self.assertEqual(engine.wait_status(first, "sent")["counts"]["accepted"], 60)
        self.assertEqual(len(b.taken()), 60)
        told = next(one for one in engine.ask("relays")["items"] if one["name"] == "a")
        self.assertIn("421 4.3.2 not now", told["trouble"]["text"])
        self.assertIn("421 4.3.2 not now", engine.run("relays").stdout)

        # Letters try it again after five seconds, then after twice as long each time: on a busy machine it may have been tried
        # more than once by now. Until then parts of a second go on through the standby.
        second = engine.start_campaign(2000, plan={"parts": {"size": 10, "every": "1s"}})
        wait_until(lambda: [one["name"] for one in engine.show(second)["relays_failing"]] == ["a"], "it to be told")
        self.assertIn("others take its letters", engine.run("show", second).stdout)
        a.behave()
        wait_until(lambda: len(a.taken()) > 20, "the relay to be used again", 150)
        self.assertIsNone(next(one for one in engine.ask("relays")["items"] if one["name"] == "a")["trouble"])
        self.assertEqual(engine.show(second)["relays_failing"], [])
        engine.command(second, "release")
        self.assertEqual(engine.wait_status(second, "sent")["counts"]["accepted"], 2000)
        self.assertEqual(max((self.recipients(a) + self.recipients(b)).values()), 2)  # once of each campaign
        self.check_log(engine)

    def test_letters_in_doubt_go_back_to_their_relay(self):
        a, b, engine, campaign = self.killed_with_doubt_at_both(100)
        engine.start()
        view = engine.wait_status(campaign, "sent")
        self.assertEqual(view["counts"]["accepted"], 100)
        got_a, got_b = self.recipients(a), self.recipients(b)
        self.assertFalse(got_a.keys() & got_b.keys(), "a letter that may have arrived at one left through the other")
        twice = [one for one in (got_a + got_b).values() if one > 1]
        self.assertGreaterEqual(view["accepted_resent"], len(twice))
        self.assertIn("perhaps there twice", engine.run("show", campaign).stdout)
        for relays in self.claims(engine, campaign).values():
            self.assertEqual(len(set(relays)), 1)
        self.check_log(engine)

    def test_doubt_of_a_relay_that_is_gone_is_a_persons(self):
        a, b, engine, campaign = self.killed_with_doubt_at_both(40)
        at_b = set(self.recipients(b))
        engine.settings = settings_of(a={"url": a.url()})
        engine.start()
        self.approve_other_relays(engine, campaign)
        view = wait_until(lambda: (seen := engine.show(campaign))["counts"]["in_doubt"] > 0 and
                          seen["counts"]["pending"] + seen["counts"]["in_flight"] == 0 and seen, "only doubt to be left")
        self.assertEqual(view["status"], "sending")
        doubted = engine.get(f"/v1/campaigns/{campaign}/letters?outcome=in_doubt")["items"]
        self.assertLessEqual(at_b, {one["email"] for one in doubted})
        self.assertIn("[relays.b]", engine.run("doubt", campaign).stdout)
        self.assertFalse(at_b & set(self.recipients(a)))
        engine.post(f"/v1/campaigns/{campaign}/doubt", {"action": "resend"})
        self.assertEqual(engine.wait_status(campaign, "sent")["counts"]["accepted"], 40)
        self.assertLessEqual(at_b, set(self.recipients(a)))
        self.check_log(engine)

    def test_relays_serve_senders_and_campaigns_may_name_one(self):
        servers = {name: self.server() for name in ("all", "shop", "other")}
        engine = self.engine(**{"all": {"url": servers["all"].url()},
                                "shop": {"url": servers["shop"].url(), "senders": "shop.example"},
                                "other": {"url": servers["other"].url(), "campaigns": "Invoices*"}})
        sent = [(engine.start_campaign(5), "shop"),
                (engine.start_campaign(6, name="Invoices of May", **{"from": "a@else.example"}), "other"),
                (engine.start_campaign(7, **{"from": "a@else.example"}), "all"),
                (engine.start_campaign(8, relay="all"), "all")]
        for campaign, relay in sent:
            engine.wait_status(campaign, "sent")
            self.assertEqual({one for claims in self.claims(engine, campaign).values() for one in claims}, {relay})
        self.assertEqual([len(servers[name].taken()) for name in ("shop", "other", "all")], [5, 6, 15])
        with self.assertRaises(Refused) as refused:
            engine.create(engine.import_rows(1), relay="shopp")
        self.assertEqual(refused.exception.status, 400)
        self.assertIn("there is no relay shopp; there are: all, shop, other", refused.exception.problem["detail"])

    def test_a_campaign_whose_relay_is_gone_waits_with_the_words_why(self):
        a, b = self.server(), self.server()
        engine = self.engine(a={"url": a.url()}, b={"url": b.url()})
        campaign = engine.start_campaign(30, relay="b", plan={"parts": {"size": 10, "every": "1h"}})
        wait_until(lambda: engine.show(campaign)["counts"]["accepted"] == 10, "the first part")
        self.assertEqual(engine.stop(), 0)
        engine.settings = settings_of(a={"url": a.url()})
        engine.start()
        self.approve_other_relays(engine, campaign)
        engine.command(campaign, "release")
        wait_until(lambda: engine.show(campaign)["relay_trouble"], "the trouble")
        self.assertIn("there is no relay b; there are: a", engine.run("show", campaign).stdout)
        self.assertEqual(len(a.taken()), 0)
        self.assertEqual(engine.stop(), 0)
        engine.settings = settings_of(a={"url": a.url()}, b={"url": b.url()})
        engine.start()
        self.approve_other_relays(engine, campaign)
        view = engine.wait_status(campaign, "sent")
        self.assertEqual(view["counts"]["accepted"], 30)
        self.assertIsNone(view["relay_trouble"])
        self.assertEqual(len(b.taken()), 30)
        self.check_log(engine)


if __name__ == "__main__":
    unittest.main()
