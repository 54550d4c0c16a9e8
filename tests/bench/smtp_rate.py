"""Letters a second through SMTP with durable claims, beside Postfix's smtp-source, into the same smtp-sink.

    smtp_rate.py EXECUTABLE [--letters N] [--rounds N]

Ours: an audience of N from a CSV, a personalised letter of about 2 KiB, 20 connections; timed from the command
`start` until the last outcome is in the log; the import is shown apart. Theirs: smtp-source -d -s 20 -l 2048 -m N, which makes up one letter
and keeps no books. The two take turns; medians are shown. Exits 1 when ours is below 0.7 of theirs.
"""

import argparse
import os
import pathlib
import socket
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
TICKS = os.sysconf("SC_CLK_TCK")
RATIO_MIN = 0.7


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def peak_mib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0


def start_sink(port, *flags, **more):
    """Postfix's smtp-sink, which listens when this returns."""
    from engine import wait_until
    as_nobody = ["-u", "nobody"] if os.geteuid() == 0 else []
    sink = subprocess.Popen(["/usr/sbin/smtp-sink", *as_nobody, *flags, f"127.0.0.1:{port}", "1000"], **more)

    def listens():
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    wait_until(listens, "smtp-sink to listen")
    return sink


def smtp_source(port, letters):
    began = time.monotonic()
    subprocess.run(["/usr/sbin/smtp-source", "-d", "-s", "20", "-l", "2048", "-m", str(letters), "-f",
                    "a@example.org", "-t", "b@example.com", f"127.0.0.1:{port}"], check=True)
    return letters / (time.monotonic() - began)


def sluice(port, letters):
    from engine import Engine, wait_until
    body = "Hello {{name}} from {{city}},\n\n" + "All of our things cost twenty percent less this week. " * 31
    with Engine(f"smtp://127.0.0.1:{port}", {"relay.connections": 20}) as engine:
        rows = "email,name,city\n" + "".join(f"user{i}@example{i % 50}.com,Name {i},City {i % 100}\n"
                                             for i in range(letters))
        began = time.monotonic()
        audience = engine.http("POST", "/v1/audiences?name=bench", rows.encode())["id"]
        imported = letters / (time.monotonic() - began)
        campaign = engine.create(audience, text=body, subject="{{name}}, everything is 20% off")
        size = len(engine.get(f"/v1/campaigns/{campaign}/preview?index=0"))
        cpu_before = cpu_seconds(engine.process.pid)
        began = time.monotonic()
        engine.command(campaign, "start")
        # Asking more often would cost what is measured.
        wait_until(lambda: engine.show(campaign)["status"] == "sent", "the last letter", seconds=600, step=0.02)
        passed = time.monotonic() - began
        cpu = cpu_seconds(engine.process.pid) - cpu_before
        accepted = engine.show(campaign)["counts"]["accepted"]
        if accepted != letters:
            raise SystemExit(f"the sink accepted {accepted} of {letters} letters: there is nothing to compare")
        return {"rate": letters / passed, "cpu_us": cpu / letters * 1e6, "peak": peak_mib(engine.process.pid),
                "import": imported, "bytes": size}


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("executable")
    words.add_argument("--letters", type=int, default=100_000)
    words.add_argument("--rounds", type=int, default=3)
    said = words.parse_args()
    os.environ["SLUICE_EXECUTABLE"] = str(pathlib.Path(said.executable).resolve())
    from engine import free_port
    port = free_port()
    sink = start_sink(port)
    try:
        ours, theirs = [], []
        for number in range(said.rounds):
            print(f"round {number + 1} of {said.rounds} …", file=sys.stderr)
            theirs.append(smtp_source(port, said.letters))
            ours.append(sluice(port, said.letters))
    finally:
        sink.terminate()
        sink.wait()
    median = {key: statistics.median(one[key] for one in ours) for key in ours[0]}
    ratio = statistics.median(one["rate"] / other for one, other in zip(ours, theirs))
    print(f"""
{said.letters} letters, 20 connections, medians of {said.rounds} rounds (the ratio: of the rounds' ratios)
                         letters/s   CPU a letter   peak memory
  sluice                {median['rate']:10,.0f}   {median['cpu_us']:9.1f} µs   {median['peak']:7.0f} MiB
  smtp-source           {statistics.median(theirs):10,.0f}
  ratio                 {ratio:10.2f}   (at least {RATIO_MIN})
  import of the CSV     {median['import']:10,.0f}   rows/s; a letter has {median['bytes']:.0f} bytes
""")
    return 0 if ratio >= RATIO_MIN else 1


if __name__ == "__main__":
    sys.exit(main())
