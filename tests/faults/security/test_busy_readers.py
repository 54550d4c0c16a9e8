"""Many who look, and one who steers: a command does not wait for them, and what they do not read costs no memory."""

import threading
import unittest

from crowd import Commander, Readers, connected, head, raise_open_files, resident_mib
from engine import Engine, wait_until

# On an idle machine with two cores the 99th of 100 answers comes within 50 ms (15 are usual). The machines that tests
# run on have other work, and a synced write alone takes 20 ms there: the test allows for that, and still fails
# by an order of magnitude when a command waits for a look (seconds).
P99_MS_MAX = 200
MEDIAN_MS_MAX = 50


class BusyReaders(unittest.TestCase):
    def token(self, engine, role):
        return engine.post("/v1/tokens", {"role": role, "name": "the " + role})["secret"]

    def test_a_pause_is_answered_while_a_hundred_connections_of_one_viewer_export_logs(self):
        with Engine("null:", {"batch.letters": 50}) as engine:
            for _ in range(4):
                engine.wait_status(engine.start_campaign(20_000), "sent")
            campaign = engine.start_campaign(10, plan={"parts": {"size": 1, "every": "1h"}})
            with Readers(engine, 100, "/v1/audit/export?limit=10000", self.token(engine, "viewer")) as readers:
                wait_until(lambda: readers.answered() > 0, "the first export")
                with Commander(engine, campaign) as steering:
                    steering.pause_and_resume(100)
                before = readers.answered()
                wait_until(lambda: readers.answered() > before, "exports to go on")
            self.assertLessEqual(set(readers.statuses), {b"200"})
            told = f"median {steering.milliseconds(50):.1f} ms, p99 {steering.milliseconds(99):.1f} ms"
            print(told, flush=True)
            self.assertLess(steering.milliseconds(50), MEDIAN_MS_MAX, told)
            self.assertLess(steering.milliseconds(99), P99_MS_MAX, told)
            self.assertEqual(engine.stop(), 0)

    def test_a_token_has_one_heavy_look_at_a_time_and_beyond_the_line_is_told_what_to_do(self):
        with Engine("null:") as engine:
            engine.wait_status(engine.start_campaign(20_000), "sent")
            viewer = self.token(engine, "viewer")
            # Answers that nobody reads: the first holds its token's turn, 128 wait, the rest are turned away.
            lines = [connected(engine) for _ in range(140)]
            try:
                for one in lines:
                    one.sendall(head(engine, "GET", "/v1/campaigns/c1/letters?limit=10000", viewer))
                told = []

                def refused():
                    for one in lines:
                        one.setblocking(False)
                        try:
                            told.append(one.recv(4096))
                        except BlockingIOError:
                            pass
                    return any(one.startswith(b"HTTP/1.1 429") for one in told)

                wait_until(refused, "one of them to be turned away")
                answer = next(one for one in told if one.startswith(b"HTTP/1.1 429"))
                self.assertIn(b"Retry-After:", answer)
                self.assertIn(b"wait for some of them to be answered", answer)
                # Another token's turn is its own.
                self.assertEqual(len(engine.get("/v1/campaigns/c1/letters?limit=10")["items"]), 10)
            finally:
                for one in lines:
                    one.close()

    def test_lists_that_nobody_reads_cost_little_however_large_the_drafts_are(self):
        with Engine("null:") as engine:
            html = "<p>" + "x" * 1_000_000 + "</p>"
            for number in range(60):
                engine.create(None, name=f"Draft {number}", html=html)
            before = resident_mib(engine)
            lines = [connected(engine) for _ in range(6)]
            try:
                for one in lines:
                    one.sendall(head(engine, "GET", "/v1/campaigns?view=all") * 3)
                listed = engine.get("/v1/campaigns?view=all")["items"]
                self.assertEqual(len(listed), 60)
                self.assertEqual([one for one in listed if "html" in one or "text" in one], [])
                self.assertEqual(engine.get("/v1/campaigns/c1?full=true")["html"], html)
                self.assertNotIn("html", engine.get("/v1/campaigns/c1"))
                # The same with bodies: four at a time are made for a token, the others wait unmade.
                for one in lines:
                    one.sendall(head(engine, "GET", "/v1/campaigns/c1?full=true") * 20)
                wait_until(lambda: engine.post("/v1/tokens", {"role": "viewer", "name": "v"}), "a command to be answered")
                more = resident_mib(engine) - before
                print(f"six lists and 120 whole campaigns unread: {more:.0f} MiB more", flush=True)
                self.assertLess(more, 100)
            finally:
                for one in lines:
                    one.close()

    def test_three_hundred_open_uploads_cost_little_and_the_next_is_taken_when_they_are_gone(self):
        before = raise_open_files(2048)
        self.addCleanup(raise_open_files, before[0])
        with Engine("null:") as engine:
            campaign = engine.start_campaign(10, plan={"parts": {"size": 1, "every": "1h"}})
            row = b"name%d@d.example,%s\n"
            rows = b"email,name\n" + b"".join(row % (number, b"x" * 200) for number in range(5000))
            at_start = resident_mib(engine)
            lines = []
            try:
                for number in range(300):
                    line = connected(engine)
                    lines.append(line)
                    path = "/v1/audiences?name=many" if number % 2 else "/v1/campaigns"
                    line.sendall(head(engine, "POST", path, Content_Length=3_000_000))
                    line.setblocking(False)
                    try:
                        line.send(rows if number % 2 else b'{"name":"' + b"x" * 1_000_000)
                    except BlockingIOError:
                        pass
                with Commander(engine, campaign) as steering:
                    steering.pause_and_resume(10)
                more = resident_mib(engine) - at_start
                print(f"300 open uploads: {more:.0f} MiB more", flush=True)
                self.assertLess(more, 100)
            finally:
                for one in lines:
                    one.close()
            self.assertEqual(engine.import_rows(100, name="after-them"), engine.get("/v1/audiences")["items"][-1]["id"])

    def test_uploads_of_one_token_wait_for_their_turn_and_all_of_them_are_taken(self):
        with Engine("null:") as engine:
            made = []
            threads = [threading.Thread(target=lambda: made.append(engine.import_rows(2000))) for _ in range(12)]
            for one in threads:
                one.start()
            for one in threads:
                one.join(60)
            self.assertEqual(len(set(made)), 12)


if __name__ == "__main__":
    unittest.main()
