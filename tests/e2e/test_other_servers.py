"""Mail servers that are not ours, each as mail_servers.py has it: under TLS, after a login, beyond its limit, and stopped,
killed and started again in the middle of a campaign. Every recipient gets one letter, and the campaign ends by itself."""

import collections
import unittest

import mail_servers
from engine import Engine, wait_until
from relay_scenarios import AtTheSameTime, RelayScenarios, promise

LETTERS = 300
SETTINGS = {"relay.connections": 20, "relay.reconnect_delay_first": "50ms", "relay.reconnect_delay_max": "300ms",
            "retry.delay_first": "1s", "retry.delay_max": "1s",
            # So that a server is in the middle of the campaign for a while.
            "relay.letters_per_second": 120, "relay.letters_per_connection": 25}
FAST = {"relay.letters_per_second": 0, "relay.letters_per_connection": 1000}


class OtherServers(RelayScenarios):
    def running(self, kind):
        if why := mail_servers.why_not() or kind.why_not():
            self.skipTest(why)
        return kind()

    def engine_for(self, server, **settings):
        return Engine(server.url(), {**SETTINGS, "relay.ca_file": server.certificate, **settings})

    def play(self, kind):
        """One campaign, in which the server is stopped and comes back, and then is killed and comes back."""
        with self.running(kind) as server, self.engine_for(server) as engine:
            campaign = engine.start_campaign(LETTERS)
            self.await_accepted(engine, campaign, 40)
            server.stop()
            self.await_trouble(engine, campaign, server.down)
            if server.finishes_sessions:
                self.assertFalse(self.times_in_doubt(engine, campaign), "it has replied to all that it took")
            server.start()
            self.await_accepted(engine, campaign, 40)
            server.kill()
            self.await_trouble(engine, campaign, server.down)
            server.start()
            self.assertEqual(self.await_end(engine, campaign)["accepted"], LETTERS)
            self.check_recipients(server, engine, campaign)
            self.assertNotIn(mail_servers.PASSWORD, engine.log())

    def await_accepted(self, engine, campaign, count):
        """So many more than now."""
        before = engine.show(campaign)["counts"]["accepted"]
        wait_until(lambda: engine.show(campaign)["counts"]["accepted"] >= before + count, f"{count} letters to be accepted")

    def check_recipients(self, server, engine, campaign):
        """Each has the letter, and one that was in doubt may have a copy of it."""
        letters = engine.letters(campaign)
        wait_until(lambda: len({one.recipient for one in server.taken()}) == len(letters),
                   "what was taken to be handed on", 30, 0.1)
        twice = self.twice(server)
        self.assertLessEqual(sum(twice.values()), mail_servers.CONNECTIONS_MAX, twice)
        self.check_books(engine, campaign, server)
        self.assertEqual({one.is_encrypted for one in server.taken()}, {True})

    def troubles(self, engine, campaign):
        """What the user was told of, in one text; where a machine is busy a server may be slow to greet, which is told too."""
        return "\n".join(event["text"] for event in engine.events(campaign) if event["t"] == "relay_failed")

    def twice(self, server):
        times = collections.Counter(one.recipient for one in server.taken())
        return {recipient: count - 1 for recipient, count in times.items() if count > 1}

    def play_limit(self, kind):
        """The relay would have more connections than the server allows: it finds out, and nobody needs to hear of trouble."""
        with self.running(kind) as server, self.engine_for(server, **FAST) as engine:
            campaign = engine.start_campaign(LETTERS)
            found = set()

            def has_ended():
                view = engine.show(campaign)
                found.add(view["relay_pace"] and view["relay_pace"]["text"])
                return view["status"] == "sent" and view

            view = wait_until(has_ended, "the campaign to be sent", 60)
            self.assertEqual(view["counts"]["accepted"], LETTERS)
            self.assertTrue([text for text in found if text and server.too_many in text], found)
            self.assertNotIn(server.too_many, self.troubles(engine, campaign))
            self.check_recipients(server, engine, campaign)
            self.assertFalse(self.twice(server))

    def play_silent_limit(self, kind):
        """Whoever is too many is let in later, or left without a word: the others carry the campaign."""
        with self.running(kind) as server, self.engine_for(server, **FAST) as engine:
            campaign = engine.start_campaign(LETTERS)
            view = engine.wait_status(campaign, "sent", 60)
            self.assertEqual(view["counts"]["accepted"], LETTERS)
            self.assertTrue(server.limit_reached in server.log(), "the limit was not reached")
            self.check_recipients(server, engine, campaign)
            self.assertFalse(self.twice(server))

    def play_session_limit(self, kind):
        """So many letters and no more in one session: the next one takes them, at once."""
        with self.running(kind) as server, self.engine_for(server, **FAST) as engine:
            campaign = engine.start_campaign(2 * mail_servers.CONNECTIONS_MAX * mail_servers.SESSION_MAX)
            engine.wait_status(campaign, "sent", 30)  # ten times as long as it takes
            self.assertNotIn(server.session_full, self.troubles(engine, campaign))
            self.check_recipients(server, engine, campaign)
            self.assertFalse(self.twice(server))

    def test_a_certificate_that_nobody_vouches_for_keeps_letters_encrypted_and_is_refused_where_TLS_is_required(self):
        with self.running(mail_servers.Postfix) as server:
            with Engine(server.url(""), SETTINGS) as engine:
                campaign = engine.start_campaign(10)
                self.assertEqual(self.await_end(engine, campaign)["accepted"], 10)
                self.check_recipients(server, engine, campaign)
            with Engine(server.url(), SETTINGS) as engine:
                campaign = engine.start_campaign(10)
                self.await_trouble(engine, campaign, "relay.ca_file")
                self.assertEqual(engine.show(campaign)["counts"]["pending"], 10)
            self.assertEqual(len(server.taken()), 10)

    def test_dovecot_with_settings_as_they_come(self):
        """It breaks off where another letter's commands come before its reply, and takes both all the same."""
        with self.running(mail_servers.Dovecot) as server, Engine(server.url(), {"relay.ca_file": server.certificate}) as engine:
            campaign = engine.start_campaign(500)
            self.assertEqual(self.await_end(engine, campaign)["accepted"], 500)
            self.assertEqual(len(server.sink.taken()), 500)
            self.assertFalse(self.check_books(engine, campaign, server), "a letter was in doubt")


KINDS = (mail_servers.Postfix, mail_servers.Exim, mail_servers.OpenSmtpd, mail_servers.Dovecot, mail_servers.SmtpServer,
         mail_servers.Haraka)

for one in KINDS:
    promise(OtherServers, f"{one.__name__} is stopped and killed and comes back", lambda self, kind=one: self.play(kind))
    if one.too_many:
        promise(OtherServers, f"{one.__name__} allows few connections", lambda self, kind=one: self.play_limit(kind))
    if one.limit_reached:
        promise(OtherServers, f"{one.__name__} says nothing to connections too many",
                lambda self, kind=one: self.play_silent_limit(kind))
    if one.session_full:
        promise(OtherServers, f"{one.__name__} allows few letters in a session",
                lambda self, kind=one: self.play_session_limit(kind))


def load_tests(_, by_class, __):
    return AtTheSameTime(by_class, at_once=4)  # whole servers are heavy


if __name__ == "__main__":
    unittest.main()
