"""Whole mail servers that are not ours: a Postfix that delivers into a maildir, aiosmtpd behind TLS and a login, and a
Dovecot that lets in by many mechanisms."""

import base64
import collections
import email
import email.policy
import hashlib
import hmac
import json
import logging
import os
import pathlib
import re
import shutil
import ssl
import subprocess
import tempfile
import time
import unittest

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

import mail_servers
from engine import Engine, free_port, wait_until
from mail_servers import make_certificate
from sink import Sink

LETTERS = 1_000
DOMAINS = " ".join(f"d{number}.example" for number in range(20))  # those of Engine.import_rows
NOBODY = 65534
TEXT = "Dear {{name}}, everything is cheaper.\n.\n.. and a line that begins with dots\n"


class Postfix(mail_servers.PlainPostfix):
    """Delivers into a maildir."""

    files = {**mail_servers.PlainPostfix.files,
             "config/main.cf": mail_servers.PlainPostfix.files["config/main.cf"] + f"""\
local_recipient_maps =
virtual_mailbox_domains = {DOMAINS}
virtual_mailbox_base = {{folder}}/mail
virtual_mailbox_maps = static:box/
virtual_minimum_uid = 1
virtual_uid_maps = static:{NOBODY}
virtual_gid_maps = static:{NOBODY}
"""}

    def delivered(self):
        box = self.folder / "mail/box/new"
        return list(box.iterdir()) if box.exists() else []


DOVECOT = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
auth_verbose = yes
protocols = submission
listen = 127.0.0.1
hostname = mx.example
ssl = required
ssl_cert = <{folder}/certificate.pem
ssl_key = <{folder}/key.pem
auth_mechanisms = {mechanisms}
mail_location = maildir:{folder}/mail
first_valid_uid = 1
submission_relay_host = 127.0.0.1
submission_relay_port = {relay}
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/oauth2.conf
}}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/users
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={folder}/mail
}}
service submission-login {{
  inet_listener submission {{
    port = {port}
  }}
}}
"""
DOVECOT_OAUTH = """\
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={folder}/keys/
username_attribute = sub
"""
NO_DOVECOT = "Dovecot has users of its own, so it wants root; the configuration is 2.3's"
USER = "news@shop.example"
PASSWORD = "p@ss word"


class Dovecot:
    """A submission server that hands on what it takes to another one, under TLS only."""

    def __init__(self, relay_port, mechanisms):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sluice-dovecot-"))
        self.port = free_port()
        self.key = os.urandom(32)
        self.certificate = str(self.folder / "certificate.pem")
        self.texts = {"dovecot.conf": DOVECOT.format(folder=self.folder, port=self.port, relay=relay_port,
                                                     mechanisms=mechanisms),
                      "oauth2.conf": DOVECOT_OAUTH.format(folder=self.folder),
                      "users": f"{USER}:{{PLAIN}}{PASSWORD}\n",
                      "keys/default/HS256/default": base64.b64encode(self.key).decode()}

    def __enter__(self):
        self.folder.chmod(0o755)
        for name in ("keys/default/HS256", "mail"):
            (self.folder / name).mkdir(parents=True)
        os.chown(self.folder / "mail", NOBODY, NOBODY)
        for name, text in self.texts.items():
            (self.folder / name).write_text(text)
        make_certificate(self.folder / "key.pem", self.certificate)
        self.process = subprocess.Popen(["/usr/sbin/dovecot", "-F", "-c", str(self.folder / "dovecot.conf")],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        wait_until(self.is_up, "Dovecot to be up")
        return self

    def is_up(self):
        if self.process.poll() is not None:
            raise AssertionError("Dovecot ended at once: " + self.log())
        return "starting up" in self.log()

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=30)
        shutil.rmtree(self.folder, ignore_errors=True)

    def log(self):
        file = self.folder / "log"
        return file.read_text(errors="replace") if file.exists() else ""

    def token(self, lifetime=3600):
        """A JSON Web Token (RFC 7519) for our user."""
        now = int(time.time())
        parts = [{"alg": "HS256", "typ": "JWT"}, {"sub": USER, "iat": now - 10, "exp": now + lifetime}]
        signed = b".".join(web_base64(json.dumps(part).encode()) for part in parts)
        return (signed + b"." + web_base64(hmac.digest(self.key, signed, hashlib.sha256))).decode()


def can_run_dovecot():
    told = subprocess.run(["/usr/sbin/dovecot", "--version"], capture_output=True, text=True, check=True).stdout
    return os.geteuid() == 0 and told.startswith("2.3.")


def web_base64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


class Keeper:
    """What aiosmtpd tells of each letter; `logins` are the names that came with the right password."""

    def __init__(self):
        self.letters = []
        self.logins = []

    async def handle_DATA(self, server, session, envelope):
        self.letters.append((tuple(envelope.rcpt_tos), bool(session.ssl), session.authenticated, envelope.content))
        return "250 2.0.0 Ok"

    def authenticate(self, server, session, envelope, mechanism, data):
        is_right = isinstance(data, LoginPassword) and data.password == b"p@ss word"
        if is_right:
            self.logins.append(data.login)
        return AuthResult(success=is_right)


class RealServers(unittest.TestCase):
    def assert_letter(self, message, number):
        letter = email.message_from_bytes(message, policy=email.policy.default)
        self.assertEqual(letter["Subject"], f"Hello Recipient {number}")
        self.assertEqual(letter["To"], f"r{number}@d{number % 20}.example")
        self.assertEqual(letter.get_content().replace("\r\n", "\n"), TEXT.replace("{{name}}", f"Recipient {number}"))
        self.assertEqual(letter.defects, [])
        return letter["Message-ID"]

    def test_postfix_delivers_each_recipient_s_letter_once(self):
        self.deliver_by_postfix("", "data", LETTERS)

    def test_postfix_delivers_each_recipient_s_letter_once_by_BDAT(self):
        self.deliver_by_postfix("?chunking=on", "bdat", LETTERS / 2)

    def deliver_by_postfix(self, options, command, times_min):
        """So often at least Postfix counts the command in what it says of connections that have ended."""
        if why := mail_servers.why_not():
            self.skipTest(why)
        with Postfix() as postfix, Engine(f"smtp://127.0.0.1:{postfix.port}{options}") as engine:
            campaign = engine.start_campaign(LETTERS, text=TEXT)
            engine.wait_status(campaign, "sent", 120)
            wait_until(lambda: len(postfix.delivered()) >= LETTERS, "Postfix to deliver what it took", 120, 0.1)
            self.assertEqual(engine.show(campaign)["counts"]["accepted"], LETTERS)
            ids = {one["email"]: one["message_id"] for one in engine.letters(campaign)}
            arrived = collections.Counter()
            for file in postfix.delivered():
                message = file.read_bytes()
                recipient = re.search(rb"(?m)^X-Original-To: (\S+)", message).group(1).decode()
                arrived[recipient] += 1
                self.assertEqual(self.assert_letter(message, int(recipient[1:].split("@")[0])), ids[recipient])
            self.assertEqual(arrived, {address: 1 for address in ids})
            self.assertEqual(engine.stop(), 0)
            wait_until(lambda: sum(map(int, re.findall(rf" {command}=(\d+)", postfix.log()))) >= times_min,
                       f"Postfix to count {command}")

    def log_in(self, mechanism, password=None, settings=None):
        """Sends by a Dovecot that offers only this; gives what the engine says of its relay, or nothing when all is well."""
        with Sink() as sink, Dovecot(sink.port, mechanism) as dovecot:
            secret = dovecot.folder / "secret"
            secret.write_text((password or dovecot.token()) + "\n")
            secret_setting = "relay.password_file" if password else "relay.token_file"
            relay = f"smtp://news%40shop.example@localhost:{dovecot.port}?tls=require"
            with Engine(relay, {"relay.ca_file": dovecot.certificate, secret_setting: str(secret),
                                **(settings or {})}) as engine:
                # One: Dovecot 2.3 breaks off when another's commands come before the reply to a message.
                campaign = engine.start_campaign(1)
                trouble = wait_until(lambda: engine.show(campaign)["relay_trouble"] or sink.count() == 1,
                                     "letters or trouble: " + dovecot.log(), 60)
                self.assertNotIn(secret.read_text().strip(), engine.log() + str(trouble))
                if trouble is not True:
                    return trouble["text"]
                engine.wait_status(campaign, "sent", 60)
                self.assertRegex(dovecot.log(), f"(?i)user=<?{USER}>?.*method={mechanism}")
                return None

    @unittest.skipUnless(can_run_dovecot(), NO_DOVECOT)
    def test_dovecot_lets_in_by_each_mechanism(self):
        for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN", "LOGIN", "CRAM-MD5"):
            with self.subTest(mechanism):
                self.assertIsNone(self.log_in(mechanism, PASSWORD))
        for mechanism in ("OAUTHBEARER", "XOAUTH2"):
            with self.subTest(mechanism):
                self.assertIsNone(self.log_in(mechanism))

    @unittest.skipUnless(can_run_dovecot(), NO_DOVECOT)
    def test_dovecot_s_refusal_is_told_with_the_mechanism(self):
        self.assertRegex(self.log_in("SCRAM-SHA-256", "wrong"), "refuses the login by SCRAM-SHA-256: 535")
        self.assertRegex(self.log_in("XOAUTH2", settings={"relay.token_file": "", "relay.token_command": "echo wrong"}),
                         r"refuses the login by XOAUTH2: 535 .*\{.*\}")

    def test_aiosmtpd_takes_each_letter_once_under_tls_after_a_login(self):
        with tempfile.TemporaryDirectory() as folder:
            key, certificate = folder + "/key.pem", folder + "/certificate.pem"
            make_certificate(key, certificate)
            trusted = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            trusted.load_cert_chain(certificate, key)
            keeper = Keeper()
            server = Controller(keeper, hostname="127.0.0.1", port=free_port(), tls_context=trusted,
                                require_starttls=True, authenticator=keeper.authenticate, auth_required=True)
            logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # of the refused certificate it has much to say
            server.start()
            try:
                relay = f"smtp://shop:p%40ss%20word@localhost:{server.port}?tls=require"
                with Engine(relay, {"relay.ca_file": certificate}) as engine:
                    campaign = engine.start_campaign(LETTERS, text=TEXT)
                    engine.wait_status(campaign, "sent", 120)
                    self.assertEqual(engine.show(campaign)["counts"]["accepted"], LETTERS)
                self.assertEqual(set(keeper.logins), {b"shop"})
                self.assertTrue(all(is_secret and is_known for _, is_secret, is_known, _ in keeper.letters))
                recipients = [recipients for recipients, *_ in keeper.letters]
                self.assertEqual(collections.Counter(recipients),
                                 {(f"r{i}@d{i % 20}.example",): 1 for i in range(LETTERS)})
                for (recipient,), _, _, message in keeper.letters:
                    self.assert_letter(message, int(recipient[1:].split("@")[0]))
                # A certificate that nobody vouches for is no server of ours.
                before = len(keeper.letters)
                with Engine(relay) as engine:
                    campaign = engine.start_campaign(3)
                    trouble = wait_until(lambda: engine.show(campaign)["relay_trouble"], "the relay to be in trouble")
                    self.assertRegex(trouble["text"].lower(), "certificate|tls")
                    self.assertEqual(engine.show(campaign)["counts"]["pending"], 3)
                    self.assertNotIn("p@ss", engine.log() + str(trouble))
                self.assertEqual(len(keeper.letters), before)
            finally:
                server.stop()


if __name__ == "__main__":
    unittest.main()
