#!/usr/bin/env python3
"""Servers that refuse, throttle, run out of quota and hang up on one recipient, as the big providers do: nobody is used
up by a reply that was not about them, everybody gets exactly one letter once it is mended, and others are not held up."""

import collections
import threading
import time
import unittest

import hostile_server
from engine import Engine, wait_until
from hostile_server import HostileServer
from misbehaviours import cut, says, says_and_cuts
from relay_scenarios import SETTINGS, RelayScenarios

QUICK = {**SETTINGS, "relay.connections": 20, "relay.reconnect_delay_first": "50ms", "relay.reconnect_delay_max": "1s",
         "retry.delay_first": "1s", "retry.delay_max": "2s", "suspicion.enabled": "true"}


class Until:
    """Says `text` instead of what is usual, until it is mended; counts how often."""

    def __init__(self, text, also=lambda session: True):
        self.text = text
        self.also = also
        self.is_mended = False
        self.times = 0
        self.lock = threading.Lock()

    def __call__(self, session, usual=None):
        if self.is_mended or not self.also(session):
            return session.say(usual)
        with self.lock:
            self.times += 1
        return session.say(self.text)


class Bucket:
    """So many letters a second, and so many at once after a rest."""

    def __init__(self, per_second, burst, text):
        self.per_second, self.burst, self.text = per_second, burst, text
        self.tokens, self.at = burst, time.monotonic()
        self.lock = threading.Lock()
        self.refused = 0

    def __call__(self, session, usual):
        with self.lock:
            now = time.monotonic()
            self.tokens = min(self.burst, self.tokens + (now - self.at) * self.per_second)
            self.at = now
            if self.tokens >= 1:
                self.tokens -= 1
                return session.say(usual)
            self.refused += 1
        return session.say(self.text)


class RelaySaysNo(RelayScenarios):
    def setUp(self):
        self.server = self.enterContext(HostileServer()) if hasattr(self, "enterContext") else self._enter(HostileServer())

    def _enter(self, context):
        entered = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        return entered

    def engine(self, url=None, **settings):
        names = {name.replace("__", "."): value for name, value in settings.items()}
        return self._enter(Engine(url or self.server.url(), {**QUICK, **names}))

    def everybody_once(self, engine, campaign, count, seconds=40):
        view = engine.wait_status(campaign, "sent", seconds)
        self.assertEqual(view["counts"]["accepted"], count, view["counts"])
        self.check_books(engine, campaign, self.server)
        self.assertEqual(len(self.server.taken()), count)

    # -- the sender, the relay ---------------------------------------------------------------------------

    def test_mail_wants_a_login(self):
        refuses = Until(b"530 5.7.0 Authentication required\r\n")
        self.server.misbehave("MAIL", refuses)
        engine = self.engine()
        campaign = engine.start_campaign(300)
        self.await_trouble(engine, campaign, "530 5.7.0 Authentication required")
        counts = engine.show(campaign)["counts"]
        self.assertEqual((counts["refused"], counts["deferred"]), (0, 0))
        refuses.is_mended = True
        self.everybody_once(engine, campaign, 300)

    def test_mail_refuses_the_sender(self):
        refuses = Until(b"550 5.7.60 SMTP; Client does not have permissions to send as this sender\r\n")
        self.server.misbehave("MAIL", refuses)
        engine = self.engine()
        campaign = engine.start_campaign(1000)
        view = engine.wait_status(campaign, "paused")
        self.assertEqual(view["hold"]["reason"], "relay_refuses")
        self.assertIn("5.7.60", view["hold"]["text"])
        wait_until(lambda: engine.show(campaign)["counts"]["pending"] == 1000, "all to be pending")
        self.assertLessEqual(refuses.times, 45)
        refuses.is_mended = True
        engine.command(campaign, "resume")
        self.everybody_once(engine, campaign, 1000)

    def test_all_campaigns_of_a_refused_sender_are_held_at_its_first_letter(self):
        asked = threading.Event()
        refuses = Until(b"550 5.7.60 SMTP; Client does not have permissions to send as this sender\r\n")

        def mail(session, usual):
            asked.wait()
            return refuses(session, usual)

        self.server.misbehave("MAIL", mail)
        self.addCleanup(asked.set)
        engine = self.engine(relay__connections=1, relay__in_hand=400)
        campaigns = [engine.start_campaign(100) for _ in range(4)]
        for campaign in campaigns:
            wait_until(lambda: engine.show(campaign)["counts"]["in_flight"] > 0, "a letter to be claimed ahead")
        asked.set()
        for campaign in campaigns:
            self.assertEqual(engine.wait_status(campaign, "paused")["hold"]["reason"], "relay_refuses")
        self.assertEqual(refuses.times, 1, "the others need not find out for themselves")

    # -- the account -------------------------------------------------------------------------------------

    def test_relay_access_denied_for_all(self):
        refuses = Until(b"554 5.7.1 <x@y.example>: Relay access denied\r\n")
        self.server.misbehave("RCPT", refuses)
        engine = self.engine()
        campaign = engine.start_campaign(300)
        self.await_trouble(engine, campaign, "Relay access denied")
        times = refuses.times
        time.sleep(2)  # how often it is tried meanwhile is what is looked at
        self.assertLessEqual(refuses.times - times, 12, "one letter probes with growing delays")
        counts = engine.show(campaign)["counts"]
        self.assertEqual((counts["refused"], counts["deferred"]), (0, 0))
        refuses.is_mended = True
        self.everybody_once(engine, campaign, 300)

    def test_relay_access_denied_for_one(self):
        self.server.refusals = {"r7@d7.example": b"554 5.7.1 <r7@d7.example>: Relay access denied\r\n"}
        engine = self.engine()
        campaign = engine.start_campaign(300)
        view = engine.wait_status(campaign, "sent", 60)
        self.assertEqual((view["counts"]["accepted"], view["counts"]["refused"]), (299, 1))
        self.check_books(engine, campaign, self.server)

    def test_daily_limit_after_a_hundred(self):
        refuses = Until(b"550 5.4.5 Daily user sending limit exceeded\r\n",
                        also=lambda session: len(session.server.taken()) > 100)
        self.server.misbehave(".", refuses)
        engine = self.engine()
        campaign = engine.start_campaign(500)
        self.await_trouble(engine, campaign, "Daily user sending limit exceeded")
        self.assertEqual(engine.show(campaign)["counts"]["refused"], 0)
        refuses.is_mended = True
        self.everybody_once(engine, campaign, 500)

    # -- the pace ----------------------------------------------------------------------------------------

    def test_fourteen_a_second(self):
        bucket = Bucket(14, 14, b"454 Throttling failure: Maximum sending rate exceeded.\r\n")
        self.server.misbehave(".", bucket)
        engine = self.engine()
        began = time.monotonic()
        campaign = engine.start_campaign(280)
        engine.wait_status(campaign, "sent", 60)
        took = time.monotonic() - began
        self.assertLess(took, 1.5 * 280 / 14, f"{bucket.refused} tries were refused")
        self.everybody_once(engine, campaign, 280)

    def test_the_pace_that_was_found_is_known_after_a_kill(self):
        bucket = Bucket(14, 14, b"454 Throttling failure: Maximum sending rate exceeded.\r\n")
        self.server.misbehave(".", bucket)
        engine = self.engine()
        campaign = engine.start_campaign(280)
        wait_until(lambda: engine.show(campaign)["relay_pace"], "a pace to be found")
        # By the server's clock this is five seconds later at least, and the pace has been written by then.
        wait_until(lambda: len(self.server.taken()) >= 100, "a hundred letters to be taken")
        found = engine.show(campaign)["relay_pace"]
        engine.kill9()
        refused, taken = bucket.refused, len(self.server.taken())
        engine.start()
        again = wait_until(lambda: engine.show(campaign)["relay_pace"], "the pace to be shown", 2)
        self.assertEqual(again["text"], found["text"])
        self.assertLess(again["letters_per_second"], 2 * 14)
        view = engine.wait_status(campaign, "sent", 60)
        self.assertEqual(view["counts"]["accepted"], 280)
        self.check_books(engine, campaign, self.server)
        after = len(self.server.taken()) - taken
        self.assertLessEqual(bucket.refused - refused, 2 + 0.05 * after, "it was overrun again")

    def test_three_connections(self):
        busy = collections.Counter()
        lock = threading.Lock()

        def mail(session, usual):
            with lock:
                if busy["letters"] >= 3:
                    busy["refused"] += 1
                    return session.say(b"432 4.3.2 Concurrent connections limit exceeded\r\n")
                busy["letters"] += 1
            return session.say(usual)

        def end(session, usual):
            time.sleep(0.1)
            with lock:
                busy["letters"] -= 1
            return session.say(usual)

        self.server.misbehave("MAIL", mail)
        self.server.misbehave(".", end)
        engine = self.engine()
        began = time.monotonic()
        campaign = engine.start_campaign(300)
        engine.wait_status(campaign, "sent", 60)
        self.assertLess(time.monotonic() - began, 1.5 * 300 * 0.1 / 3 + 1, f"{busy['refused']} were refused")
        self.everybody_once(engine, campaign, 300)

    def test_three_connections_by_their_greeting(self):
        def greet(session, usual):
            if len(session.server.sessions) > 3:
                session.say(b"421 4.7.0 Too many concurrent SMTP connections from this host\r\n")
                session.hang_up()
            return session.say(usual)

        def end(session, usual):
            time.sleep(0.1)
            return session.say(usual)

        self.server.misbehave("greeting", greet)
        self.server.misbehave(".", end)
        engine = self.engine()
        began = time.monotonic()
        campaign = engine.start_campaign(300)
        engine.wait_status(campaign, "sent", 60)
        self.assertLess(time.monotonic() - began, 1.5 * 300 * 0.1 / 3 + 1)
        self.everybody_once(engine, campaign, 300)

    # -- one letter --------------------------------------------------------------------------------------

    def one_deadly(self, step, how):
        """One recipient at whom the server hangs up: it is put off, all the others go their way."""
        def at(session, usual):
            name = session.recipient if step == "." else session.server.asked.get(session)
            return how(session, usual) if name == "r3@d3.example" else session.say(usual)

        self.server.asked = {}
        if step == "RCPT":
            def at(session, usual):  # the session notes a recipient when it was taken: so this is what it says itself
                return how(session, usual) if usual == b"deadly" else session.say(usual)
            self.server.refusals = {"r3@d3.example": b"deadly"}
        self.server.misbehave(step, at)
        engine = self.engine(retry__delay_first="1h", retry__delay_max="1h")
        campaign = engine.start_campaign(100)
        other = engine.create(engine.import_rows(20, "others"), plan={"parts": {"size": 5, "every": "1s"}})
        began = time.monotonic()
        engine.server_time = began
        wait_until(lambda: engine.show(campaign)["counts"]["accepted"] == 99, "all the others to be accepted", 20)
        letter = wait_until(lambda: [one for one in engine.letters(campaign)
                                     if one["email"] == "r3@d3.example" and one["outcome"] == "deferred"],
                            "the letter to be put off", 10)[0]
        self.assertIsNotNone(letter["retry_at"])
        self.assertIsNone(engine.show(campaign)["relay_trouble"])
        self.server.refusals = {}
        engine.command(other, "start")
        wait_until(lambda: engine.show(other)["counts"]["accepted"] >= 5, "the other campaign's first part", 2)
        engine.stop()
        self.assertEqual(engine.verify().returncode, 0)

    def test_421_at_one_recipient(self):
        self.one_deadly("RCPT", lambda session, _: says_and_cuts(b"421 4.3.0 closing connection\r\n")(session))

    def test_cut_at_one_recipient(self):
        self.one_deadly("RCPT", lambda session, _: cut(session))

    def test_421_at_the_end_of_one_letter(self):
        self.one_deadly(".", lambda session, _: says_and_cuts(b"421 4.3.0 closing connection\r\n")(session))

    def test_the_only_letter_is_deadly(self):
        self.server.misbehave("RCPT", cut)
        engine = self.engine(retry__delay_first="1h", retry__delay_max="1h")
        campaign = engine.start_campaign(1)
        wait_until(lambda: engine.show(campaign)["counts"]["deferred"] == 1, "the letter to be put off", 10)

    # -- refusals of no known kind -----------------------------------------------------------------------

    def test_ten_refusals_of_no_known_kind(self):
        refuses = Until(b"550 5.7.1 Computer says no\r\n")
        self.server.misbehave("RCPT", refuses)
        engine = self.engine()
        campaign = engine.start_campaign(500)
        view = engine.wait_status(campaign, "paused")
        self.assertEqual(view["hold"]["reason"], "relay_refuses")
        self.assertIn("Computer says no", view["hold"]["text"])
        self.assertEqual(view["counts"]["refused"], 0)
        engine.command(campaign, "resume")
        view = wait_until(lambda: (one := engine.show(campaign))["status"] == "paused" and one, "the trial to fail")
        self.assertLessEqual(refuses.times, 40 + 50 + 40)
        refuses.is_mended = True
        engine.command(campaign, "resume")
        self.everybody_once(engine, campaign, 500)

    def test_refusals_are_accepted_by_a_person(self):
        self.server.misbehave("RCPT", says(b"550 5.7.1 Computer says no\r\n"))
        engine = self.engine()
        campaign = engine.start_campaign(12)
        engine.wait_status(campaign, "paused")
        # The hold comes at the tenth; the others are refused too, or called back.
        counts = wait_until(lambda: (now := engine.show(campaign)["counts"])["in_flight"] == 0 and now, "no letter to be in flight")
        self.assertGreaterEqual(counts["deferred"], 10)
        engine.post(f"/v1/campaigns/{campaign}/refusals", {"action": "accept"})
        self.assertEqual(engine.show(campaign)["counts"]["refused"], counts["deferred"])
        engine.command(campaign, "resume")
        self.assertEqual(engine.wait_status(campaign, "sent")["counts"]["refused"], 12)

    def test_the_engine_is_killed_amid_refusals(self):
        refuses = Until(b"550 5.7.1 Computer says no\r\n", also=lambda session: len(session.server.taken()) % 3 == 0)
        self.server.misbehave("RCPT", refuses)
        engine = self.engine()
        campaign = engine.start_campaign(300)
        wait_until(lambda: refuses.times > 5, "some refusals", 20)
        engine.kill9()
        refuses.is_mended = True
        engine.start()
        if wait_until(lambda: (view := engine.show(campaign))["status"] in ("paused", "sent") and view,
                      "the end or a hold", 40)["status"] == "paused":
            engine.command(campaign, "resume")
        view = engine.wait_status(campaign, "sent", 40)
        self.assertEqual(view["counts"]["accepted"] + view["counts"]["refused"], 300)
        engine.stop()
        self.assertEqual(engine.verify().returncode, 0)


if __name__ == "__main__":
    unittest.main()
