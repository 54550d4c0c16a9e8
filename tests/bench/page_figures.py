"""The page with a thousand campaigns, fifty of them sending at once: first view, frames, memory.

    page_figures.py [--minutes 10] [--campaigns 1000] [--sending 50]

page_load.mjs measures it, in Debian's Chromium: the time to the first card, the longest time between two frames while
somebody scrolls, searches, sorts and filters, and the memory after each minute.
"""

import json
import pathlib
import subprocess
import sys

from report import Figure, finish, parser

PROGRAM = pathlib.Path(__file__).resolve().parent / "page_load.mjs"


def main():
    words = parser(__doc__)
    words.add_argument("--minutes", type=int, default=10)
    words.add_argument("--campaigns", type=int, default=1000)
    words.add_argument("--sending", type=int, default=50)
    options = words.parse_args()
    told = subprocess.run(["node", PROGRAM, "--minutes", str(options.minutes), "--campaigns", str(options.campaigns),
                           "--sending", str(options.sending)], check=True, stdout=subprocess.PIPE, text=True).stdout
    figures = [Figure(**json.loads(line)) for line in told.splitlines()]
    return finish(f"the page with {options.campaigns:,} campaigns, {options.sending} of them sending", figures, options)


if __name__ == "__main__":
    sys.exit(main())
