# fish completion for sluice
set -l commands ls stat cat cp sync rm batch
complete -c sluice -n "not __fish_seen_subcommand_from $commands" -f -a "$commands"
complete -c sluice -n "__fish_seen_subcommand_from batch" -f -a "scan process run status retry forget"
complete -c sluice -n "string match -q -- '-*' (commandline -ct)" -a "(sluice --help 2>/dev/null | string match -ra -- '--[a-z0-9-]+')"
