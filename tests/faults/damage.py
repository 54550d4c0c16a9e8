"""Damage to a data folder as disks, backups and people do it."""

import struct
import subprocess

BLOCK_BYTES, HEADER_BYTES = 32 * 1024, 7  # of RocksDB's log: crc, length and type before each record


def flip(file, at):
    """One bit of the byte at that place (0 … 1 of the file's length)."""
    bytes_in = bytearray(file.read_bytes())
    bytes_in[min(int(len(bytes_in) * at), len(bytes_in) - 1)] ^= 0x10
    file.write_bytes(bytes_in)


def ldb(folder, *words, family="events"):
    """RocksDB's own tool, which writes to the data folder of an engine that does not run."""
    done = subprocess.run(["ldb", f"--db={folder}", f"--column_family={family}", "--hex", *words],
                          capture_output=True, text=True, timeout=60)
    if done.returncode != 0 or "Failed" in done.stdout + done.stderr:
        raise AssertionError(f"ldb {words[0]}: {done.stdout}{done.stderr}")


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 & -(crc & 1))
    return crc ^ 0xFFFFFFFF


def masked(crc):
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def replace_in_log(file, old, new):
    """Changes what a record of RocksDB's log says, as if it had been written so: its checksum fits."""
    log, at = bytearray(file.read_bytes()), 0
    while at + HEADER_BYTES <= len(log):
        if BLOCK_BYTES - at % BLOCK_BYTES < HEADER_BYTES:
            at += BLOCK_BYTES - at % BLOCK_BYTES
            continue
        _, length, kind = struct.unpack_from("<IHB", log, at)
        if kind == 0:
            break
        first = at + HEADER_BYTES
        record = bytes(log[first:first + length])
        if old in record:
            record = record.replace(old, new)
            log[first:first + length] = record
            struct.pack_into("<I", log, at, masked(crc32c(bytes([kind]) + record)))
            file.write_bytes(log)
            return
        at = first + length
    raise AssertionError(f"{old!r} is in no record of {file}")
