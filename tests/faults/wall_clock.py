"""The wall clock of the engine's processes, in a test's hand."""

import os
import pathlib

PRELOADED = str(pathlib.Path(os.environ["SLUICE_PRELOADED"]) / "libwall_clock.so")


class Clock:
    def __init__(self, folder):
        self.file = folder / "seconds ahead"

    def environment(self):
        return {"LD_PRELOAD": PRELOADED, "WALL_CLOCK_FILE": str(self.file)}

    def jump(self, seconds_ahead):
        new = self.file.with_suffix(".new")
        new.write_text(str(seconds_ahead))
        new.replace(self.file)
