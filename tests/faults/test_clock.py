"""A wall clock that somebody sets: letters leave by what the clock says, none before it is due, none twice, and no
jump stops the engine for longer than the clock itself says."""

import collections
import datetime
import os
import pathlib
import unittest

from engine import Engine, Refused, wait_until
from kills import number_of, verified
from sink import Sink
from small_disk import SmallDisk, can_mount
from wall_clock import Clock

HOUR = 3600
PART = 100


class Jumps(unittest.TestCase):
    def engine(self, relay):
        engine = Engine(relay)
        self.addCleanup(engine.__exit__)
        engine.clock = Clock(engine.folder)
        engine.environment.update(engine.clock.environment())
        return engine

    def assert_each_letter_once(self, engine, campaign, sink, count):
        self.assertEqual(engine.wait_status(campaign, "sent")["counts"]["accepted"], count)
        self.assertEqual(collections.Counter(map(number_of, sink.taken())), {number: 1 for number in range(count)})
        self.assert_log_is_in_order(engine, campaign)

    def assert_log_is_in_order(self, engine, campaign):
        """No event is earlier than the one before it, and the audit finds no letter claimed before it was due."""
        times = [datetime.datetime.fromisoformat(event["at"]) for event in engine.events(campaign)]
        self.assertEqual(times, sorted(times))
        self.assertEqual(engine.stop(), 0)
        verified(engine)

    def test_a_clock_set_forward_makes_due_what_the_plan_says_by_then(self):
        with Sink() as sink:
            engine = self.engine(sink.url)
            engine.start()
            campaign = engine.start_campaign(10 * PART, plan={"parts": {"size": PART, "every": "2s"}})
            sink.wait_for(PART)
            engine.clock.jump(HOUR)
            self.assert_each_letter_once(engine, campaign, sink, 10 * PART)

    def test_a_clock_set_back_makes_nothing_due_again_and_set_right_it_goes_on_by_itself(self):
        with Sink() as sink:
            engine = self.engine(sink.url)
            engine.start()
            campaign = engine.start_campaign(6 * PART, plan={"parts": {"size": PART, "every": "2s"}})
            sink.wait_for(PART)
            engine.clock.jump(-HOUR)
            # Commands are answered, and carried out: the clock is no reason to wait with a pause.
            self.assertEqual(engine.command(campaign, "pause")["status"], "paused")
            self.assertEqual(engine.command(campaign, "resume")["status"], "sending")
            quick = engine.start_campaign(PART)
            engine.wait_status(quick, "sent")
            self.assertLess(engine.show(campaign)["counts"]["accepted"], 6 * PART)
            engine.clock.jump(0)
            engine.wait_status(campaign, "sent")
            self.assertEqual(sink.count(), 7 * PART)
            self.assert_log_is_in_order(engine, campaign)

    def test_jumps_while_letters_leave_at_full_rate_lose_none_and_send_none_twice(self):
        with Sink() as sink:
            engine = self.engine(sink.url)
            engine.start()
            campaign = engine.start_campaign(10_000)
            for ahead in (HOUR, -HOUR, 24 * HOUR, 0, -24 * HOUR):
                sink.wait_for(sink.count() + 500)
                engine.clock.jump(ahead)
            self.assert_each_letter_once(engine, campaign, sink, 10_000)

    def test_a_restart_under_a_clock_that_was_set_back_goes_on_with_what_is_due(self):
        with Sink() as sink:
            engine = self.engine(sink.url)
            engine.start()
            campaign = engine.start_campaign(10_000)
            sink.wait_for(500)
            engine.kill9()
            engine.clock.jump(-24 * HOUR)
            engine.start()
            engine.wait_status(campaign, "sent")
            self.assertEqual({number_of(letter) for letter in sink.taken()}, set(range(10_000)))
            self.assert_log_is_in_order(engine, campaign)

    def test_a_plan_that_outlasts_the_calendar_by_now_is_told_so_and_not_begun(self):
        engine = self.engine("null:")
        engine.environment["SLUICE_MODERATION_ENABLED"] = "true"
        engine.start()
        letters = 8000
        audience = engine.import_rows(letters)
        left = datetime.datetime(9999, 12, 31, 23, 59) - datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
        plan = {"parts": {"size": 1, "every": f"{int(left.total_seconds()) // (letters - 1)}s"}}
        draft, waiting = (engine.create(audience, plan=plan) for _ in range(2))
        self.assertEqual(engine.command(waiting, "start")["status"], "moderation")
        self.assertTrue(engine.get(f"/v1/campaigns/{draft}/plan?limit=1")["ends_at"].startswith("9999-12-31"))
        engine.clock.jump(3 * HOUR)  # more than what rounding left between the plan's end and the calendar's
        for ask in (lambda: engine.get(f"/v1/campaigns/{draft}/plan"), lambda: engine.command(draft, "start"),
                    lambda: engine.get(f"/v1/campaigns/{waiting}/plan"), lambda: engine.command(waiting, "approve")):
            with self.assertRaises(Refused) as refused:
                ask()
            self.assertEqual(refused.exception.status, 400)
            self.assertIn("9999", refused.exception.problem["detail"])
        self.assertEqual(engine.command(waiting, "reject")["status"], "rejected")

    @unittest.skipUnless(can_mount(), "a small disk of its own is a tmpfs, and to mount one needs root")
    def test_a_disk_that_was_full_while_the_clock_was_set_back_is_tried_again_all_the_same(self):
        with SmallDisk(16) as disk, Sink() as sink:
            engine = self.engine(sink.url)
            engine.data = disk.folder / "data"
            engine.start()
            campaign = engine.start_campaign(20_000)
            sink.wait_for(500)
            engine.clock.jump(-HOUR)
            disk.fill()
            wait_until(lambda: engine.show(campaign).get("fault"), "the fault to be shown")
            disk.free()
            self.assert_each_letter_once(engine, campaign, sink, 20_000)
            engine.kill9()


if __name__ == "__main__":
    unittest.main()
