"""Whoever guesses tokens is slowed, and nobody else: a right token is taken at any time, from the same address too."""

import json
import unittest

from crowd import connected, head, read_answer
from engine import Engine, Refused, wait_until


def guess(engine, token):
    with connected(engine) as line:
        line.sendall(head(engine, "GET", "/v1/me", token))
        status, body = read_answer(line)
        return status, json.loads(body)


class Guesses(unittest.TestCase):
    def test_after_twenty_wrong_tokens_an_address_is_told_to_wait_and_right_ones_are_not(self):
        with Engine("null:") as engine:
            answers = [guess(engine, f"slc_{number:064x}") for number in range(200)]
            statuses = [status for status, _ in answers]
            self.assertEqual(statuses[:20], [401] * 20)
            # While the two hundred are asked a few seconds may pass, of which six let one more in.
            self.assertGreater(statuses.count(429), 150, statuses)
            told = next(body for status, body in answers if status == 429)
            self.assertEqual(told["notice"]["code"], "too_many_wrong_tokens")
            self.assertEqual(engine.get("/v1/me")["role"], "admin")
            with self.assertRaises(Refused) as refused:
                for number in range(200, 202):
                    engine.get("/v1/me", token=f"slc_{number:064x}")
            self.assertIn(refused.exception.status, (401, 429))
            if refused.exception.status == 429:
                self.assertLessEqual(1, int(refused.exception.headers["Retry-After"]))
                self.assertLessEqual(int(refused.exception.headers["Retry-After"]), 6)
            self.assertIn("sluice_http_wrong_tokens_total 20", engine.get("/metrics").decode())

    def test_a_guess_that_is_put_off_ends_its_connection(self):
        with Engine("null:") as engine:
            wait_until(lambda: guess(engine, "slc_wrong")[0] == 429, "the limit")
            with connected(engine) as line:
                line.sendall(head(engine, "GET", "/v1/me", "slc_wrong") * 50)
                answers = b""
                while piece := line.recv(65536):
                    answers += piece
                self.assertLess(answers.count(b"HTTP/1.1 "), 4, answers)
                self.assertIn(b"Connection: close\r\n", answers)

    def test_no_token_at_all_and_a_role_that_may_not_are_no_guesses(self):
        with Engine("null:") as engine:
            viewer = engine.post("/v1/tokens", {"role": "viewer", "name": "Vera"})["secret"]
            for _ in range(60):
                self.assertEqual(guess(engine, "")[0], 401)
                with self.assertRaises(Refused) as refused:
                    engine.get("/v1/tokens", token=viewer)
                self.assertEqual(refused.exception.status, 403)


if __name__ == "__main__":
    unittest.main()
