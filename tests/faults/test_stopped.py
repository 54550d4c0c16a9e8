"""A process that is stopped for a while (SIGSTOP: a machine that sleeps, a snapshot of it, a debugger) goes on where
it was: whoever waits gets an answer, and no letter is lost or sent twice that was not in doubt."""

import collections
import concurrent.futures
import pathlib
import signal
import threading
import unittest

from engine import Engine, wait_until
from kills import doubts_by_crash, number_of, verified
from sink import Sink

LETTERS = 20_000


def is_stopped(process):
    """A signal to stop reaches one thread after the other."""
    states = [stat.read_text().rpartition(")")[2].split()[0] for stat in pathlib.Path(f"/proc/{process}/task").glob("*/stat")]
    return all(state in "Tt" for state in states)


class Stopped(unittest.TestCase):
    def stopped_and_back(self, engine, sink, campaign, until_over):
        """Stops the process, has somebody ask it meanwhile, and lets it go on when `until_over` returns."""
        engine.process.send_signal(signal.SIGSTOP)
        wait_until(lambda: is_stopped(engine.process.pid), "every thread of the process to have stopped")
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            answer = pool.submit(engine.command, campaign, "pause")
            until_over()
            self.assertFalse(answer.done())
            self.assertLess(sink.count(), LETTERS, "the campaign was over before the process was stopped")
            engine.process.send_signal(signal.SIGCONT)
            self.assertEqual(answer.result(timeout=30)["status"], "paused")
        engine.command(campaign, "resume")

    def in_doubt_by_log(self, engine, campaign):
        return {index for crash in doubts_by_crash(engine.events(campaign)) for index in crash}

    def test_after_a_short_stop_each_letter_arrives_once(self):
        with Sink() as sink, Engine(sink.url) as engine:
            campaign = engine.start_campaign(LETTERS)
            for _ in range(3):
                sink.wait_for(sink.count() + 500)
                self.stopped_and_back(engine, sink, campaign, lambda: threading.Event().wait(0.3))  # the stop itself
            engine.wait_status(campaign, "sent")
            self.assertEqual(collections.Counter(map(number_of, sink.taken())),
                             {number: 1 for number in range(LETTERS)})
            self.assertEqual(engine.stop(), 0)
            verified(engine)

    def test_after_a_stop_that_outlasts_the_server_s_patience_it_connects_anew_and_no_letter_is_lost(self):
        with Sink(patience=0.5) as sink, Engine(sink.url) as engine:
            campaign = engine.start_campaign(LETTERS)
            for _ in range(3):
                sink.wait_for(sink.count() + 500)
                before = sink.cut_off
                self.stopped_and_back(engine, sink, campaign, lambda: wait_until(
                    lambda: sink.cut_off > before and not sink.clients, "the server to cut everybody off"))
            engine.wait_status(campaign, "sent")
            arrived = collections.Counter(map(number_of, sink.taken()))
            self.assertEqual(set(arrived), set(range(LETTERS)))
            twice = {number for number, times in arrived.items() if times > 1}
            self.assertLessEqual(twice, self.in_doubt_by_log(engine, campaign))
            self.assertEqual(engine.stop(), 0)
            verified(engine)


if __name__ == "__main__":
    unittest.main()
