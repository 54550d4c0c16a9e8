"""kill -9 just before and just after each sync of the process: while it makes its store, while it takes commands,
while it sends. What was answered is there, what was not is there whole or not at all, and no letter is lost."""

import http.client
import os
import pathlib
import signal
import unittest

from engine import Engine, wait_until
from kills import SETTINGS, Deaths, verified
from sink import Sink

PRELOADED = str(pathlib.Path(os.environ["SLUICE_PRELOADED"]) / "libkill_at_sync.so")
MOMENTS = ("before", "after")
FIRST_START_SYNCS_MAX = 60  # a first start has about a third of that
SYNCS_WHILE_SENDING = range(1, 25)
COMMANDS = ("start", "pause", "resume", "pause", "resume", "cancel")


def fatal(number, moment):
    return {"LD_PRELOAD": PRELOADED, "KILL_AT_SYNC": str(number), "KILL_AT_SYNC_MOMENT": moment}


class KillAtSync(unittest.TestCase):
    def is_dead(self, engine):
        """True once it was killed, by nothing else."""
        if engine.process.poll() is None:
            return False
        self.assertEqual(engine.process.returncode, -signal.SIGKILL, engine.log()[-2000:])
        return True

    def is_up_or_dead(self, engine):
        return self.is_dead(engine) or engine.answers()

    def test_a_first_start_that_is_killed_at_any_sync_is_gone_on_with_by_the_next(self):
        for moment in MOMENTS:
            for number in range(1, FIRST_START_SYNCS_MAX + 1):
                with self.subTest(moment=moment, sync=number):
                    engine = Engine("null:")
                    self.addCleanup(engine.__exit__)
                    engine.spawn(fatal(number, moment))
                    wait_until(lambda: self.is_up_or_dead(engine), "a start or a death")
                    survived = engine.process.poll() is None
                    engine.kill9()
                    engine.start()
                    self.assertEqual(engine.show(engine.create(engine.import_rows(1)))["status"], "draft")
                    engine.kill9()
                    verified(engine)
                if survived:
                    self.assertGreater(number, 5, "hardly a sync was seen: is the library preloaded?")
                    break
            else:
                self.fail(f"a first start has more than {FIRST_START_SYNCS_MAX} syncs")

    def test_an_answered_command_is_kept_and_another_is_kept_whole_or_not_at_all(self):
        with Engine("null:") as engine:
            audience = engine.import_rows(3)
            for moment in MOMENTS:
                for number in range(1, len(COMMANDS) + 2):
                    with self.subTest(moment=moment, command=number):
                        self.command_until_killed(engine, audience, moment, number)
            verified(engine)

    def command_until_killed(self, engine, audience, moment, sync):
        """A campaign and its commands one after the other, with keys, until the process is dead."""
        engine.kill9()
        from_here = engine.folder / f"{moment} {sync}"
        engine.spawn({**fatal(sync, moment), "KILL_AT_SYNC_FROM": str(from_here)})
        wait_until(engine.is_ready, "the engine to be ready")
        from_here.touch()
        later = {"plan": {"start_at": "2099-01-01T00:00:00Z"}}
        answers, key = [], f"{moment}-{sync}-"
        campaign = None
        try:
            campaign = engine.create(audience, **later)
            for number, what in enumerate(COMMANDS):
                answers.append(engine.command(campaign, what, headers={"Idempotency-Key": key + str(number)}))
        except (OSError, http.client.HTTPException):
            pass
        wait_until(lambda: self.is_dead(engine), "the process to be dead")
        engine.start()
        if campaign is None:
            return
        kept = engine.events(campaign)
        version = answers[-1]["version"] if answers else 1
        self.assertGreaterEqual(len(kept), version, "an answered command is lost")
        # The command that was not answered is asked again under its key, and is carried out once in all.
        for number, what in enumerate(COMMANDS[:len(answers) + 1]):
            again = engine.command(campaign, what, headers={"Idempotency-Key": key + str(number)})
            if number < len(answers):
                self.assertEqual(again, answers[number])
            else:
                self.assertTrue(again["changed"])
                self.assertGreater(again["version"], version)
        log = engine.events(campaign)
        self.assertEqual(len(log), again["version"])
        self.assertEqual([event["number"] for event in log], list(range(1, len(log) + 1)))

    def test_killed_at_its_syncs_while_it_sends_it_loses_no_letter_and_sends_none_twice_but_those_in_doubt(self):
        letters = 2 * len(SYNCS_WHILE_SENDING) * 500
        with Sink() as sink, Engine(sink.url, SETTINGS) as engine:
            deaths = Deaths(engine, sink, "resend", letters)
            engine.kill9()
            deaths.note()
            for number in SYNCS_WHILE_SENDING:
                for moment in MOMENTS:
                    engine.spawn(fatal(number, moment))
                    wait_until(lambda: self.is_dead(engine), f"the process to die {moment} sync {number}")
                    deaths.note()
            self.assertLess(sink.count(), letters, "the campaign was over before the last kill")
            self.assertGreater(sink.count(), 0)
            engine.start()
            again = deaths.settled()
            print(f"{len(again)} deaths, {sink.count()} letters, arrived twice by death: {again}")


if __name__ == "__main__":
    unittest.main()
