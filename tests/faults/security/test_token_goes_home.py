"""The command line sends the token of a data folder to the engine that runs on it, and to nobody who listens where it might."""

import shutil
import socketserver
import threading
import unittest
from http.server import BaseHTTPRequestHandler

from engine import Engine


class Eavesdropper:
    """Listens on loopback and keeps what it is sent."""

    def __enter__(self):
        heard = self.heard = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                heard.append(self.headers.get("Authorization"))
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(b'{"items": [], "next": null}')

            def log_message(self, *_):
                pass

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class TokenGoesHome(unittest.TestCase):
    def list(self, engine, url, *more):
        return engine.run_plain("list", "--url", url, *more)

    def test_a_folder_s_token_goes_to_the_engine_that_runs_on_it(self):
        with Engine("null:") as engine:
            for url in (engine.url, engine.url + "/", f"http://localhost:{engine.port}"):
                self.assertEqual(self.list(engine, url, "--data", str(engine.data)).returncode, 0)

    def test_it_goes_to_nobody_else_on_this_machine(self):
        with Engine("null:") as engine, Eavesdropper() as other:
            said = self.list(engine, f"http://127.0.0.1:{other.port}", "--data", str(engine.data))
            self.assertEqual(said.returncode, 1)
            self.assertIn(f"is at {engine.url}", said.stderr)
            self.assertEqual(other.heard, [])

    def test_it_goes_nowhere_while_the_engine_does_not_run_however_it_ended(self):
        for end in (Engine.stop, Engine.kill9):
            with Engine("null:") as engine, Eavesdropper() as other:
                end(engine)
                # As if it had been at that very place.
                (engine.data / "address").write_text(f"http://127.0.0.1:{other.port}\n")
                said = self.list(engine, f"http://127.0.0.1:{other.port}", "--data", str(engine.data))
                self.assertEqual(said.returncode, 3, said)
                self.assertIn("no engine runs on the data folder", said.stderr)
                self.assertEqual(other.heard, [])

    def test_a_copy_of_a_folder_is_not_the_engine_s(self):
        with Engine("null:") as engine:
            copy = engine.folder / "copy"
            copy.mkdir()
            for name in ("token", "address"):
                shutil.copy(engine.data / name, copy / name)
            self.assertEqual(self.list(engine, engine.url, "--data", str(copy)).returncode, 3)

    def test_a_token_that_was_said_goes_to_this_machine_and_not_in_clear_to_another(self):
        with Engine("null:") as engine, Eavesdropper() as other:
            self.assertEqual(self.list(engine, f"http://127.0.0.1:{other.port}", "--token", "slc_said").returncode, 0)
            self.assertEqual(other.heard, ["Bearer slc_said"])
            said = self.list(engine, "http://mail.invalid:8025", "--token", "slc_said")
            self.assertEqual(said.returncode, 1)
            self.assertIn("would go there in clear", said.stderr)
            self.assertEqual(self.list(engine, "https://mail.invalid:8025", "--token", "slc_said").returncode, 3, "it may go there")


if __name__ == "__main__":
    unittest.main()
