"""kill -9 at random moments while letters leave: none is lost, and what arrives twice was in doubt.
`./run kills` does the same for as long as one likes."""

import os
import random
import unittest

from kills import BOUND, Ordeal, doubts_together

KILLS = int(os.environ.get("FAULTS_KILLS", 30))
SEED = int(os.environ.get("FAULTS_SEED", random.randrange(1 << 30)))


class Kills(unittest.TestCase):
    def test_under_resend_none_is_lost_and_only_what_was_in_doubt_arrives_twice(self):
        self.play("resend", KILLS)

    def test_under_hold_none_arrives_twice_and_what_did_not_arrive_is_listed(self):
        self.play("hold", max(1, KILLS // 2))

    def test_campaigns_that_send_at_the_same_time_leave_no_more_in_doubt_than_one(self):
        print(f"seed {SEED}")
        doubts = doubts_together(random.Random(SEED), 12, max(1, KILLS // 2))
        print(f"in doubt after each kill, in 12 campaigns together: {sorted(doubts)}")
        self.assertGreater(max(doubts), BOUND // 2)
        self.assertLessEqual(max(doubts), BOUND)

    def play(self, policy, kills):
        print(f"seed {SEED}")
        ordeal = Ordeal(policy, kills, SEED).run()
        self.assertEqual(len(ordeal.again), kills)
        print(ordeal.table())


if __name__ == "__main__":
    unittest.main()
