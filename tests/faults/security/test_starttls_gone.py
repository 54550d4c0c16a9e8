"""A server that has spoken TLS is held to it: whoever leaves STARTTLS out of its answers gets no letter and no password."""

import unittest

from engine import Engine, wait_until
from hostile_server import PIPELINING, Certificates, HostileServer

STARTTLS = (*PIPELINING, b"STARTTLS")

SETTINGS = {"relay.reconnect_delay_first": "50ms", "relay.reconnect_delay_max": "200ms"}


class StarttlsGone(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.certificates = Certificates()
        cls.addClassCleanup(cls.certificates.folder.cleanup)

    def send(self, engine, count=5):
        campaign = engine.start_campaign(count)
        engine.wait_status(campaign, "sent")

    def trouble(self, engine, campaign):
        return wait_until(lambda: engine.show(campaign)["relay_trouble"], "trouble")

    def test_it_is_remembered_over_a_restart_and_held_against_the_server_until_the_URL_settles_it(self):
        with HostileServer(STARTTLS, self.certificates) as server:
            engine = Engine(server.url(), SETTINGS)
            self.addCleanup(engine.__exit__)
            engine.start()
            self.send(engine)
            self.assertTrue(all(session.is_under_tls for session in server.sessions))
            # In the same process: the offer is left out.
            server.end_all()
            server.offers = PIPELINING
            campaign = engine.start_campaign(5)
            trouble = self.trouble(engine, campaign)
            self.assertEqual(trouble["notice"]["code"], "starttls_gone")
            self.assertEqual(trouble["about"], "relay")
            self.assertEqual(engine.show(campaign)["counts"]["pending"], 5)
            self.assertEqual(len(server.taken()), 5, "a letter went out in clear")
            engine.stop()
            # And in the next one.
            engine.start()
            self.assertEqual(self.trouble(engine, campaign)["notice"]["code"], "starttls_gone")
            self.assertEqual(len(server.taken()), 5, "a letter went out in clear")
            # It is back: nothing is wrong any more.
            server.offers = STARTTLS
            engine.wait_status(campaign, "sent")
            engine.stop()
            # The server has none any more, says whoever runs it; and that is settled for later, too.
            server.offers = PIPELINING
            for options in ("?tls=never", ""):
                engine.relay = server.url(options=options)
                engine.start()
                self.send(engine)
                engine.stop()
            self.assertEqual(len(server.taken()), 20)

    def test_a_server_that_never_had_it_is_spoken_to_in_clear(self):
        with HostileServer(PIPELINING) as server, Engine(server.url(), SETTINGS) as engine:
            self.send(engine)
            self.assertEqual(len(server.taken()), 5)


if __name__ == "__main__":
    unittest.main()
