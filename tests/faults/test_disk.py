"""A disk that fills up, and is freed again, while the engine sends and when it starts: the user is told, nothing is
lost, nothing arrives twice, and it goes on by itself."""

import collections
import unittest
import urllib.error
import urllib.request

from engine import Engine, Refused, wait_until
from kills import BOUND, number_of, verified
from sink import Sink
from small_disk import SmallDisk, can_mount

LETTERS = 20_000
DISK_MIB = 16


def engine_on(disk, sink, **more):
    engine = Engine(sink.url, **more)
    engine.data = disk.folder / "data"
    return engine


@unittest.skipUnless(can_mount(), "a small disk of its own is a tmpfs, and to mount one needs root")
class Disk(unittest.TestCase):
    def assert_each_letter_once(self, engine, campaign, sink, count):
        self.assertEqual(engine.wait_status(campaign, "sent", 60)["counts"]["accepted"], count)
        self.assertEqual(collections.Counter(map(number_of, sink.taken())), {number: 1 for number in range(count)})

    def answers(self, engine, path):
        try:
            with urllib.request.urlopen(engine.url + path, timeout=5) as answer:
                return answer.status
        except urllib.error.HTTPError as refused:
            return refused.code

    def test_a_disk_that_fills_up_stops_sending_and_says_so_and_freed_again_it_goes_on_by_itself(self):
        with SmallDisk(DISK_MIB) as disk, Sink() as sink, engine_on(disk, sink) as engine:
            campaign = engine.start_campaign(LETTERS)
            other = engine.create(engine.import_rows(10), name="Another")
            sink.wait_for(500)
            disk.fill()
            view = wait_until(lambda: (v := engine.show(campaign)).get("fault") and v, "the fault to be shown")
            self.assertIn("disk", view["fault"])
            self.assertIn("goes on by itself", view["fault"])
            self.assertIn("No space", view["fault"])
            self.assertIn("No space", engine.run("show", campaign).stdout)
            self.assert_commands_are_refused(engine, campaign, other)
            self.assertEqual((self.answers(engine, "/healthz"), self.answers(engine, "/readyz")), (200, 503))
            # What was not durable is not claimed: the letters stop.
            self.assertLess(sink.count(), LETTERS)
            disk.free()
            self.assert_each_letter_once(engine, campaign, sink, LETTERS)
            self.assertFalse(engine.show(campaign).get("fault"))
            wait_until(lambda: self.answers(engine, "/readyz") == 200, "/readyz to say that writes are taken again")
            self.assertTrue(engine.command(other, "start")["changed"])
            engine.wait_status(other, "sent")
            self.assertEqual(engine.stop(), 0)
            verified(engine)

    def assert_commands_are_refused(self, engine, *campaigns):
        for campaign, what in zip(campaigns, ("pause", "start")):
            done = engine.run(what, campaign, check=False)
            self.assertEqual(done.returncode, 1, done.stdout)
            self.assertIn("No space", done.stderr)
            self.assertIn("goes on by itself when the disk is back", done.stderr)
            before = engine.show(campaign)["version"]
            with self.assertRaises(Refused) as refused:
                engine.command(campaign, what)
            self.assertEqual((refused.exception.status, refused.exception.problem["code"]), (503, "storage_failed"))
            self.assertEqual(engine.show(campaign)["version"], before)
        rows = engine.folder / "rows.csv"
        rows.write_text("email\n" + "".join(f"x{number}@d.example\n" for number in range(50_000)))
        done = engine.run("audience", "import", str(rows), check=False)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("No space", done.stderr)
        with self.assertRaises(Refused):
            engine.create("a1")

    def test_an_engine_killed_just_after_a_full_disk_was_freed_starts_and_sends_the_rest(self):
        with SmallDisk(DISK_MIB) as disk, Sink() as sink, engine_on(disk, sink) as engine:
            campaign = engine.start_campaign(LETTERS)
            sink.wait_for(500)
            disk.fill()
            wait_until(lambda: engine.show(campaign).get("fault"), "the fault to be shown")
            disk.free()
            sink.wait_for(sink.count() + 1)
            engine.kill9()
            engine.start()
            self.assert_all_came(engine, campaign, sink)

    def assert_all_came(self, engine, campaign, sink):
        """After one kill: no letter is lost, and no more came twice than can have been in doubt."""
        self.assertEqual(engine.wait_status(campaign, "sent")["counts"]["accepted"], LETTERS)
        arrived = collections.Counter(map(number_of, sink.taken()))
        self.assertEqual(set(arrived), set(range(LETTERS)))
        self.assertLessEqual(sum(arrived.values()) - LETTERS, BOUND)
        self.assertEqual(engine.stop(), 0)
        verified(engine)

    def test_an_engine_killed_on_a_full_disk_says_so_when_it_starts_and_sends_the_rest_once_there_is_room(self):
        with SmallDisk(DISK_MIB) as disk, Sink() as sink, engine_on(disk, sink) as engine:
            campaign = engine.start_campaign(LETTERS)
            sink.wait_for(500)
            disk.fill()
            wait_until(lambda: engine.show(campaign).get("fault"), "the fault to be shown")
            engine.kill9()
            code, said = engine.failing_start()
            self.assertEqual(code, 1, said)
            self.assertIn(f"cannot open the store in {engine.data}", said)
            self.assertIn("No space left on device", said)
            self.assertIn("mend that and start again", said)
            disk.free()
            engine.start()
            self.assert_all_came(engine, campaign, sink)


if __name__ == "__main__":
    unittest.main()
