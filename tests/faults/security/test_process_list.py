"""The relay's password and tokens are not in what every user of the machine can read of a process."""

import os
import pathlib
import subprocess
import unittest

from engine import EXECUTABLE, Engine, wait_until

SECRET = "pa55word-of-the-relay"


def command_line(pid):
    return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()


class ProcessList(unittest.TestCase):
    def test_a_password_in_the_relay_s_URL_is_gone_from_the_list_once_the_engine_runs_and_is_warned_about(self):
        with Engine(f"smtp://shop:{SECRET}@127.0.0.1:9") as engine:
            shown = command_line(engine.process.pid)
            self.assertNotIn(SECRET.encode(), shown)
            self.assertIn(b"smtp://shop:" + b"*" * len(SECRET) + b"@127.0.0.1:9", shown)
            self.assertNotIn(SECRET, engine.log())
            self.assertIn("was in the process list", engine.log())
            self.assertIn("relay.password_file", engine.log())
            self.assertNotIn(SECRET, str(engine.get("/v1/relays")))

    def test_all_ways_to_say_one_on_the_command_line_are_hidden(self):
        for words in (["--relay", f"smtps://a%40b:{SECRET}@h.example"], [f"--relay=smtp://u:{SECRET}@h.example?tls=require"],
                      ["--set", f"relay.url=smtp://u:{SECRET}@h.example"], ["--set", f"relays.a.url=smtp://u:p@ss{SECRET}@h.example"],
                      ["--set", f"relay.password={SECRET}"], [f"--set=relay.password={SECRET}"], ["--token", SECRET], [f"--token={SECRET}"]):
            with self.subTest(words):
                # It waits for the pipe that its configuration comes from, past the place where they are hidden.
                reading, writing = os.pipe()
                process = subprocess.Popen([EXECUTABLE, "serve", *words, "--config", f"/dev/fd/{reading}", "--print-config"],
                                           pass_fds=[reading], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                os.close(reading)
                try:
                    wait_until(lambda: b"****" in command_line(process.pid), "the secret to be hidden")
                    self.assertNotIn(SECRET.encode(), command_line(process.pid))
                finally:
                    os.close(writing)
                    self.assertNotIn(SECRET.encode(), process.communicate(timeout=30)[0])

    def test_the_ways_that_are_recommended_show_nothing(self):
        engine = Engine("smtp://shop@127.0.0.1:9", environment={"SLUICE_RELAY_PASSWORD": SECRET})
        with engine:
            self.assertNotIn(SECRET.encode(), command_line(engine.process.pid))
            self.assertNotIn("was in the process list", engine.log())


if __name__ == "__main__":
    unittest.main()
