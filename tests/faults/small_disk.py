"""A disk of a few megabytes: a tmpfs, which can be filled up, freed and made read-only. Mounting needs root."""

import ctypes
import errno
import os
import pathlib
import tempfile

MOUNT_READ_ONLY, MOUNT_AGAIN, UNMOUNT_LATER = 1, 32, 2
libc = ctypes.CDLL(None, use_errno=True)


def checked(answer, what):
    if answer != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")


class SmallDisk:
    def __init__(self, mebibytes):
        self.mebibytes = mebibytes

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sluice-disk-"))
        try:
            self._mount(0)
        except OSError:
            self.folder.rmdir()
            raise
        return self

    def __exit__(self, *_):
        # Whoever still has a file open there does not keep it from being let go.
        checked(libc.umount2(str(self.folder).encode(), UNMOUNT_LATER), f"unmount {self.folder}")
        self.folder.rmdir()

    def _mount(self, flags):
        checked(libc.mount(b"tmpfs", str(self.folder).encode(), b"tmpfs", flags,
                           f"size={self.mebibytes}m".encode()), f"mount a tmpfs on {self.folder}")

    def fill(self):
        """Takes all room that there is."""
        with open(self.folder / "filler", "ab", buffering=0) as filler:
            for size in (1 << 20, 4096):
                try:
                    while True:
                        filler.write(b"x" * size)
                except OSError as full:
                    if full.errno != errno.ENOSPC:
                        raise

    def free(self):
        (self.folder / "filler").unlink()

    def read_only(self, wanted=True):
        self._mount(MOUNT_AGAIN | (MOUNT_READ_ONLY if wanted else 0))


def can_mount():
    try:
        with SmallDisk(1):
            return True
    except OSError:
        return False
