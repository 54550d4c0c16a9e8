"""Parts leave at their times; after a pause what accumulated leaves at once and the rest keeps its times."""

import concurrent.futures
import datetime
import threading
import time
import unittest

from engine import Engine, wait_until
from sink import Sink

EVERY = 2
SIZE = 200
LATE = 0.5  # seconds: a part may be so late on a busy machine, but never early
CLOCK = 0.002  # the engine's times are told in whole milliseconds


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def text_of(moment):
    when = datetime.datetime.fromtimestamp(moment, datetime.timezone.utc)
    return when.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Scenario:
    """A campaign of `parts` parts on an engine and a sink of its own."""

    def __init__(self, parts, **plan):
        self.parts = parts
        self.plan = plan
        self.worst = 0

    def __enter__(self):
        self.sink = Sink().__enter__()
        self.engine = Engine(self.sink.url).__enter__()
        self.campaign = self.engine.start_campaign(
            self.parts * SIZE, plan={"parts": {"size": SIZE, "every": f"{EVERY}s"}, **self.plan})
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

    def assert_at(self, part, due):
        """All letters of the part came, none before its time, none much after."""
        arrived = self.arrivals(part)
        assert len(arrived) == SIZE, f"part {part}: {len(arrived)} letters arrived, not {SIZE}"
        assert min(arrived) >= due - CLOCK, f"part {part} came {due - min(arrived):.3f} s early"
        assert max(arrived) <= due + LATE, f"part {part} came {max(arrived) - due:.3f} s late"
        self.worst = max(self.worst, max(arrived) - due)

    def wait_due(self, part):
        """Until the engine's own count says that the part is due."""
        wait_until(lambda: self.engine.show(self.campaign)["counts"]["due"] >= (part + 1) * SIZE,
                   f"part {part} to be due", 60, 0.02)

    def pause_after_the_first_part(self):
        self.sink.wait_for(SIZE)
        self.engine.command(self.campaign, "pause")

    def resume_and_check(self, accumulated_to):
        """Parts 1 to `accumulated_to` leave at once, before any other, and the rest at its times."""
        assert self.sink.count() == SIZE, "letters left during the pause"
        resumed = time.time()
        assert resumed < self.due_of(accumulated_to + 1) - LATE, "the machine is too slow for this test"
        self.engine.command(self.campaign, "resume")
        self.engine.wait_status(self.campaign, "sent", 60)
        for part in range(1, self.parts):
            self.assert_at(part, resumed if part <= accumulated_to else self.due_of(part))
        assert max(self.arrivals(accumulated_to)) <= min(self.arrivals(accumulated_to + 1))
        return self.worst


def plain():
    with Scenario(4) as it:
        it.engine.wait_status(it.campaign, "sent", 60)
        for part in range(4):
            it.assert_at(part, it.due_of(part))
        return it.worst


def begun_later():
    start_at = round(time.time() + 3, 3)
    with Scenario(2, start_at=text_of(start_at)) as it:
        assert abs(it.zero - start_at) < CLOCK
        assert it.engine.show(it.campaign)["status"] == "preparing"
        it.engine.wait_status(it.campaign, "sent", 60)
        for part in range(2):
            it.assert_at(part, start_at + part * EVERY)
        return it.worst


def paused():
    with Scenario(6) as it:
        it.pause_after_the_first_part()
        it.wait_due(3)
        return it.resume_and_check(3)


def restarted_during_the_pause():
    with Scenario(6) as it:
        it.pause_after_the_first_part()
        it.wait_due(1)
        it.engine.kill9()
        it.engine.start()
        assert it.engine.show(it.campaign)["status"] == "paused"
        it.wait_due(3)
        return it.resume_and_check(3)


def down_for_the_whole_pause():
    with Scenario(6) as it:
        it.pause_after_the_first_part()
        assert it.engine.stop() == 0
        # Nothing can be asked of a process that is not there: the time that the test is about has to pass.
        threading.Event().wait(max(0, it.due_of(3) + 0.05 - time.time()))
        it.engine.start()
        assert moment(it.engine.show(it.campaign)["starts_at"]) == it.zero, "T0 moved"
        return it.resume_and_check(3)


def down_without_a_pause():
    with Scenario(5) as it:
        it.sink.wait_for(SIZE)
        it.engine.kill9()
        threading.Event().wait(max(0, it.due_of(2) + 0.05 - time.time()))
        started = time.time()
        it.engine.start()
        it.engine.wait_status(it.campaign, "sent", 60)
        came_up = min(it.arrivals(1)) - started
        for part in range(1, 5):
            it.assert_at(part, started + came_up if part <= 2 else it.due_of(part))
        return it.worst


def released():
    with Scenario(50) as it:
        it.sink.wait_for(SIZE)
        released_at = time.time()
        it.engine.command(it.campaign, "release")
        it.engine.wait_status(it.campaign, "sent", 30)
        assert it.sink.count() == 50 * SIZE
        took = max(letter.at for letter in it.sink.taken()) - released_at
        assert took < 10, f"the rest took {took} s"
        return it.worst


def released_from_a_pause():
    with Scenario(50) as it:
        it.pause_after_the_first_part()
        it.engine.command(it.campaign, "release")
        assert it.engine.show(it.campaign)["released"]
        it.engine.wait_status(it.campaign, "sent", 30)
        assert it.sink.count() == 50 * SIZE
        return it.worst


def cancelled():
    with Scenario(50) as it:
        it.sink.wait_for(SIZE)
        it.engine.command(it.campaign, "cancel")
        threading.Event().wait(max(0, it.due_of(2) + LATE - time.time()))
        assert it.sink.count() == SIZE, "letters left after the cancel"
        view = it.engine.show(it.campaign)
        assert (view["status"], view["counts"]["accepted"]) == ("cancelled", SIZE), view
        it.engine.kill9()
        it.engine.start()
        assert it.engine.show(it.campaign)["status"] == "cancelled"
        assert it.sink.count() == SIZE, "letters left after the cancel and a restart"
        return it.worst


class Timetable(unittest.TestCase):
    def test_parts_keep_their_times_through_pauses_restarts_release_and_cancel(self):
        scenarios = [plain, begun_later, paused, restarted_during_the_pause, down_for_the_whole_pause,
                     down_without_a_pause, released, released_from_a_pause, cancelled]
        with concurrent.futures.ThreadPoolExecutor(len(scenarios)) as pool:
            running = {one.__name__: pool.submit(one) for one in scenarios}
        for name, one in running.items():
            with self.subTest(name):
                print(f"{name}: at most {one.result():.3f} s late")


if __name__ == "__main__":
    unittest.main()
