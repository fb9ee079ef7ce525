"""What is synced and what is processed, and which bytes each place may hold after each step.

A file whose copy failed by name may be there as it was or as it should be; any other must be as it should be. Half of one, or the bytes of
another, may never be there.
"""
import hashlib

KIB, MIB = 1024, 1024 * 1024
SMALL, MIDDLE, LARGE = 240, 40, 3
NAMES = ("plain", "with space", "plus+percent%20", "señal", "ファイル")
STEP_ADDS = b"done\n"


class Wrong(Exception):
    """Something that must never be."""


def digest(data):
    return hashlib.sha256(data).digest()


def failed(report):
    return {failure["path"] for failure in report["failures"]}


class Tree:
    """The source's files: made, changed, renewed; their number stays."""

    def __init__(self, directory, random):
        self.directory, self.random, self.files, self.born = directory, random, {}, 0
        for number in range(SMALL):
            self.add(0 if number % 8 == 0 else 4 * KIB)
        for _ in range(MIDDLE):
            self.add(300 * KIB)
        self.large = [self.add(20 * MIB) for _ in range(LARGE)]

    def write(self, path, size):
        data = self.random.randbytes(size)
        place = self.directory / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
        self.files[path] = digest(data)

    def add(self, size):
        self.born += 1
        path = f"{self.born % 16:02d}/{self.random.choice(NAMES)}-{self.born:06d}"
        self.write(path, size)
        return path

    def change(self):
        """Some files anew (every third of the same size), some gone and others in their place, one large one anew."""
        small = sorted(self.files.keys() - set(self.large))
        for number, path in enumerate(self.random.sample(small, 24)):
            size = (self.directory / path).stat().st_size
            if number >= 18:
                (self.directory / path).unlink()
                del self.files[path]
                self.add(size)
            else:
                self.write(path, size if number % 3 == 0 and size > 0 else max(0, size + self.random.randrange(-64, 65)))
        self.write(self.random.choice(self.large), 20 * MIB + self.random.randrange(KIB))


class Place:
    """A tree that something was copied to: for each path the contents that it may have (None: it is not there)."""

    def __init__(self):
        self.may = {}

    def of(self, path):
        return self.may.get(path, {None})

    def copied(self, wanted, report):
        """`wanted` says which contents a path has at the source; deletions belong to the copy."""
        names, after = failed(report), {}
        for path in self.may.keys() | wanted.keys():
            new = wanted.get(path, {None})
            kept = path in names or not report["listed"] or (None in new and report["withheld"])
            after[path] = new | self.of(path) if kept else new
        self.may = {path: contents for path, contents in after.items() if contents != {None}}

    def check(self, directory, report, label):
        """What a copy of it into an empty directory brought."""
        paths = (path for path in directory.rglob("*") if not path.is_dir()) if directory.exists() else ()
        found = {path.relative_to(directory).as_posix(): digest(path.read_bytes()) for path in paths}
        excused = failed(report)
        for path in self.may.keys() | found.keys():
            have, may = found.get(path), self.of(path)
            if have is None and (path in excused or not report["listed"]):
                continue
            if have not in may:
                raise Wrong(f"{label}: {path!r} is {'missing' if have is None else 'wrong, or should not be there'}")
        return len(found)


class Inbox:
    """The overwrite batch's objects. The step appends a line and is not idempotent: twice would show."""
    FILES, RENEWED = 24, 8
    # Its output fills two parts (soak_bench.cpp): of the buffers that a file system keeps, all of each is then resident from the beginning.
    LONG = 10 * MIB - len(STEP_ADDS)

    def __init__(self, bucket, random):
        self.bucket, self.random, self.written, self.done = bucket, random, {}, set()
        for number in range(self.FILES):
            self.put(f"{number:02d}.csv", 0)
        self.put("long.csv", 0)

    def put(self, name, turn):
        row = f"{name},{turn},{self.random.randrange(10**9)}\n".encode()
        data = (row * (self.LONG // len(row) + 1))[:self.LONG] if name == "long.csv" else row * self.random.randrange(1, 200)
        self.bucket.put(f"batch/{name}", data)
        self.written[name] = data
        self.done.discard(name)

    def renew(self, turn, everything):
        for name in self.written if everything else self.random.sample(sorted(self.written), self.RENEWED):
            self.put(name, turn)

    def check(self, report):
        names = {key.removeprefix("batch/") for key in self.bucket.keys("batch/")}
        if names != self.written.keys():
            raise Wrong(f"batch: other objects than before: {sorted(names ^ self.written.keys())}")
        excused = failed(report)
        for name, data in self.written.items():
            have = self.bucket.get(f"batch/{name}")
            if have == data + STEP_ADDS:
                self.done.add(name)
            elif have != data:
                raise Wrong(f"batch: {name} is neither its input nor its output: {len(data)} bytes went in, {len(have)} are there, "
                            f"{have.count(STEP_ADDS)} runs of the step")
            elif name in self.done:
                raise Wrong(f"batch: {name} has lost its output")
            elif report["listed"] and name not in excused:
                raise Wrong(f"batch: {name} was not processed, and nobody said so")
