"""Secrets that come from files and the environment, and international domains, with a server that is not ours."""

import email
import email.policy
import pathlib
import tempfile
import unittest
import urllib.parse

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from engine import Engine, free_port, wait_until


class Keeper:
    """A server that offers no SMTPUTF8, and knows one password."""

    def __init__(self):
        self.letters = []
        self.logins = []

    async def handle_DATA(self, server, session, envelope):
        self.letters.append((envelope.mail_from, tuple(envelope.rcpt_tos), envelope.content))
        return "250 2.0.0 Ok"

    def authenticate(self, server, session, envelope, mechanism, data):
        is_right = isinstance(data, LoginPassword) and data.password == b"p@ss word"
        self.logins.append((mechanism, data.login, is_right))
        return AuthResult(success=is_right, handled=False)

    def __enter__(self):
        self.server = Controller(self, hostname="127.0.0.1", port=free_port(), authenticator=self.authenticate,
                                 auth_require_tls=False)
        self.server.start()
        return self

    def __exit__(self, *_):
        self.server.stop()


class LoginAndDomains(unittest.TestCase):
    def send_one(self, engine):
        campaign = engine.start_campaign(1)
        engine.wait_status(campaign, "sent", 60)

    def test_the_password_is_in_a_file_or_in_the_environment(self):
        with Keeper() as keeper, tempfile.TemporaryDirectory() as folder:
            secret = pathlib.Path(folder) / "password"
            secret.write_text("p@ss word\n")
            relay = f"smtp://news%40shop.example@127.0.0.1:{keeper.server.port}"
            with Engine(relay, {"relay.password_file": str(secret)}) as engine:
                self.send_one(engine)
            with Engine(relay, environment={"SLUICE_RELAY_PASSWORD": "p@ss word"}) as engine:
                self.send_one(engine)
                self.assertNotIn("p@ss", engine.log())
            self.assertEqual(keeper.logins, [("PLAIN", b"news@shop.example", True)] * 2)

    def test_a_password_s_file_that_is_not_there_stops_the_start(self):
        engine = Engine("smtp://shop@127.0.0.1:25", {"relay.password_file": "/nowhere/password"})
        try:
            code, words = engine.failing_start()
            self.assertNotEqual(code, 0)
            self.assertIn("/nowhere/password", words)
        finally:
            engine.__exit__()

    def test_international_domains_leave_with_a_labels_to_a_server_without_SMTPUTF8(self):
        with Keeper() as keeper, Engine(f"smtp://127.0.0.1:{keeper.server.port}") as engine:
            rows = "email\nada@bücher.example\nbob@xn--bcher-kva.example\nbob@BÜCHER.example\neve@Почта.рф\n"
            audience = engine.post("/v1/audiences?name=idn", rows.encode())
            self.assertEqual((audience["rows"], audience["left_out_total"]), (3, 1))
            engine.post("/v1/suppressions", {"email": "eve@xn--80a1acny.xn--p1ai"})
            campaign = engine.post("/v1/campaigns", {
                "name": "idn", "from": "Shop <news@bücher.example>", "subject": "hello", "text": "Hi {{email}}",
                "unsubscribe_url": "https://магазин.рф/u", "audience": audience["id"]})["id"]
            engine.post(f"/v1/campaigns/{campaign}/start")
            engine.wait_status(campaign, "sent", 60)
            counts = engine.show(campaign)["counts"]
            self.assertEqual((counts["accepted"], counts["skipped"]), (2, 1))
            wait_until(lambda: len(keeper.letters) == 2, "two letters")
            self.assertEqual({sender for sender, *_ in keeper.letters}, {"news@xn--bcher-kva.example"})
            self.assertEqual({to for _, (to,), _ in keeper.letters},
                             {"ada@xn--bcher-kva.example", "bob@xn--bcher-kva.example"})
            for _, (recipient,), message in keeper.letters:
                self.assertTrue(message.partition(b"\r\n\r\n")[0].isascii())
                letter = email.message_from_bytes(message, policy=email.policy.default)
                self.assertEqual(letter["To"], recipient)
                self.assertEqual(letter["From"], "Shop <news@xn--bcher-kva.example>")
                self.assertEqual(letter["List-Unsubscribe"], "<https://xn--80aairftm.xn--p1ai/u>")
            for words in ("büch", "BÜCHER.example", "xn--bcher-kva", "ada@bücher.example"):
                answer = engine.get(f"/v1/campaigns/{campaign}/letters?q={urllib.parse.quote(words)}")
                self.assertIn("ada@bücher.example", [one["email"] for one in answer["items"]], words)


if __name__ == "__main__":
    unittest.main()
