#!/usr/bin/env python3
"""What patches.py promises, on sources of a few lines."""

import pathlib
import subprocess
import tempfile
import unittest

import patches

SOURCE = [f"line {number}\n" for number in range(1, 21)]


def patch_of(name, edit, source=None):
    """A patch that `edit` makes of a copy of the source, with the fault's switch."""
    source = SOURCE if source is None else source
    changed = list(source)
    edit(changed)
    return f"What is wrong.\n{patches.diff('engine.cpp', source, changed)}"


def inserting(at, name):
    return patch_of(name, lambda lines: lines.insert(at, f"if (is_broken(deliberate_fault::{name}))\n"))


class PatchesTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        root = pathlib.Path(folder.name)
        (root / "tests/simulation/faults").mkdir(parents=True)
        kept = patches.ROOT, patches.FOLDER
        patches.ROOT, patches.FOLDER = root, root / "tests/simulation/faults"
        self.addCleanup(lambda: setattr(patches, "ROOT", kept[0]) or setattr(patches, "FOLDER", kept[1]))
        self.write_source(SOURCE)

    def write_source(self, lines):
        (patches.ROOT / "engine.cpp").write_text("".join(lines))

    def put(self, name, text):
        (patches.FOLDER / f"{name}.patch").write_text(text)

    def all_patched(self):
        return patches.patched("engine.cpp", [patches.Patch.read(name) for name in patches.all_names()])

    def test_patches_of_neighbouring_lines_are_independent(self):
        self.put("first", inserting(10, "first"))
        self.put("second", inserting(10, "second"))
        self.put("third", inserting(11, "third"))
        switches = [f"if (is_broken(deliberate_fault::{name}))\n" for name in ("first", "second", "third")]
        expected = SOURCE[:10] + switches[:2] + SOURCE[10:11] + switches[2:] + SOURCE[11:]
        self.assertEqual(self.all_patched(), expected)
        patches.check([])

    def test_a_patch_finds_its_place_where_lines_have_moved(self):
        self.put("moved", inserting(10, "moved"))
        self.write_source(["new\n"] * 100 + SOURCE)
        self.assertEqual(self.all_patched()[110], "if (is_broken(deliberate_fault::moved))\n")

    def test_a_patch_that_no_longer_applies_is_named_with_its_file(self):
        self.put("stale", inserting(10, "stale"))
        self.write_source(SOURCE[:8] + ["other\n"] * 4 + SOURCE[12:])
        with self.assertRaisesRegex(patches.Failure, r"stale\.patch does not apply to engine\.cpp any more"):
            patches.check([])

    def test_a_place_that_is_not_clear_is_no_place(self):
        self.put("unclear", inserting(10, "unclear"))
        blurred = SOURCE[:7] + ["other\n"] + SOURCE[8:]
        self.write_source(blurred + blurred)
        with self.assertRaisesRegex(patches.Failure, "not once"):
            patches.check([])

    def test_two_that_replace_one_line_are_refused(self):
        for name in ("first", "second"):
            self.put(name, patch_of(name, lambda lines: lines.__setitem__(10, f"is_broken(deliberate_fault::{name})\n")))
        with self.assertRaisesRegex(patches.Failure, "first.patch and second.patch change the same line, 11"):
            patches.check([])

    def test_a_patch_holds_its_own_fault_and_no_other(self):
        self.put("mine", inserting(10, "yours"))
        with self.assertRaisesRegex(patches.Failure, "it must ask for its own"):
            patches.check([])

    def test_a_source_that_knows_of_faults_is_refused(self):
        self.put("inside", inserting(10, "inside"))
        self.write_source(SOURCE + ["is_broken(deliberate_fault::inside)\n"])
        with self.assertRaisesRegex(patches.Failure, "engine.cpp knows of deliberate faults"):
            patches.check([])

    def test_one_patch_alone_is_what_patch_makes_of_it(self):
        self.put("plain", inserting(10, "plain"))
        text = (patches.FOLDER / "plain.patch").read_text()
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "engine.cpp").write_text("".join(SOURCE))
            subprocess.run(["git", "apply", "-"], input=text, text=True, cwd=folder, check=True)
            self.assertEqual(pathlib.Path(folder, "engine.cpp").read_text(), "".join(self.all_patched()))

    def test_refresh_merges_a_patch_into_a_source_that_was_rewritten_around_it(self):
        git = lambda *words: subprocess.run(["git", *words], cwd=patches.ROOT, check=True, capture_output=True)
        git("init", "-q")
        git("hash-object", "-w", "engine.cpp")
        self.put("merged", patch_of("merged", lambda lines: lines.__setitem__(10, "is_broken(deliberate_fault::merged)\n")))
        rewritten = SOURCE[:6] + ["other\n"] * 3 + SOURCE[9:12] + ["another\n"] * 3 + SOURCE[15:]
        self.write_source(rewritten)
        patches.refresh([])
        patches.check([])
        self.assertEqual(self.all_patched()[10], "is_broken(deliberate_fault::merged)\n")
        self.assertEqual(patches.Patch.read("merged").words, "What is wrong.\n")

    def test_refresh_merges_a_patch_into_a_line_that_has_other_words_now(self):
        subprocess.run(["git", "init", "-q"], cwd=patches.ROOT, check=True)
        before = SOURCE[:10] + ["  parts->send(letter);\n"] + SOURCE[10:]
        self.write_source(before)
        subprocess.run(["git", "hash-object", "-w", "engine.cpp"], cwd=patches.ROOT, check=True, capture_output=True)
        broken = "  if (!is_broken(deliberate_fault::renamed)) {} else {}->send(letter);\n"
        edit = lambda lines: lines.__setitem__(10, broken.format("parts", "other"))
        self.put("renamed", patch_of("renamed", edit, before))
        self.write_source(SOURCE[:8] + ["  services->send(letter);\n"] + SOURCE[12:])
        patches.refresh([])
        self.assertEqual(self.all_patched()[8], broken.format("services", "other"))

    def test_refresh_leaves_a_patch_alone_whose_surroundings_are_the_same(self):
        self.put("same", inserting(10, "same"))
        before = (patches.FOLDER / "same.patch").read_text()
        self.write_source(["new\n"] + SOURCE)
        patches.refresh([])
        self.assertEqual((patches.FOLDER / "same.patch").read_text(), before)


if __name__ == "__main__":
    unittest.main()
