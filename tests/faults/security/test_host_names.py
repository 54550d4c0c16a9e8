"""Whom a request is for: one Host, and a name of the engine's own in it, so that no page of somebody else's reads what is
told to this machine (DNS rebinding)."""

import json
import unittest
import urllib.request

from crowd import connected, read_answer
from engine import Engine

HOME = ["localhost", "LOCALHOST:{port}", "127.0.0.1", "127.0.0.1:{port}", "[::1]", "[::1]:{port}", "192.0.2.7"]
STRANGERS = ["evil.example", "evil.example:{port}", "localhost.evil.example", "127.0.0.1.evil.example", "", " ", "localhost@evil.example",
             "127.0.0.1, evil.example", "[::1].evil.example", "mail.shop.example.evil.example"]


def ask(engine, *hosts, path="/version", version="1.1", more=""):
    lines = [f"GET {path} HTTP/{version}", *(f"Host: {host.format(port=engine.port)}" for host in hosts)]
    with connected(engine) as line:
        line.sendall(("\r\n".join(lines) + f"\r\n{more}\r\n").encode())
        status, body = read_answer(line)
        return status, json.loads(body) if body.startswith(b"{") else body


class Hosts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.engine = Engine("null:", {"http.hosts": '["mail.shop.example"]'})
        cls.engine.__enter__()
        cls.addClassCleanup(cls.engine.__exit__)

    def test_it_answers_to_its_addresses_to_localhost_and_to_the_names_that_it_was_given(self):
        for host in [*HOME, "mail.shop.example", "MAIL.Shop.example.:8025"]:
            with self.subTest(host):
                self.assertEqual(ask(self.engine, host)[0], 200)

    def test_to_no_other_name_it_says_anything_not_even_the_page(self):
        for host in STRANGERS:
            for path in ("/version", "/", "/v1/campaigns", "/healthz"):
                with self.subTest(host=host, path=path):
                    status, told = ask(self.engine, host, path=path)
                    self.assertEqual((status, told["notice"]["code"]), (421, "host_unknown"))

    def test_two_hosts_or_none_are_refused_and_the_connection_ends(self):
        for hosts in (("localhost", "evil.example"), ("localhost", "localhost"), ()):
            with self.subTest(hosts), connected(self.engine) as line:
                fields = "".join(f"Host: {host}\r\n" for host in hosts)
                line.sendall(f"GET /version HTTP/1.1\r\n{fields}\r\nGET /version HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
                answers = b""
                while piece := line.recv(65536):
                    answers += piece
                self.assertTrue(answers.startswith(b"HTTP/1.1 400 "), answers)
                self.assertEqual(answers.count(b"HTTP/1.1 "), 1, answers)
        self.assertEqual(ask(self.engine, version="1.0")[0], 200, "HTTP/1.0 had none")

    def test_a_request_that_a_proxy_on_this_machine_passes_on_is_a_stranger_s(self):
        for field in ("X-Forwarded-For: 203.0.113.9", "Forwarded: for=203.0.113.9", "X-Real-IP: 203.0.113.9", "Via: 1.1 proxy"):
            for path in ("/version", "/metrics"):
                with self.subTest(field, path=path):
                    self.assertEqual(ask(self.engine, "localhost", path=path, more=field + "\r\n")[0], 401)
        self.assertEqual(ask(self.engine, "localhost", path="/metrics")[0], 200)

    def test_the_page_has_a_window_of_its_own(self):
        with urllib.request.urlopen(self.engine.url + "/") as page:
            if "text/html" not in page.headers["Content-Type"]:
                self.skipTest("this build has no page")
            self.assertEqual(page.headers["Cross-Origin-Opener-Policy"], "same-origin")
            self.assertEqual(page.headers["Cross-Origin-Resource-Policy"], "same-origin")


class AnyHost(unittest.TestCase):
    def test_whoever_wants_any_name_says_so(self):
        with Engine("null:", {"http.hosts": '["*"]', "metrics.public": "true"}) as engine:
            self.assertEqual(ask(engine, "anything.example")[0], 200)
            self.assertEqual(ask(engine, "anything.example", more="X-Forwarded-For: 203.0.113.9\r\n")[0], 200)


if __name__ == "__main__":
    unittest.main()
