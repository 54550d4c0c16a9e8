"""Mail servers that are not ours, each as mail_servers.py has it: under TLS, after a login, beyond its limit, and stopped,
killed and started again in the middle of a campaign. Every recipient gets one letter, and the campaign ends by itself."""

import collections
import unittest

import mail_servers
from engine import Engine, wait_until
from relay_scenarios import AtTheSameTime, RelayScenarios

LETTERS = 240
CONNECTIONS = 20
SETTINGS = {"relay.connections": CONNECTIONS, "relay.reconnect_delay_first": "50ms", "relay.reconnect_delay_max": "300ms",
            "retry.delay_first": "1s", "retry.delay_max": "1s",
            # So that a server is in the middle of the campaign for a while.
            "relay.letters_per_second": 120, "relay.letters_per_connection": 25}


class OtherServers(RelayScenarios):
    def engine_for(self, server, **settings):
        return Engine(server.url(), {**SETTINGS, "relay.ca_file": server.certificate, **settings})

    def play(self, kind):
        """One campaign, in which the server is stopped and comes back, and then is killed and comes back."""
        if why := mail_servers.why_not():
            self.skipTest(why)
        with kind() as server, self.engine_for(server) as engine:
            campaign = engine.start_campaign(LETTERS)
            self.await_accepted(engine, campaign, LETTERS // 4)
            server.stop()
            self.await_trouble(engine, campaign, server.down)
            server.start()
            self.await_accepted(engine, campaign, LETTERS // 2)
            self.assertFalse(self.twice(server), "a server that stops in peace leaves no doubt")
            server.kill()
            self.await_trouble(engine, campaign, server.down)
            server.start()
            self.assertEqual(self.await_end(engine, campaign)["accepted"], LETTERS)
            self.check_recipients(server, engine, campaign)
            self.assertNotIn(mail_servers.PASSWORD, engine.log())

    def await_accepted(self, engine, campaign, count):
        wait_until(lambda: engine.show(campaign)["counts"]["accepted"] >= count, f"{count} letters to be accepted")

    def check_recipients(self, server, engine, campaign):
        """Each has the letter, and one that was in doubt may have a copy of it."""
        letters = engine.letters(campaign)
        wait_until(lambda: len({one.recipient for one in server.taken()}) == len(letters), "what was taken to be handed on", 30, 0.1)
        twice = self.twice(server)
        self.assertLessEqual(sum(twice.values()), mail_servers.CONNECTIONS_MAX, twice)
        self.check_books(engine, campaign, server)
        self.assertEqual({one.is_encrypted for one in server.taken()}, {server.is_secure})

    def twice(self, server):
        times = collections.Counter(one.recipient for one in server.taken())
        return {recipient: count - 1 for recipient, count in times.items() if count > 1}

    def test_exim(self):
        self.play(mail_servers.Exim)

    def test_opensmtpd(self):
        self.play(mail_servers.OpenSmtpd)

    def test_smtp_server(self):
        self.play(mail_servers.SmtpServer)

    def test_haraka(self):
        self.play(mail_servers.Haraka)


def load_tests(_, by_class, __):
    return AtTheSameTime(by_class)


if __name__ == "__main__":
    unittest.main()
