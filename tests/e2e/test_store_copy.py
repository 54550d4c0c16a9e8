"""A store is copied from a folder into a database and back, by the real executable: a campaign that was half sent goes on to
its end with nobody twice, a copy that was killed goes on, and audits read the database as they read the folder."""

import collections
import json
import pathlib
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "postgres"))
from engine import EXECUTABLE, Engine, wait_until
from postgres_server import PostgresServer
from sink import Sink

LETTERS = 3000
SETTINGS = {"relay.connections": 10}


class StoreCopy(unittest.TestCase):
    def enter(self, context):
        entered = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        return entered

    def setUp(self):
        self.database = self.enter(PostgresServer())
        self.store = self.database.url()

    def copied(self, engine, source, target):
        done = engine.run_plain("store", "copy", str(source), str(target), "--accept-single", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def audit(self, engine, where, *words):
        return engine.run_plain("audit", *words, "--data", str(where))

    def test_a_half_sent_campaign_goes_on_in_the_database_and_back_in_a_folder(self):
        sink = self.enter(Sink(delay=0.01))
        first = self.enter(Engine(sink.url, SETTINGS))
        campaign = first.start_campaign(LETTERS)
        sink.wait_for(LETTERS // 4)
        seal = first.folder / "seal.json"
        first.run("audit", "seal", "--out", str(seal))
        refused = first.run_plain("store", "copy", str(first.data), self.store, "--accept-single")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("in use by another sluice", refused.stderr)
        self.assertEqual(first.stop(), 0)
        self.assertLess(sink.count(), LETTERS)

        # Without a standby it is taken only by who says so; the database is untouched.
        unsafe = first.run_plain("store", "copy", str(first.data), self.store)
        self.assertEqual(unsafe.returncode, 1)
        self.assertIn("synchronous", unsafe.stderr)
        there = self.copied(first, first.data, self.store)
        self.assertEqual(first.run_plain("store", "copy", str(first.data), self.store, "--accept-single").returncode, 1)

        # The audits read the same of both.
        for words in (["export"], ["export", "--everything"], ["log", campaign], ["log", "house"], ["replay", campaign],
                      ["letter", campaign, "r7@d7.example"], ["diff", campaign, "1", "3"],
                      ["verify", "--seal", str(seal), "--json"]):
            of_folder, of_database = (self.audit(first, where, *words) for where in (first.data, self.store))
            self.assertEqual((of_folder.returncode, of_folder.stdout), (0, of_database.stdout), of_database.stderr)
        self.assertEqual(self.audit(first, self.store, "seal").returncode, 2)
        sealed = self.audit(first, self.store, "seal", "--key", str(first.data / "seal.key"))
        self.assertEqual(json.loads(sealed.stdout)["public_key"], json.loads(seal.read_text())["public_key"])
        accepted = self.audit(first, self.store, "accept", "--reason", "why not")
        self.assertEqual(accepted.returncode, 1)
        self.assertIn("store copy", accepted.stderr)

        second = self.enter(Engine(sink.url, {**SETTINGS, "store.url": self.store, "store.accept_single": "true",
                                              "cluster.name": "north"}))
        in_use = second.run_plain("store", "copy", self.store, str(second.folder / "other"))
        self.assertEqual(in_use.returncode, 1)
        self.assertIn("north", in_use.stderr)
        second.wait_status(campaign, "sent")
        self.assertEqual(second.stop(), 0)
        counted = collections.Counter(letter.recipient for letter in sink.taken())
        self.assertEqual(len(counted), LETTERS)
        self.assertEqual([who for who, times in counted.items() if times > 1], [])

        back = first.folder / "back"
        again = self.copied(first, self.store, back)
        self.assertEqual(again["tables"][0], there["tables"][0])
        for where in (self.store, back):
            verified = self.audit(first, where, "verify", "--seal", str(seal))
            self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)
        first.data = back
        first.start()
        self.assertEqual(first.show(campaign)["counts"]["accepted"], LETTERS)
        self.assertEqual(first.stop(), 0)

    def test_a_copy_that_is_killed_goes_on_and_no_engine_starts_with_it_before(self):
        engine = self.enter(Engine("null:"))
        audience = engine.import_rows(60_000)
        engine.import_rows(60_000, "more")
        campaign = engine.create(audience)
        self.assertEqual(engine.stop(), 0)
        for target in (self.store, str(engine.folder / "copy")):
            words = [EXECUTABLE, "store", "copy", str(engine.data), target, "--accept-single"]
            copy = subprocess.Popen(words, env=engine.environment, stdout=subprocess.DEVNULL)
            wait_until(lambda target=target: self.is_begun(target), "the copy to begin", step=0.001)
            copy.send_signal(signal.SIGKILL)
            self.assertEqual(copy.wait(), -signal.SIGKILL)
            refused = engine.run_plain("audit", "verify", "--data", target)
            self.assertEqual(refused.returncode, 1)
            self.assertIn("is not complete", refused.stderr)
            self.copied(engine, engine.data, target)
            self.assertEqual(self.audit(engine, target, "verify").returncode, 0)
            self.assertIn(campaign, self.audit(engine, target, "export").stdout)

    def is_begun(self, target):
        if not target.startswith("postgresql:"):
            return (pathlib.Path(target) / "CURRENT").exists() and any(pathlib.Path(target).glob("*.log")) and \
                sum(one.stat().st_size for one in pathlib.Path(target).glob("*.log")) > 1_000_000
        there = self.database.sql("SELECT to_regclass('sluice.copied') IS NOT NULL")
        return there == "t" and int(self.database.sql("SELECT count(*) FROM audience_blocks", schema="sluice")) > 0


if __name__ == "__main__":
    unittest.main()
