#pragma once
// Every command of the command line, a function for each group (and a .cpp of the same name).

#include "adapters/cli/syntax.hpp"

namespace sluice::cli {

void add_serve_command(command_syntax root); ///< serve
void add_demo_command(command_syntax root);  ///< demo
void add_audience_commands(
    command_syntax root); ///< audience import · list · show · rename · delete · export …
void add_steering_commands(command_syntax root); ///< create, start, approve … cancel
void add_plan_command(command_syntax root);      ///< plan
void add_send_command(command_syntax root);      ///< send
void add_looking_commands(command_syntax root);  ///< list, show, preview
void add_watch_command(command_syntax root);     ///< watch
void add_letter_commands(command_syntax root);   ///< responses, letters, doubt
void add_suppress_commands(command_syntax root); ///< suppress add · remove · list · import
void add_erase_command(command_syntax root);
void add_store_commands(command_syntax root);   ///< store copy
void add_audit_commands(command_syntax root);   ///< audit log · replay · diff · letter · export
void add_proof_commands(command_syntax audit);  ///< … verify · seal
void add_token_commands(command_syntax root);   ///< token create · list · revoke
void add_part_commands(command_syntax root);    ///< partial put · list · show · delete, attachment add …
void add_cluster_commands(command_syntax root); ///< cluster status, drain, undrain
void add_relay_commands(command_syntax root);   ///< relay explain

} // namespace sluice::cli
