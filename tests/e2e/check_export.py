"""Checks an export of everything against a seal; knows nothing else of Sluice.

    sluice audit export --everything --data DIR | python3 check_export.py seal.json PUBLIC_KEY

Logs, seal, tokens, suppressions and every row of every list: prints a line for each fault and exits 1 when there is one.
"""
import base64, hashlib, hmac, json, subprocess, sys, tempfile

def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()

def top_of(hashes):
    """The hash at the top of a tree: 128 hashes, end to end, make one of the level above."""
    while True:
        hashes = [sha(*hashes[at:at + 128]) for at in range(0, len(hashes), 128)]
        if len(hashes) == 1:
            return hashes[0]

faults, records, tables, events = [], {}, {}, []
for line in map(json.loads, sys.stdin):
    if "table" in line:
        tables.setdefault(line["table"], []).append(line)
        continue
    log, number = line["campaign"], line["number"]
    place = int(log[1:] if log != "house" else 0).to_bytes(8, "big") + number.to_bytes(8, "big")
    own, known = sha(place, bytes.fromhex(line["previous"] + line["body"])).hex(), records.setdefault(log, ["0" * 64])
    if number != len(known) or line["previous"] != known[-1] or own != line["hash"]:
        faults.append(f"{log} event {number} does not follow from the record before it")
    known.append(own)
    if log == "house":
        events.append(line["event"])
seal, key = json.load(open(sys.argv[1])), bytes.fromhex(sys.argv[2])
heads = "".join(f"{h['campaign']} {h['number']} {h['hash']}\n" for h in seal["heads"])
house, begin = seal["house"], f"{seal['at']}\n{key.hex()}\n"
for said, by in ((f"sluice seal 1\n{begin}{heads}", seal["signature"]),
                 (f"sluice seal of the house 1\n{begin}{house['number']} {house['hash']}\n{seal['signature']}\n", house["signature"])):
    with tempfile.NamedTemporaryFile() as der, tempfile.NamedTemporaryFile() as text, tempfile.NamedTemporaryFile() as signature:
        for file, content in ((der, bytes.fromhex("302a300506032b6570032100") + key), (text, said.encode()), (signature, bytes.fromhex(by))):
            file.write(content), file.flush()
        if subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-rawin", "-inkey", der.name, "-in", text.name,
                           "-sigfile", signature.name], capture_output=True).returncode:
            faults.append("the seal's signature is wrong")
removed = {f"c{event['campaign']}": event for event in events if event["t"] == "campaign_removed"}
faults += [f"{log} was removed, and has a log" for log in removed if log in records]
for head in [*seal["heads"], {"campaign": "house", **house}]:
    if head["campaign"] in removed:  # what was sealed before its end can no longer be checked
        end = removed[head["campaign"]]
        if head["number"] > end["last"] or (head["number"] == end["last"] and head["hash"] != end["hash"]):
            faults.append(f"{head['campaign']} is not the log that was sealed before it was removed")
    elif records.get(head["campaign"], [])[head["number"]:head["number"] + 1] != [head["hash"]]:
        faults.append(f"{head['campaign']} is not the log that was sealed")
tokens, lists, suppressed, hidden = {}, {}, {}, bytes.fromhex(tables["key"][0]["hidden_addresses"])
for event in events:  # what the tables must hold
    kind, targets = event["t"], [base64.b64decode(group["targets"]) for group in event.get("groups", [event]) if "targets" in group]
    parts = [(group.get("list", ""), all_[at:at + 16]) for group, all_ in zip(event.get("groups", [event]), targets) for at in range(0, len(all_), 16)]
    if kind == "token_created": tokens[event["hash"]] = (event["name"], event["role"])
    elif kind == "token_revoked": tokens = {h: t for h, t in tokens.items() if t[0] != event["name"]}
    elif kind == "suppressions_added": suppressed.update(dict.fromkeys(parts))
    elif kind == "suppressions_removed": [suppressed.pop(part, None) for part in parts]
    elif kind == "audience_imported": lists[f"a{event['audience']}"] = event["hash"]
    elif kind == "audience_deleted": lists.pop(f"a{event['audience']}")
    elif kind == "audience_rooted": lists[f"a{event['audience']}"] = event["root"]
if {t["hash"]: (t["name"], t["role"]) for t in tables.get("tokens", [])} != tokens:
    faults.append("the tokens are not those of the log")
if {(s["list"], bytes.fromhex(s["hidden"]) if "hidden" in s else hmac.digest(hidden, s["target"].encode(), "sha256")[:16]) for s in tables.get("suppressions", [])} != set(suppressed):
    faults.append("the suppressions are not those of the log")
leaves = {}
for row in tables.get("rows", []):
    leaves.setdefault(row["audience"], []).append(bytes.fromhex(row["leaf"]) if "leaf" in row else sha(bytes.fromhex(row["sealed"])))
for one in tables.get("audiences", []):
    columns = b"".join(len(c.encode()).to_bytes(4, "big") + c.encode() for c in one["columns"])
    found = leaves.get(one["id"], [])
    root = sha(b"sluice audience 1\n", len(found).to_bytes(8, "big"), columns, top_of(found)).hex() if found else ""
    if lists.pop(one["id"], None) not in ("t1:" + root, one["hash"]) or "t1:" + root not in (one["hash"], one.get("root")):
        faults.append(f"{one['id']} is not the list of the log")
faults += [f"{gone} is missing" for gone in lists]
print("\n".join(faults) or f"{len(records)} logs, {len(tokens)} tokens, {len(suppressed)} suppressions, {len(leaves)} lists: no fault")
sys.exit(bool(faults))
