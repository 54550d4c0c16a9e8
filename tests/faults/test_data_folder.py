"""A data folder that cannot be used: read-only, damaged, from another version, in use. The engine says what is wrong
and what to do, exits 1 and changes nothing; or it comes up and shows what cannot be read, and the rest goes on."""

import re
import shutil
import subprocess
import unittest

from damage import flip, replace_in_log
from engine import Engine, Refused, wait_until
from kills import number_of, verified
from sink import Sink
from small_disk import SmallDisk, can_mount

# What a start writes before it looks, and what tells nothing about letters.
NOT_DATA = re.compile(r"LOG.*|sluice\.lock")
PLACES = (0, 0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.97, 0.999)


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
            self.assertIn(word, audit.stderr)
        self.assertEqual(contents(engine.data), before)

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
            verified(engine)
            self.assertEqual(contents(data), before)
            disk.read_only(False)
            engine.start()
            self.assertEqual({id: self.shown(engine, id) for id in self.good}, self.good)
            engine.kill9()


if __name__ == "__main__":
    unittest.main()
