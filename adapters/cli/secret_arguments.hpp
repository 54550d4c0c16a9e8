#pragma once
// Passwords and tokens on the command line, where every user of the machine reads them (ps, /proc/PID/cmdline): what was
// said is overwritten in the process's own memory, which is what others are shown. Between the start of the process and
// this they could be read, and a shell keeps them in its history: a file or the environment is better.

namespace sluice::cli {

/// Puts "*" over the password of each URL ("scheme://user:password@…"), the value of --token, and that of a setting whose
/// name ends in "password". Before any thread is started, and after the words were copied.
void hide_secrets(int count, char** words);

} // namespace sluice::cli
