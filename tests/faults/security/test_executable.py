"""What the executable was built with, read from its ELF headers: what makes a flaw in it harder to use."""

import platform
import re
import subprocess
import unittest

from engine import EXECUTABLE


def readelf(*options):
    return subprocess.run(["readelf", "-W", *options, EXECUTABLE], capture_output=True, text=True, check=True).stdout


class Hardening(unittest.TestCase):
    def test_it_lies_at_a_random_place(self):
        self.assertRegex(readelf("-h"), r"Type:\s+DYN")
        self.assertRegex(readelf("-d"), r"FLAGS_1\).*PIE")

    def test_its_tables_of_addresses_are_read_only_before_main(self):
        self.assertIn("GNU_RELRO", readelf("-l"))
        self.assertRegex(readelf("-d"), r"BIND_NOW|FLAGS_1\).*NOW")

    def test_its_stack_cannot_be_run(self):
        self.assertRegex(readelf("-l"), r"GNU_STACK\s+(0x\w+\s+){5}RW\s")

    def test_its_stack_is_watched_and_its_copies_are_bounded(self):
        symbols = readelf("--dyn-syms")
        self.assertIn("__stack_chk_fail", symbols)
        self.assertRegex(symbols, r"__(mem|str|v?snprintf|read|recv)\w*_chk")

    @unittest.skipUnless(platform.machine() == "x86_64", "CET is of x86-64")
    def test_its_functions_begin_where_indirect_jumps_may_land(self):
        code = subprocess.run(["objdump", "-d", "--no-show-raw-insn", "--section=.text", EXECUTABLE],
                              capture_output=True, text=True, check=True).stdout
        self.assertGreater(len(re.findall(r"\bendbr64\b", code)), 1000)


if __name__ == "__main__":
    unittest.main()
