"""Each recipient gets exactly one letter, personalised; every count that can be asked for agrees."""

import collections
import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

from engine import Engine, free_port, wait_until
from sink import Sink

LETTERS = int(os.environ.get("SLUICE_E2E_LETTERS", 100_000))


class Exact(unittest.TestCase):
    def test_a_hundred_thousand_recipients_get_one_letter_each_and_all_counts_agree(self):
        with Sink() as sink, Engine(sink.url) as engine:
            campaign = engine.start_campaign(LETTERS)
            view = engine.wait_status(campaign, "sent", 180)
            arrived = collections.Counter(letter.recipient for letter in sink.taken())
            self.assertEqual(len(arrived), LETTERS)
            self.assertEqual(sum(arrived.values()), LETTERS)
            for letter in sink.taken():
                number = re.match(r"r(\d+)@", letter.recipient).group(1)
                self.assertIn(f"Dear Recipient {number},", letter.body)
            self.assertEqual(len({letter.message_id for letter in sink.taken()}), LETTERS)
            self.assertEqual(view["counts"], {"total": LETTERS, "due": LETTERS, "accepted": LETTERS, "pending": 0,
                                              "in_flight": 0, "refused": 0, "deferred": 0, "skipped": 0, "in_doubt": 0})
            letters = engine.letters(campaign)
            self.assertEqual(len(letters), LETTERS)
            self.assertEqual({letter["outcome"] for letter in letters}, {"accepted"})
            self.assertEqual({letter["attempts"] for letter in letters}, {1})
            self.assertEqual({letter["message_id"] for letter in letters},
                             {letter.message_id for letter in sink.taken()})
            responses = engine.get(f"/v1/campaigns/{campaign}/responses")["items"]
            self.assertEqual([(one["code"], one["count"]) for one in responses], [(250, LETTERS)])
            self.assertEqual(engine.stop(), 0)
            self.assertEqual(engine.verify().returncode, 0)

    def test_postfix_s_smtp_sink_gets_each_recipient_s_letter_once(self):
        count = 2_000
        port = free_port()
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o777)
            as_nobody = ["-u", "nobody"] if os.geteuid() == 0 else []
            sink = subprocess.Popen(["/usr/sbin/smtp-sink", *as_nobody, "-d", f"{folder}/%M.", f"127.0.0.1:{port}",
                                     "200"])
            try:
                with Engine(f"smtp://127.0.0.1:{port}") as engine:
                    campaign = engine.start_campaign(count)
                    engine.wait_status(campaign, "sent", 120)
                dumps = [dump.read_text("utf-8", "replace") for dump in pathlib.Path(folder).iterdir()]
            finally:
                sink.terminate()
                sink.wait()
            text = "\n".join(dumps)
            recipients = collections.Counter(re.findall(r"(?m)^To: (r\d+@\S+)", text))
            self.assertEqual(len(recipients), count)
            self.assertEqual(set(recipients.values()), {1})
            self.assertEqual(len(set(re.findall(r"Dear (Recipient \d+),", text))), count)

    def test_refused_and_deferred_letters_are_told_apart_and_named(self):
        def refusal(recipient):
            if recipient.startswith("r7@"):
                return "550 5.1.1 no such user"
            if recipient.startswith("r8@"):
                return "450 4.2.0 greylisted"
            return None

        with Sink(refusal) as sink, Engine(sink.url) as engine:
            campaign = engine.start_campaign(20)
            wait_until(lambda: engine.show(campaign)["counts"]["accepted"] == 18, "18 accepted letters")
            wait_until(lambda: engine.show(campaign)["counts"]["deferred"] == 1, "a deferred letter")
            self.assertEqual(engine.show(campaign)["counts"]["refused"], 1)
            refused = engine.get(f"/v1/campaigns/{campaign}/letters?outcome=refused")["items"]
            self.assertEqual([(one["email"], one["last_reply"]["code"], one["last_reply"]["enhanced"])
                              for one in refused], [("r7@d7.example", 550, "5.1.1")])
            table = engine.run("letters", campaign, "--outcome", "deferred", "--json").stdout
            self.assertEqual([one["email"] for one in json.loads(table)["items"]], ["r8@d8.example"])


if __name__ == "__main__":
    unittest.main()
