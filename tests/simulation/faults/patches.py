#!/usr/bin/env python3
"""The deliberate faults: one patch each against the engine's sources, NAME.patch in this folder. See README.md there.

    patches.py check [NAME…]      every patch applies, holds one fault, and all go together
    patches.py refresh [NAME…]    writes those again whose surroundings have changed; merges what it can
    patches.py open NAME [FILE…]  copies of the patched sources into build/faults/NAME, to be edited
    patches.py close NAME         writes NAME.patch from them
    patches.py apply FILE TO      a copy of the source with every patch that touches it: for the build

Exit codes: 0 done; 1 a patch does not apply, or breaks a rule; 2 wrong usage.

Every patch is against the source as it is, never against one that another patch has changed: `apply` finds the
place of each in the source, and puts all changes in at once. So they are independent of each other and of their
order, also where two insert lines at the same place; only two that replace the same line cannot live together.
"""

import argparse
import difflib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

FOLDER = pathlib.Path(__file__).resolve().parent
ROOT = FOLDER.parents[2]
CONTEXT_LINES = 3
# As many lines of a hunk's context may have changed, at either end, as patch(1) allows.
FUZZ_MAX = 2
# What somebody has set for their own git does not shape patches.
GIT_ENVIRONMENT = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
SWITCH = re.compile(r"deliberate_fault::(\w+)")


class Failure(Exception):
    """A patch that does not apply, or is not what it should be; the words say which, and what to do."""


class Hunk:
    """Lines of a source, and what to put in their place."""

    def __init__(self, start):
        self.start = start  # the line, from 0, at which it stood when it was made
        self.lines = []  # (mark, text): ' ' stays, '-' goes, '+' comes

    def old(self):
        return [text for mark, text in self.lines if mark != "+"]

    def context_before(self):
        return next(at for at, (mark, _) in enumerate(self.lines) if mark != " ")

    def context_after(self):
        return next(at for at, (mark, _) in enumerate(reversed(self.lines)) if mark != " ")

    def find(self, source):
        """The line at which its first line stands in the source, however far it has moved. None: nowhere, or it is
        not clear where."""
        for fuzz in range(FUZZ_MAX + 1):
            ahead = min(fuzz, self.context_before())
            old = self.old()[ahead : len(self.old()) - min(fuzz, self.context_after())]
            places = [at for at in range(len(source) - len(old) + 1) if source[at : at + len(old)] == old]
            if len(places) == 1 or (places and fuzz == 0):
                return min(places, key=lambda at: abs(at - self.start)) - ahead
        return None

    def edits(self, place):
        """(first line, behind the last line, new lines) for each run of changed lines."""
        found, at, run = [], place, None
        for mark, text in self.lines + [(" ", "")]:
            if mark == " ":
                if run:
                    found.append((run[0], at, run[1]))
                run, at = None, at + 1
                continue
            run = run or (at, [])
            if mark == "-":
                at += 1
            else:
                run[1].append(text)
        return found


class Patch:
    """NAME.patch: a sentence or more on the fault, then a unified diff as git writes it."""

    def __init__(self, name, text):
        self.name = name
        self.words, self.files, self.bases = "", {}, {}
        self.body = text[text.find("diff --git ") :] if "diff --git " in text else ""
        self.words = text[: len(text) - len(self.body)]
        self._parse(self.body.splitlines(keepends=True))

    @staticmethod
    def read(name):
        path = FOLDER / f"{name}.patch"
        if not path.exists():
            raise Failure(f"there is no fault {name}: {path.relative_to(ROOT)} is not there")
        return Patch(name, path.read_text())

    def _parse(self, lines):
        file, left = None, 0
        for line in lines:
            if left > 0:
                self.files[file][-1].lines.append((line[0], line[1:]))
                left -= {" ": 2, "-": 1, "+": 1}[line[0]]
            elif line.startswith("index "):
                self.base = line.split()[1].split("..")[0]
            elif line.startswith("+++ b/"):
                file = line[6:].strip()
                self.files[file], self.bases[file] = [], self.base
            elif line.startswith("@@ "):
                start, old, new = re.match(r"@@ -(\d+),?(\d*) \+\d+,?(\d*) @@", line).groups()
                left = int(old or 1) + int(new or 1)
                self.files[file].append(Hunk(int(start) - 1))

    def edits_in(self, file, source):
        found = []
        for hunk in self.files[file]:
            place = hunk.find(source)
            if place is None:
                raise Failure(
                    f"tests/simulation/faults/{self.name}.patch does not apply to {file} any more: what stood around "
                    f"line {hunk.start + 1} is not there, or not once.\nBring it up to date with: "
                    f"tests/simulation/faults/patches.py refresh {self.name}"
                )
            found += hunk.edits(place)
        return found


def with_edits(source, edits):
    """The source with (first line, behind the last, new lines, whose) edits. The earlier name's lines come first where
    two insert at one place."""
    changed, at, last = [], 0, None
    for first, behind, lines, name in sorted(edits, key=lambda edit: (edit[0], edit[1], edit[3])):
        if first < at:
            raise Failure(f"{last}.patch and {name}.patch change the same line, {first + 1}: one must give way")
        changed += source[at:first] + lines
        at, last = behind, name
    return changed + source[at:]


def lines_of(path):
    return path.read_text().splitlines(keepends=True)


def all_names():
    return sorted(path.stem for path in FOLDER.glob("*.patch"))


def patched(file, patches):
    source = lines_of(ROOT / file)
    edits = [(*edit, one.name) for one in patches if file in one.files for edit in one.edits_in(file, source)]
    return with_edits(source, edits)


def diff(file, old, new):
    with tempfile.TemporaryDirectory() as folder:
        for side, lines in (("a", old), ("b", new)):
            write_copy(pathlib.Path(folder, side, file), lines)
        made = subprocess.run(
            ["git", "diff", "--no-index", "--no-prefix", "--full-index", f"-U{CONTEXT_LINES}", f"a/{file}", f"b/{file}"],
            cwd=folder, capture_output=True, text=True, env=GIT_ENVIRONMENT,
        )
    return made.stdout


def hunks_only(text):
    """A diff but for what changes with every line that is put in above it."""
    return [line for line in text.splitlines() if not line.startswith(("index ", "@@ "))]


def write(name, words, body):
    (FOLDER / f"{name}.patch").write_text(words + body)
    print(f"{name}.patch is written")


def write_copy(path, lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(lines))


# -- the commands -------------------------------------------------------------------------------------------------


def check_one(patch):
    switches = {
        name
        for hunks in patch.files.values()
        for hunk in hunks
        for mark, text in hunk.lines
        for name in SWITCH.findall(text)
        if mark == "+"
    }
    if switches != {patch.name}:
        raise Failure(f"{patch.name}.patch asks for {sorted(switches) or 'no fault'}; it must ask for its own, and only that")
    if not patch.words.strip():
        raise Failure(f"{patch.name}.patch must begin with a sentence that says what the fault is")
    for file in patch.files:
        if not file.endswith(".cpp"):
            raise Failure(f"{patch.name}.patch changes {file}: only a .cpp is compiled a second time")
        patched(file, [patch])


def check(names):
    failures = []
    for name in names or all_names():
        try:
            check_one(Patch.read(name))
        except Failure as failure:
            failures.append(str(failure))
    patches = [Patch.read(name) for name in all_names()]
    for file in sorted({file for one in patches for file in one.files}) if not failures else []:
        patched(file, patches)
        if "deliberate_fault" in (ROOT / file).read_text():
            failures.append(f"{file} knows of deliberate faults: they are in tests/simulation/faults alone")
    if failures:
        raise Failure("\n".join(failures))
    print(f"{len(names or patches)} patches apply")


def merged(patch, file):
    """(the source as it is with the patch, merged from the source that the patch was made for; whether that left no
    conflicts). Raises Failure where git does not know that source."""
    base = subprocess.run(["git", "cat-file", "blob", patch.bases[file]], cwd=ROOT, capture_output=True, text=True)
    if base.returncode != 0:
        raise Failure(
            f"{patch.name}.patch: git does not know the {file} that it was made for. Delete the patch and write it anew "
            "with open and close"
        )
    old = base.stdout.splitlines(keepends=True)
    edited = with_edits(old, [(*edit, patch.name) for edit in patch.edits_in(file, old)])
    try:
        return merge_words(old, lines_of(ROOT / file), edited), True
    except Failure:
        return merge_with_marks(old, lines_of(ROOT / file), edited), False


def merge_words(before, engine, fault):
    """Word by word, since what is renamed is often a word in a line that the fault changes. Raises Failure where both
    changed the same words."""
    edits = [(*edit, side) for side, lines in (("engine", engine), ("fault", fault)) for edit in word_edits(before, lines)]
    return "".join(with_edits(words_of(before), edits)).splitlines(keepends=True)


def words_of(lines):
    return re.findall(r"\w+|\n|[^\S\n]+|[^\w\s]", "".join(lines))


def edits_between(old, new):
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    return [(first, behind, new[a:b]) for kind, first, behind, a, b in matcher.get_opcodes() if kind != "equal"]


def word_edits(old, new):
    """What changed between two sources, in words of the old one; looked for only within lines that changed."""
    found = []
    for first, behind, lines in edits_between(old, new):
        offset = len(words_of(old[:first]))
        for at, end, words in edits_between(words_of(old[first:behind]), words_of(lines)):
            found.append((offset + at, offset + end, words))
    return found


def merge_with_marks(before, engine, fault):
    """Line by line; conflicts are marked as git marks them."""
    sides = {"engine": engine, "before": before, "fault": fault}
    with tempfile.TemporaryDirectory() as folder:
        for name, lines in sides.items():
            write_copy(pathlib.Path(folder, name), lines)
        both = subprocess.run(["git", "merge-file", "-p", *sides], cwd=folder, capture_output=True, text=True)
    return both.stdout.splitlines(keepends=True)


def with_fault(patch, file):
    """(the source with the fault in it, whether it is free of conflicts)"""
    try:
        return patched(file, [patch]), True
    except Failure:
        return merged(patch, file)


def refresh(names):
    stuck = []
    for name in names or all_names():
        patch = Patch.read(name)
        sources = {file: with_fault(patch, file) for file in patch.files if (ROOT / file).exists()}
        if len(sources) < len(patch.files) or not all(is_clean for _, is_clean in sources.values()):
            stuck.append(name)
            continue
        body = "".join(diff(file, lines_of(ROOT / file), new) for file, (new, _) in sources.items())
        if hunks_only(body) != hunks_only(patch.body):
            write(name, patch.words, body)
    if stuck:
        raise Failure(
            f"these cannot be merged: {', '.join(stuck)}. For each: patches.py open NAME, edit the copies (a file that "
            "has moved: open NAME FILE with its new path), patches.py close NAME"
        )


def working_folder(name):
    return ROOT / "build" / "faults" / name


def open_copies(name, files):
    patch = Patch.read(name) if name in all_names() else Patch(name, "")
    for file in files or patch.files:
        lines = with_fault(patch, file)[0] if file in patch.files else lines_of(ROOT / file)
        copy = working_folder(name) / file
        write_copy(copy, lines)
        print(copy.relative_to(ROOT))


def close_copies(name):
    folder = working_folder(name)
    copies = sorted(path for path in folder.rglob("*.cpp"))
    if not copies:
        raise Failure(f"there is nothing in {folder.relative_to(ROOT)}: patches.py open {name} FILE… first")
    words = Patch.read(name).words if name in all_names() else f"{input('What is the fault? ')}\n"
    files = {str(path.relative_to(folder)): lines_of(path) for path in copies}
    write(name, words, "".join(diff(file, lines_of(ROOT / file), new) for file, new in files.items()))
    check_one(Patch.read(name))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for command in ("check", "refresh"):
        commands.add_parser(command).add_argument("names", nargs="*", metavar="NAME")
    opener = commands.add_parser("open")
    opener.add_argument("name", metavar="NAME")
    opener.add_argument("files", nargs="*", metavar="FILE")
    commands.add_parser("close").add_argument("name", metavar="NAME")
    applier = commands.add_parser("apply")
    applier.add_argument("file", metavar="FILE")
    applier.add_argument("to", metavar="TO", type=pathlib.Path)
    said = parser.parse_args()
    try:
        if said.command == "check":
            check(said.names)
        elif said.command == "refresh":
            refresh(said.names)
        elif said.command == "open":
            open_copies(said.name, said.files)
        elif said.command == "close":
            close_copies(said.name)
        else:
            write_copy(said.to, patched(said.file, [Patch.read(name) for name in all_names()]))
    except Failure as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
