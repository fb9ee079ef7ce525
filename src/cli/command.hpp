#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>

#include "exit_code.hpp"
#include "session.hpp"
#include "sluice/async/task.hpp"

namespace sluice::cli {

/// What the chosen command does. The command's options live inside.
using Run = std::function<Task<ExitCode>(Session&)>;

/// Where commands register themselves: whichever is chosen by the command line sets `run`.
struct Commands {
  CLI::App& app;
  Run* run;
};

void add_list_command(Commands commands);  // ls
void add_stat_command(Commands commands);
void add_cat_command(Commands commands);
void add_copy_command(Commands commands);  // cp
void add_sync_command(Commands commands);
void add_remove_command(Commands commands);  // rm
void add_batch_commands(Commands commands);  // batch scan|process|run|status|retry|forget
void add_glue_commands(Commands commands);   // glue [validate|status|runs|stop|resume]

}  // namespace sluice::cli
