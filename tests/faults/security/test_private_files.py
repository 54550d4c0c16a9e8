"""What lies in the data folder is for its owner: modes, folders that are open to others, links in place of files."""

import os
import pathlib
import stat
import unittest

from engine import Engine

OTHERS = stat.S_IRWXG | stat.S_IRWXO


def mode(path):
    return stat.S_IMODE(os.lstat(path).st_mode)


class Modes(unittest.TestCase):
    def test_all_that_an_engine_makes_is_its_owner_s_alone_whatever_the_umask_was(self):
        before = os.umask(0)
        self.addCleanup(os.umask, before)
        engine = Engine(None)  # into a maildir beside the store
        self.addCleanup(engine.__exit__)
        engine.start()
        engine.wait_status(engine.start_campaign(20), "sent")
        engine.run("audit", "seal", "--out", str(engine.folder / "seal.json"))
        made = [engine.data, *engine.data.rglob("*"), engine.folder / "seal.json"]
        self.assertGreater(len(made), 30)
        self.assertEqual([str(one) for one in made if mode(one) & OTHERS], [])

    def test_a_folder_that_others_may_look_into_is_refused_and_left_as_it_is_unless_that_is_asked_for(self):
        for wrong in (0o755, 0o750, 0o711, 0o1777):
            with self.subTest(oct(wrong)):
                engine = Engine("null:")
                self.addCleanup(engine.__exit__)
                engine.data.mkdir()
                engine.data.chmod(wrong)
                code, said = engine.failing_start()
                self.assertEqual(code, 1, said)
                self.assertIn(f"chmod 700 {engine.data}", said)
                self.assertIn("data_shared = true", said)
                self.assertEqual((mode(engine.data), list(engine.data.iterdir())), (wrong, []))
                engine.settings["data_shared"] = "true"
                engine.start()
                self.assertFalse(mode(engine.data / "token") & OTHERS)
                self.assertEqual(engine.stop(), 0)
                del engine.settings["data_shared"]
                engine.data.chmod(0o700)
                engine.start()

    @unittest.skipUnless(os.geteuid() == 0, "who is no root is not warned")
    def test_root_is_warned(self):
        with Engine("null:") as engine:
            self.assertIn("runs as root", engine.log())


class Links(unittest.TestCase):
    """Whoever may write in a folder could have another file read or written in the place of ours."""

    def engine(self, settings=None, relay="null:"):
        made = Engine(relay, settings)
        self.addCleanup(made.__exit__)
        made.data.mkdir(mode=0o700)
        self.victim = made.folder / "victim"
        self.victim.write_text("what must stay\n")
        return made

    def assert_refused(self, engine, file):
        code, said = engine.failing_start()
        self.assertNotEqual(code, 0, said)
        self.assertIn(str(file), said)
        self.assertIn("link", said)
        self.assertEqual(self.victim.read_text(), "what must stay\n")

    def test_a_link_in_place_of_a_file_of_the_engine_s_is_not_followed(self):
        for name in ("sluice.lock", "token", "address"):
            with self.subTest(name):
                engine = self.engine()
                (engine.data / name).symlink_to(self.victim)
                self.assert_refused(engine, engine.data / name)
                (engine.data / name).unlink()
                engine.start()

    def test_a_link_beside_the_token_is_not_written_through(self):
        engine = self.engine()
        (engine.data / "token.new").symlink_to(self.victim)
        engine.start()
        self.assertEqual(self.victim.read_text(), "what must stay\n")
        self.assertTrue(engine.get("/v1/me"))

    def test_a_link_in_place_of_the_seal_s_key_is_not_followed(self):
        engine = self.engine()
        engine.start()
        (engine.data / "seal.key").symlink_to(self.victim)
        said = engine.run("audit", "seal", check=False)
        self.assertEqual(said.returncode, 1)
        self.assertIn("link", said.stderr)

    def test_a_link_in_place_of_a_file_with_a_secret_is_told_and_folders_on_the_way_may_be_links(self):
        for key in ("relay.password_file", "relay.token_file"):
            with self.subTest(key):
                engine = self.engine(relay="smtp://shop@127.0.0.1:9")
                secret = engine.folder / "secret"
                secret.symlink_to(self.victim)
                engine.settings[key] = str(secret)
                if key == "relay.password_file":  # the other one is read at each login
                    self.assert_refused(engine, secret)
                folder = engine.folder / "..data"
                folder.symlink_to(engine.folder, target_is_directory=True)
                engine.settings[key] = str(folder / "victim")
                engine.start()
                self.assertEqual(engine.stop(), 0)

    def test_the_command_line_reads_no_token_through_a_link(self):
        engine = self.engine()
        engine.start()
        theirs = engine.folder / "theirs"
        theirs.mkdir()
        (theirs / "token").symlink_to(engine.data / "token")
        engine.environment["SLUICE_DATA"] = str(theirs)
        said = engine.run_plain("list", "--url", engine.url)
        self.assertEqual(said.returncode, 1, said)
        self.assertIn("it is a link", said.stderr)


if __name__ == "__main__":
    unittest.main()
