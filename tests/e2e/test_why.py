"""`why`: what keeps a letter, or what became of it, asked of the real engine in each of its situations."""

import unittest
from datetime import datetime, timedelta, timezone

from engine import Engine, Refused, free_port, wait_until
from sink import Sink

IN_PARTS = {"parts": {"size": 2, "every": "1h"}}


def in_an_hour():
    return (datetime.now(timezone.utc) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Why(unittest.TestCase):
    def why(self, engine, campaign, address):
        return engine.get(f"/v1/campaigns/{campaign}/why?address={address}")

    def wait_why(self, engine, campaign, address, code):
        return wait_until(lambda: (told := self.why(engine, campaign, address))["code"] == code and told,
                          f"{address} to be {code}")

    def test_before_a_campaign_begins_it_says_what_it_waits_for(self):
        with Engine("null:") as engine:
            campaign = engine.create(engine.import_rows(3), plan={"start_at": in_an_hour()})
            self.assertEqual(self.why(engine, campaign, "r0@d0.example")["code"], "draft")
            engine.command(campaign, "start")
            told = self.why(engine, campaign, "r0@d0.example")
            self.assertEqual((told["code"], told["until"]),
                             ("preparing", engine.show(campaign)["starts_at"]))
            engine.command(campaign, "cancel")
            self.assertEqual(self.why(engine, campaign, "r0@d0.example")["code"], "cancelled")

    def test_gone_part_paused_and_suppressed(self):
        with Sink() as sink, Engine(sink.url) as engine:
            campaign = engine.start_campaign(6, plan=IN_PARTS)
            told = self.wait_why(engine, campaign, "r1@d1.example", "accepted")
            self.assertEqual((told["address"], told["index"], told["state"], told["until"], told["also"]),
                             ("r1@d1.example", 1, "accepted", None, []))
            self.assertIn("250 2.0.0 Ok", told["text"])

            part = self.why(engine, campaign, "r4@d4.example")
            self.assertEqual((part["code"], part["state"]), ("part", "pending"))
            self.assertIn("the 3. one", part["text"])
            self.assertIn(part["until"], part["text"])

            engine.command(campaign, "pause", body={"reason": "a typo"})
            told = self.why(engine, campaign, "r4@d4.example")
            self.assertEqual((told["code"], [one["code"] for one in told["also"]]), ("paused", ["part"]))
            self.assertIn("a typo", told["text"])

            engine.run("suppress", "add", "r4@d4.example", "--reason", "unsubscribed")
            told = self.why(engine, campaign, "r4@d4.example")
            self.assertEqual((told["code"], [one["code"] for one in told["also"]]),
                             ("suppressed", ["paused", "part"]))
            engine.command(campaign, "release")
            self.assertIn("unsubscribed", self.wait_why(engine, campaign, "r4@d4.example", "skipped")["text"])

    def test_deferred_by_the_relay(self):
        with Sink(lambda recipient: "451 4.7.1 greylisted" if recipient.startswith("r1@") else None) as sink, \
                Engine(sink.url) as engine:
            campaign = engine.start_campaign(3)
            told = self.wait_why(engine, campaign, "r1@d1.example", "deferred")
            self.assertIn("451 4.7.1 greylisted", told["text"])
            row, = (one for one in engine.letters(campaign) if one["email"] == "r1@d1.example")
            self.assertEqual(told["until"], row["retry_at"])

    def test_relay_away(self):
        with Engine(f"smtp://127.0.0.1:{free_port()}") as engine:
            campaign = engine.start_campaign(3)
            told = self.wait_why(engine, campaign, "r1@d1.example", "relay_away")
            self.assertIn(engine.show(campaign)["relay_trouble"]["text"], told["text"])

    def test_the_limit_of_a_domain_keeps_its_letters_and_no_others(self):
        rows = "email,name\n" + "".join(f"r{at}@slow.example,R\n" for at in range(600)) + "last@fast.example,L\n"
        with Sink() as sink, Engine(sink.url, {"relay.letters_per_second_per_domain": 1}) as engine:
            audience = engine.http("POST", "/v1/audiences?name=slow", rows.encode())["id"]
            campaign = engine.create(audience)
            engine.command(campaign, "start")
            told = self.wait_why(engine, campaign, "r599@slow.example", "domain_limit")
            self.assertIn("letters to slow.example have a limit of 1/s", told["text"])
            self.wait_why(engine, campaign, "last@fast.example", "accepted")

    def test_the_limit_on_all_letters(self):
        for settings, limit in (({"relay.letters_per_second": 1}, "1/s"), ({"relay.limits": '["60/m"]'}, "60/m")):
            with Sink() as sink, Engine(sink.url, settings) as engine:
                campaign = engine.start_campaign(600)
                told = self.wait_why(engine, campaign, "r599@d19.example", "rate_limit")
                self.assertIn(f"have a limit of {limit}", told["text"])

    def test_the_command_line_says_it_in_a_sentence_and_for_machines(self):
        with Engine("null:") as engine:
            campaign = engine.create(engine.import_rows(3))
            self.assertEqual(engine.run("why", campaign, "r2@d2.example").stdout,
                             f"r2@d2.example (letter 2, pending): {campaign} is a draft: sluice start {campaign} "
                             "begins it\n")
            self.assertEqual(engine.ask("why", campaign, "r2@d2.example"),
                             self.why(engine, campaign, "r2@d2.example"))

    def test_an_address_that_is_not_in_the_audience_is_an_error(self):
        with Engine("null:") as engine:
            campaign = engine.create(engine.import_rows(3))
            with self.assertRaises(Refused) as refused:
                self.why(engine, campaign, "nobody@d2.example")
            self.assertEqual(refused.exception.status, 404)
            self.assertIn("nobody@d2.example is not in the audience", refused.exception.problem["detail"])
            done = engine.run("why", campaign, "nobody@d2.example", check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn("nobody@d2.example is not in the audience", done.stderr)
            with self.assertRaises(Refused) as refused:
                engine.get(f"/v1/campaigns/{campaign}/why")
            self.assertEqual(refused.exception.status, 400)


if __name__ == "__main__":
    unittest.main()
