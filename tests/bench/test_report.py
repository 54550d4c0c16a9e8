"""What a benchmark says of its figures: what holds, what misses, and by how much it may."""

import contextlib
import io
import json
import types
import unittest

from report import Figure, at_least, at_most, below, finish, shown


def exit_code(*figures, tolerance=0.0, as_json=False):
    """And what was printed."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        code = finish("some letters", list(figures), types.SimpleNamespace(tolerance=tolerance, json=as_json))
    return code, printed.getvalue()


class Report(unittest.TestCase):
    def test_a_figure_on_its_limit_holds_and_one_beyond_it_misses(self):
        for figure, misses in ((at_least("ratio", 1.2, 1.2), 0), (at_least("ratio", 1.19, 1.2), 1),
                               (at_most("memory", 80, 80), 0), (at_most("memory", 80.1, 80), 1),
                               (below("back", 1.99, 2), 0), (below("back", 2, 2), 1)):
            self.assertEqual(exit_code(figure)[0], misses, figure)

    def test_a_tolerance_is_a_part_of_what_is_wanted(self):
        for figure, misses in ((at_least("ratio", 1.09, 1.2), 0), (at_least("ratio", 1.07, 1.2), 1),
                               (at_most("memory", 87, 80), 0), (at_most("memory", 89, 80), 1)):
            self.assertEqual(exit_code(figure, tolerance=10)[0], misses, figure)

    def test_one_that_misses_is_named_among_those_that_hold(self):
        code, printed = exit_code(at_least("ratio", 2, 1), at_most("memory", 90, 80, "MiB"))
        self.assertEqual(code, 1)
        missed = [line for line in printed.splitlines() if "missed" in line]
        self.assertEqual(len(missed), 1, printed)
        self.assertRegex(missed[0], "memory +90 MiB +≤ 80 MiB +missed")

    def test_what_could_not_be_measured_misses(self):
        self.assertEqual(exit_code(at_least("ratio", None, 0.9))[0], 1)
        self.assertEqual(exit_code(Figure("audit", None, is_broken=True))[0], 1)

    def test_what_is_only_shown_cannot_miss(self):
        self.assertEqual(exit_code(shown("CPU", 1e9, "µs"))[0], 0)

    def test_figures_survive_the_way_to_another_program(self):
        figures = [at_least("ratio", 1.07, 1.2, digits=2), Figure("audit", None, is_broken=True)]
        code, printed = exit_code(*figures, as_json=True)
        self.assertEqual(code, 1)
        self.assertEqual([Figure(**json.loads(line)) for line in printed.splitlines()], figures)


if __name__ == "__main__":
    unittest.main()
