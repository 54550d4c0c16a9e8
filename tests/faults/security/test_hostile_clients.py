"""HTTP clients that mean ill, or only hold the line: their requests are refused, whoever steers is heard, the memory
stays what it was, and the engine stops when it is told to."""

import json
import resource
import time
import unittest

from crowd import Commander, connected, head, raise_open_files, read_answer, resident_mib
from engine import Engine, wait_until
from sink import Sink

ENDLESS_BYTES = 160 << 20  # what would be kept, were it kept


def send_until_closed(line, piece, bytes_max):
    """How much was sent before the other side had enough."""
    sent = 0
    try:
        while sent < bytes_max:
            sent += line.send(piece)
    except OSError:
        pass
    return sent


class HostileRequests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.engine = Engine("null:")
        cls.engine.__enter__()
        cls.addClassCleanup(cls.engine.__exit__)

    def test_an_endless_chunk_extension_or_trailer_is_refused_and_costs_no_memory(self):
        self.engine.import_rows(10)
        for _ in range(2):  # what the first import takes for good is not what this is about
            with connected(self.engine) as line:
                line.sendall(head(self.engine, "POST", "/v1/audiences?name=x", Transfer_Encoding="chunked") + b"5;")
                self.assertEqual(read_answer(line)[0], 400)
        before = resident_mib(self.engine)
        for path, token in (("/healthz", ""), ("/v1/audiences?name=x", None), ("/v1/campaigns", None)):
            for opening in (b"5;", b"0\r\nTrailer: ", b"0\r\n", b"5\r\nhello\r\n0;x="):
                with self.subTest(path=path, opening=opening), connected(self.engine) as line:
                    line.sendall(head(self.engine, "POST" if token is None else "GET", path, token, Transfer_Encoding="chunked"))
                    line.sendall(opening)
                    send_until_closed(line, b"X: " + b"y" * 65_000 + b"\r\n", ENDLESS_BYTES)
                    self.assertLess(resident_mib(self.engine) - before, 20)
        with connected(self.engine) as line:
            line.sendall(head(self.engine, "POST", "/v1/audiences?name=x", Transfer_Encoding="chunked") + b"5;x=1\r\n")
            status, body = read_answer(line)
            self.assertEqual(status, 400)
            self.assertIn("extension", json.loads(body)["detail"])

    def test_a_request_whose_end_is_ambiguous_is_refused_and_what_follows_it_is_no_request(self):
        hidden = head(self.engine, "POST", "/v1/tokens", Content_Length=0)
        ambiguous = [{"Transfer_Encoding": "chunked, gzip"}, {"Transfer_Encoding": "gzip"}, {"Transfer_Encoding": "identity"},
                     {"Transfer_Encoding": "gzip, chunked"}, {"Transfer_Encoding": "chunked", "Content_Length": 5},
                     {"Content_Length": "5, 6"}, {"Content_Length": "+5"}]
        for fields in ambiguous:
            for method, path, token in (("POST", "/v1/campaigns", None), ("GET", "/healthz", "")):
                with self.subTest(fields, path=path), connected(self.engine) as line:
                    line.sendall(head(self.engine, method, path, token, **fields) + b"5\r\nhello\r\n0\r\n\r\n" + hidden)
                    answers = b""
                    while piece := line.recv(65536):
                        answers += piece
                    self.assertEqual(answers.count(b"HTTP/1.1 "), 1, answers)
                    self.assertTrue(answers.startswith(b"HTTP/1.1 400 "), answers)
                    self.assertIn(b"Connection: close\r\n", answers)

    def test_a_request_that_takes_no_body_has_none_read(self):
        with connected(self.engine) as line:
            line.sendall(head(self.engine, "GET", "/v1/campaigns", Content_Length=1 << 40))
            status, body = read_answer(line)
            self.assertEqual((status, json.loads(body)["code"]), (400, "invalid_input"))
            self.assertLess(send_until_closed(line, b"x" * 65536, ENDLESS_BYTES), ENDLESS_BYTES)

    def test_a_body_beyond_its_route_s_bound_is_refused_before_it_is_read(self):
        for path, bytes_max in (("/v1/campaigns/c1/pause", 64 << 10), ("/v1/campaigns", 4 << 20)):
            with self.subTest(path), connected(self.engine) as line:
                line.sendall(head(self.engine, "POST", path, Content_Length=bytes_max + 1))
                self.assertEqual(read_answer(line)[0], 413)

    def test_a_slash_too_many_does_nothing(self):
        campaign = self.engine.start_campaign(10, plan={"start_at": "2099-01-01T00:00:00Z"})
        moderator = self.engine.post("/v1/tokens", {"role": "moderator", "name": "Max"})["secret"]
        before = self.engine.show(campaign)["version"]
        for what, token in (("cancel/", None), ("approve/", moderator), ("/pause", None), ("reject//", moderator)):
            with connected(self.engine) as line:
                line.sendall(head(self.engine, "POST", f"/v1/campaigns/{campaign}/{what}", token, Content_Length=0))
                self.assertEqual(read_answer(line)[0], 400, what)
        now = self.engine.show(campaign)
        self.assertEqual((now["version"], now["status"]), (before, "preparing"))


    def test_no_way_of_writing_a_path_leads_past_its_role(self):
        campaign = self.engine.start_campaign(10, plan={"start_at": "2099-01-01T00:00:00Z"})
        viewer = self.engine.post("/v1/tokens", {"role": "viewer", "name": "Vera"})["secret"]
        at = f"/v1/campaigns/{campaign}"
        paths = [f"{at}/cancel", f"/v1/campaigns/x/../{campaign}/cancel", f"{at}/./cancel", f"{at}/pause/../cancel", f"/v1/../v1/campaigns/{campaign}/cancel",
                 f"{at}%2Fcancel", f"{at}%2fcancel", f"{at}/%63ancel", f"/%76%31/campaigns/{campaign}/cancel", f"{at}/cancel%00", f"{at}/cancel;x=1",
                 f"{at}/cancel?x=1", f"{at}/cancel#x", f"{at}\\cancel", f"/{at}/cancel", f"{at}/CANCEL", f"{at}/cancel%20", f"{at}/cancel.",
                 f"http://localhost{at}/cancel", f"//localhost{at}/cancel", f"{at}/cancel%2e", f"{at}/%2e%2e/{campaign}/cancel", f"*{at}/cancel"]
        for token, statuses in ((viewer, (400, 403, 404)), ("", (400, 401, 404))):
            for path in paths:
                for method in ("POST", "post", "GET", "PUT", "DELETE"):
                    with self.subTest(path, method=method, token=bool(token)), connected(self.engine) as line:
                        line.sendall(head(self.engine, method, path, token, Content_Length=0, X_HTTP_Method_Override="POST"))
                        self.assertIn(read_answer(line)[0], (*statuses, 405))
        # Whoever may cancel does it by the path's one meaning, however its letters are written, and by nothing like it.
        for path in paths:
            if path.endswith(("/cancel", "/%63ancel")) and "//" not in path and ".." not in path and "/./" not in path and "*" not in path:
                continue
            with self.subTest(path), connected(self.engine) as line:
                line.sendall(head(self.engine, "POST", path, None, Content_Length=0))
                self.assertIn(read_answer(line)[0], (400, 404, 405))
        self.assertEqual(self.engine.show(campaign)["status"], "preparing")


class Connections(unittest.TestCase):
    def setUp(self):
        soft, _ = raise_open_files(8192)
        self.addCleanup(raise_open_files, soft)

    def paused(self, engine):
        return engine.start_campaign(10, plan={"parts": {"size": 1, "every": "1h"}})

    def test_thousands_of_idle_connections_without_a_token_keep_no_command_waiting(self):
        with Engine("null:") as engine:
            campaign = self.paused(engine)
            idle = []
            try:
                for number in range(4200):
                    idle.append(connected(engine))
                    if number % 3 == 0:
                        idle[-1].sendall(b"GET /healthz HTTP/1.1\r\nHost:")
                for _ in range(20):
                    with Commander(engine, campaign) as one:  # a connection of its own each time
                        one.pause_and_resume(1)
                        self.assertLess(max(one.times), 1)
            finally:
                for one in idle:
                    one.close()
            self.assertEqual(engine.stop(), 0)

    def test_where_all_connections_are_busy_commands_have_places_of_their_own_and_others_get_a_whole_503(self):
        settings = {"http.connections": 40, "http.connections_for_commands": 8}
        with Engine("null:", settings) as engine:
            campaign = self.paused(engine)
            viewer = engine.post("/v1/tokens", {"role": "viewer", "name": "Vera"})["secret"]
            listeners = [connected(engine) for _ in range(32)]
            try:
                for one in listeners:
                    one.sendall(head(engine, "GET", "/v1/stream"))
                    self.assertIn(b"200 OK", one.recv(65536))
                with connected(engine) as late:
                    late.sendall(head(engine, "GET", "/v1/campaigns"))
                    status, body = read_answer(late)
                    self.assertEqual(status, 503)
                    self.assertIn("kept for commands", json.loads(body)["detail"])
                with Commander(engine, campaign) as steering:
                    steering.pause_and_resume(3)
                # Whoever may not command gets none of these places by naming one.
                with connected(engine) as late:
                    late.sendall(head(engine, "POST", f"/v1/campaigns/{campaign}/pause", viewer, Content_Length=0))
                    self.assertEqual(read_answer(late)[0], 403)
            finally:
                for one in listeners:
                    one.close()

    def test_one_that_is_one_too_many_gets_its_whole_answer_though_it_is_still_sending(self):
        settings = {"http.connections": 8, "http.connections_for_commands": 0}
        with Engine("null:", settings) as engine:
            listeners = [connected(engine) for _ in range(8)]
            try:
                for one in listeners:
                    one.sendall(head(engine, "GET", "/v1/stream"))
                    self.assertIn(b"200 OK", one.recv(65536))
                for _ in range(20):
                    with connected(engine) as late:
                        late.sendall(head(engine, "POST", "/v1/campaigns", Content_Length=50_000) + b"x" * 50_000)
                        status, body = read_answer(late)
                        self.assertEqual(status, 503)
                        self.assertIn("too many connections", json.loads(body)["detail"])
            finally:
                for one in listeners:
                    one.close()

    def test_a_token_has_so_many_connections_and_commands_are_free_of_it(self):
        with Engine("null:", {"http.connections_per_token": 4}) as engine:
            campaign = self.paused(engine)
            listeners = [connected(engine) for _ in range(4)]
            try:
                for one in listeners:
                    one.sendall(head(engine, "GET", "/v1/stream"))
                    self.assertIn(b"200 OK", one.recv(65536))
                with connected(engine) as fifth:
                    fifth.sendall(head(engine, "GET", "/v1/stream"))
                    status, body = read_answer(fifth)
                    self.assertEqual(status, 429)
                    self.assertIn("close some of them", json.loads(body)["detail"])
                with Commander(engine, campaign) as steering:
                    steering.pause_and_resume(1)
            finally:
                for one in listeners:
                    one.close()

    def test_listening_goes_on_when_there_was_no_descriptor_for_a_connection(self):
        with Engine("null:") as engine:
            usual = resource.prlimit(engine.process.pid, resource.RLIMIT_NOFILE)
            resource.prlimit(engine.process.pid, resource.RLIMIT_NOFILE, (3, usual[1]))
            with connected(engine) as waiting:
                waiting.sendall(head(engine, "GET", "/v1/me", Connection="close"))
                wait_until(lambda: "cannot take a connection: Too many open files" in engine.log(), "the engine to say so")
                resource.prlimit(engine.process.pid, resource.RLIMIT_NOFILE, usual)
                self.assertEqual(read_answer(waiting)[0], 200)
            self.assertEqual(engine.get("/v1/me")["role"], "admin")
            self.assertEqual(engine.log().count("cannot take a connection"), 1)


class Stop(unittest.TestCase):
    def test_open_streams_and_idle_connections_do_not_delay_the_stop(self):
        with Engine("null:") as engine:
            engine.start_campaign(10, plan={"parts": {"size": 1, "every": "1h"}})
            lines = [connected(engine) for _ in range(20)]
            for one in lines[:10]:
                one.sendall(head(engine, "GET", "/v1/stream"))
                self.assertIn(b"200 OK", one.recv(65536))
            began = time.monotonic()
            self.assertEqual(engine.stop(), 0)
            # A stream with nothing to tell waits for fifteen seconds, and the engine for five for what is under way.
            self.assertLess(time.monotonic() - began, 3)
            for one in lines:
                one.close()

    def test_an_answer_that_comes_after_the_stop_harms_nobody_and_its_client_is_told(self):
        # The relay waits for its answer longer than the HTTP interface does, and then for no longer.
        with Sink(delay=600) as sink, Engine(sink.url, {"relay.end_of_data_timeout": "8s"}) as engine:
            draft = engine.create(engine.import_rows(3))
            with connected(engine) as waiting:
                body = json.dumps({"addresses": ["boss@test.example"]}).encode()
                waiting.sendall(head(engine, "POST", f"/v1/campaigns/{draft}/test", Content_Length=len(body)) + body)
                sink.wait_for(1)
                self.assertEqual(engine.stop(), 0)
                status, told = read_answer(waiting)
                self.assertEqual(status, 503)
                self.assertIn("the engine stops", json.loads(told)["detail"])
            self.assertNotIn("fault", engine.log())


if __name__ == "__main__":
    unittest.main()
