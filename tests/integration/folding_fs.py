#!/usr/bin/env python3
"""A directory mounted again at another place, where names that differ only in case are one: folding_fs.py DIRECTORY MOUNT_POINT

Needs Debian's python3-fusepy, and /dev/fuse.
"""
import os
import sys

import fusepy


class Folding(fusepy.Operations):
    """As FAT, NTFS and CIFS have it: names keep the case they were made with, and any case finds them."""

    def __init__(self, below):
        self.below = below

    def real(self, path):
        at = self.below
        for part in path.strip("/").split("/"):
            if part:
                same = [name for name in os.listdir(at) if name.lower() == part.lower()] if os.path.isdir(at) else []
                at = os.path.join(at, same[0] if same else part)
        return at

    def getattr(self, path, fh=None):
        status = os.lstat(self.real(path))
        return {name: getattr(status, name) for name in dir(status) if name.startswith("st_") and name != "st_birthtime"}

    def readdir(self, path, fh):
        return [".", "..", *os.listdir(self.real(path))]

    def create(self, path, mode, fi=None):
        return os.open(self.real(path), os.O_RDWR | os.O_CREAT | os.O_EXCL, mode)

    def open(self, path, flags):
        return os.open(self.real(path), flags & ~os.O_CREAT)

    def read(self, path, size, offset, fh):
        return os.pread(fh, size, offset)

    def write(self, path, data, offset, fh):
        return os.pwrite(fh, data, offset)

    def release(self, path, fh):
        os.close(fh)

    def mkdir(self, path, mode):
        os.mkdir(self.real(path), mode)

    def unlink(self, path):
        os.unlink(self.real(path))

    def rmdir(self, path):
        os.rmdir(self.real(path))

    def rename(self, old, new):
        os.rename(self.real(old), self.real(new))

    def truncate(self, path, length, fh=None):
        os.truncate(self.real(path), length)

    def utimens(self, path, times=None):
        os.utime(self.real(path), times)

    def chmod(self, path, mode):
        os.chmod(self.real(path), mode)


if __name__ == "__main__":
    fusepy.FUSE(Folding(sys.argv[1]), sys.argv[2], foreground=True, nothreads=True, use_ino=True,
                attr_timeout=0, entry_timeout=0, negative_timeout=0)
