"""Checks the hash chain of `sluice audit export` from the export alone; knows nothing else of Sluice.

    sluice audit export --data DIR | python3 check_chain.py

Prints a line for each fault and exits 1 when there is one.
"""

import hashlib
import json
import sys

faults, ends = 0, {}  # campaign: number and hash of its last record so far
for line in sys.stdin:
    record = json.loads(line)
    campaign, number, previous = record["campaign"], record["number"], bytes.fromhex(record["previous"])
    place = int(campaign[1:]).to_bytes(8, "big") + number.to_bytes(8, "big")
    own = hashlib.sha256(place + previous + bytes.fromhex(record["body"])).digest()
    last, expected = ends.get(campaign, (0, bytes(32)))
    if number != last + 1 or previous != expected or own.hex() != record["hash"]:
        faults += 1
        print(f"{campaign} event {number}: does not follow from the record before it")
    ends[campaign] = (number, own)
print(f"{len(ends)} campaigns, {faults} faults")
sys.exit(1 if faults else 0)
