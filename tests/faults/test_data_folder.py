"""A data folder that cannot be used: read-only, damaged, from another version, in use. The engine says what is wrong
and what to do, exits 1 and changes nothing; or it comes up and shows what cannot be read, and the rest goes on."""

import re
import shutil
import unittest

from damage import flip, ldb, replace_in_log
from engine import Engine, wait_until
from kills import number_of, verified
from sink import Sink
from small_disk import SmallDisk, can_mount

# What a start writes before it looks, and what tells nothing about letters.
NOT_DATA = re.compile(r"LOG.*|sluice\.lock")
# Where bits flip, by file. Of the write-ahead log only what is followed by two more writes of events: the last ones
# cannot be told from a tail that a power cut tore.
PLACES = {"CURRENT": (0, 0.5, 0.99), "MANIFEST-*": (0.01, 0.5, 0.99), "*.log": (0, 0.1, 0.3, 0.5),
          "*.sst": (0, 0.3, 0.5, 0.8, 0.99)}


def contents(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir() if not NOT_DATA.fullmatch(file.name)}


class DataFolder(unittest.TestCase):
    def dead_engine(self, relay="null:"):
        """Three campaigns in all kinds of files: two before a restart, one after it; killed at last."""
        engine = Engine(relay)
        self.addCleanup(engine.__exit__)
        engine.start()
        engine.wait_status(engine.start_campaign(2_000), "sent")
        parts = {"parts": {"size": 100, "every": "24h"}}
        self.wait_accepted(engine, engine.start_campaign(3_000, plan=parts), 100)
        engine.kill9()
        engine.start()
        self.wait_accepted(engine, engine.start_campaign(1_000, plan=parts), 100)
        self.good = {id: self.shown(engine, id) for id in ("c1", "c2", "c3")}
        engine.kill9()
        engine.port = 0
        return engine

    def wait_accepted(self, engine, campaign, count):
        wait_until(lambda: engine.show(campaign)["counts"]["accepted"] == count, f"{count} accepted letters")

    def shown(self, engine, campaign):
        view = engine.show(campaign)
        return view["name"], view["status"], view["counts"]

    def assert_refused_unchanged(self, engine, *words):
        """Neither the engine starts nor the audit reads; both say why, and leave all as it is."""
        before = contents(engine.data)
        code, said = engine.failing_start()
        self.assertEqual(code, 1, said)
        audit = engine.verify()
        self.assertIn(audit.returncode, (1, 4), audit.stdout + audit.stderr)
        for word in (str(engine.data), *words):
            self.assertIn(word, said)
            self.assertIn(word, audit.stdout + audit.stderr)
        self.assertEqual(contents(engine.data), before)

    def test_a_bit_that_flips_anywhere_is_told_and_turned_back_all_is_as_it_was(self):
        engine = self.dead_engine()
        good = engine.folder / "good"
        shutil.copytree(engine.data, good)
        refused = []
        for pattern, places in PLACES.items():
            # A kill may leave a table that was just begun: without a byte there is nothing to flip.
            files = sorted(file for file in good.glob(pattern) if file.stat().st_size)
            self.assertTrue(files, pattern)
            for file, at in ((file, at) for file in files for at in places):
                with self.subTest(file=file.name, at=at):
                    shutil.rmtree(engine.data)
                    shutil.copytree(good, engine.data)
                    damaged = engine.data / file.name
                    flip(damaged, at)
                    if self.starts_or_says_why(engine):
                        # What was not read tells nothing yet; what was read is right.
                        self.assertEqual(file.suffix, ".sst")
                        self.assertEqual({id: self.shown(engine, id) for id in self.good}, self.good)
                        engine.kill9()
                    else:
                        refused.append(file.name)
                        flip(damaged, at)
                        engine.start()
                        self.assertEqual({id: self.shown(engine, id) for id in self.good}, self.good)
                        engine.kill9()
        self.assertGreater(len(refused), sum(map(len, PLACES.values())))

    def starts_or_says_why(self, engine):
        engine.spawn()
        wait_until(lambda: engine.process.poll() is not None or engine.answers(), "a start or its refusal")
        if engine.process.poll() is None:
            return True
        said = engine.log()[engine.told_before:]
        self.assertEqual(engine.process.returncode, 1, said)
        self.assertIn("the store is damaged", said)
        self.assertIn("bring the data folder back from a copy", said)
        return False

    def test_letters_that_cannot_be_read_stop_their_campaign_which_says_so_and_no_other(self):
        engine = self.dead_engine()
        # Into one table, that the store has no reason to read before the letters are wanted.
        ldb(engine.data, "compact", family="audiences")
        flip(max(engine.data.glob("*.sst"), key=lambda file: file.stat().st_size), 0.5)
        engine.start()
        for campaign in ("c2", "c3"):
            engine.command(campaign, "release")
        views = [wait_until(lambda: (v := engine.show(campaign)) and (v["status"] == "sent" or v.get("fault")) and v,
                            "all letters or a fault") for campaign in ("c2", "c3")]
        faults = [view["fault"] for view in views if view["status"] != "sent"]
        self.assertEqual(len(faults), 1, views)
        self.assertIn("the store is damaged", faults[0])
        engine.wait_status(engine.start_campaign(100), "sent")
        self.assertEqual(engine.stop(), 0)

    def test_a_folder_of_a_newer_version_is_refused_with_what_to_start_and_stays_as_it_is(self):
        engine = Engine("null:")
        self.addCleanup(engine.__exit__)
        engine.start()
        engine.kill9()
        log, = engine.data.glob("*.log")
        replace_in_log(log, b"\x06format\x011", b"\x06format\x012")
        self.assert_refused_unchanged(engine, "was written by a newer sluice", "start the newer one")
        replace_in_log(log, b"\x06format\x012", b"\x06format\x011")
        engine.start()

    def test_a_second_process_on_a_folder_is_turned_away_and_the_first_sends_on(self):
        with Sink() as sink, Engine(sink.url) as engine:
            campaign = engine.start_campaign(10_000)
            first, engine.process = engine.process, None
            try:
                port, engine.port = engine.port, 0
                sink.wait_for(500)
                code, said = engine.failing_start()
                self.assertEqual(code, 1)
                self.assertIn(f"is in use by another sluice (process {first.pid})", said)
                self.assertIn("stop that one, or give this one a folder of its own", said)
            finally:
                engine.process, engine.port = first, port
            engine.wait_status(campaign, "sent")
            self.assertEqual(sorted(map(number_of, sink.taken())), list(range(10_000)))

    @unittest.skipUnless(can_mount(), "a disk of its own is a tmpfs, and to mount one needs root")
    def test_a_read_only_folder_is_refused_and_can_be_audited(self):
        with SmallDisk(64) as disk:
            engine = self.dead_engine()
            data = disk.folder / "data"
            shutil.move(engine.data, data)
            engine.data = data
            before = contents(data)
            disk.read_only()
            code, said = engine.failing_start()
            self.assertEqual(code, 1, said)
            self.assertIn(str(data), said)
            self.assertIn("Read-only file system", said)
            self.assertNotIn("by itself", said)
            verified(engine)
            self.assertEqual(contents(data), before)
            disk.read_only(False)
            engine.start()
            self.assertEqual({id: self.shown(engine, id) for id in self.good}, self.good)
            engine.kill9()


if __name__ == "__main__":
    unittest.main()
