"""Parts leave at their times; after a pause what accumulated leaves at once and the rest keeps its times."""

import concurrent.futures
import datetime
import unittest

from engine import Engine, wait_until
from sink import Sink

EVERY = 2
SIZE = 200
LATE = 0.8  # seconds: a part may be so late on a busy machine, but never early


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class Scenario:
    """A campaign of `parts` parts on an engine and a sink of its own."""

    def __init__(self, parts):
        self.parts = parts

    def __enter__(self):
        self.sink = Sink().__enter__()
        self.engine = Engine(self.sink.url).__enter__()
        self.campaign = self.engine.start_campaign(self.parts * SIZE,
                                                   plan={"parts": {"size": SIZE, "every": f"{EVERY}s"}})
        self.zero = moment(self.engine.show(self.campaign)["starts_at"])
        return self

    def __exit__(self, *how):
        self.engine.__exit__(*how)
        self.sink.__exit__(*how)

    def due_of(self, part):
        return self.zero + part * EVERY

    def arrivals(self, part):
        """When this part's letters arrived."""
        return [letter.at for letter in self.sink.taken()
                if part * SIZE <= int(letter.recipient[1:].split("@")[0]) < (part + 1) * SIZE]

    def assert_on_time(self, part, since=None):
        """All letters of the part came, none before it was due (or before `since`), none much after."""
        earliest = max(self.due_of(part), since or 0)
        arrived = self.arrivals(part)
        assert len(arrived) == SIZE, f"part {part}: {len(arrived)} letters arrived, not {SIZE}"
        assert min(arrived) >= earliest - 0.002, f"part {part} came {earliest - min(arrived):.3f} s early"
        assert max(arrived) <= earliest + LATE, f"part {part} came {max(arrived) - earliest:.3f} s late"

    def wait_due(self, part):
        """Until the engine's own count says that the part is due."""
        wait_until(lambda: self.engine.show(self.campaign)["counts"]["due"] >= (part + 1) * SIZE,
                   f"part {part} to be due", 60, 0.02)

    def resume_and_check(self, last_before, accumulated_to):
        import time
        resumed = time.time()
        self.engine.command(self.campaign, "resume")
        self.engine.wait_status(self.campaign, "sent", 60)
        for part in range(last_before + 1, self.parts):
            self.assert_on_time(part, since=resumed if part <= accumulated_to else None)


def plain():
    with Scenario(4) as it:
        it.engine.wait_status(it.campaign, "sent", 60)
        for part in range(4):
            it.assert_on_time(part)


def paused():
    with Scenario(6) as it:
        it.sink.wait_for(SIZE)
        it.engine.command(it.campaign, "pause")
        it.wait_due(3)
        assert it.sink.count() == SIZE, "letters left during the pause"
        it.resume_and_check(0, 3)


def restarted_during_the_pause():
    with Scenario(6) as it:
        it.sink.wait_for(SIZE)
        it.engine.command(it.campaign, "pause")
        it.wait_due(1)
        it.engine.kill9()
        it.engine.start()
        assert it.engine.show(it.campaign)["status"] == "paused"
        it.wait_due(3)
        assert it.sink.count() == SIZE, "letters left during the pause"
        it.resume_and_check(0, 3)


def down_for_the_whole_pause():
    import threading
    with Scenario(6) as it:
        it.sink.wait_for(SIZE)
        it.engine.command(it.campaign, "pause")
        it.engine.kill9()
        # Nothing can be asked of a dead engine: the time that the test is about has to pass.
        threading.Event().wait(max(0, it.due_of(3) + 0.1 - __import__("time").time()))
        it.engine.start()
        assert it.sink.count() == SIZE, "letters left during the pause"
        it.resume_and_check(0, 3)


def released():
    with Scenario(50) as it:
        it.sink.wait_for(SIZE)
        it.engine.command(it.campaign, "release")
        it.engine.wait_status(it.campaign, "sent", 30)
        assert it.sink.count() == 50 * SIZE


def cancelled():
    with Scenario(50) as it:
        it.sink.wait_for(SIZE)
        it.engine.command(it.campaign, "cancel")
        before = it.sink.count()
        it.wait_due(2)
        assert it.sink.count() == before == SIZE, "letters left after the cancel"


class Timetable(unittest.TestCase):
    def test_parts_keep_their_times_through_pauses_restarts_release_and_cancel(self):
        scenarios = [plain, paused, restarted_during_the_pause, down_for_the_whole_pause, released, cancelled]
        with concurrent.futures.ThreadPoolExecutor(len(scenarios)) as pool:
            running = {one.__name__: pool.submit(one) for one in scenarios}
        for name, one in running.items():
            with self.subTest(name):
                one.result()


if __name__ == "__main__":
    unittest.main()
