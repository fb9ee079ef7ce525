# fish completion for sluice: flags and their explanations come from the program's own help.
function __sluice_command
    set -l command
    for word in (commandline -opc)[2..]
        if test (count $command) -eq 0; and contains -- $word ls stat cat cp sync rm batch glue
            set command $word
        else if test "$command" = batch; and contains -- $word scan process run status retry forget
            set -a command $word
        else if test "$command" = glue; and contains -- $word validate status runs stop resume
            set -a command $word
        end
    end
    string join \n -- $command
end

function __sluice_flags
    # An explanation may stand on the line after its flag.
    set -l help (begin
        sluice --help
        sluice (__sluice_command) --help
    end 2>/dev/null | string collect)
    string replace -ra '\n {20,}' '  ' -- $help | string split \n |
        string replace -rf '^  (?:-.,)?(--[a-z0-9-]+).*  +(\S.*)$' '$1\t$2'
end

complete -c sluice -n "test -z (__sluice_command | string collect)" -f -a "ls stat cat cp sync rm batch glue"
complete -c sluice -n "test (__sluice_command | string join ' ') = batch" -f -a "scan process run status retry forget"
complete -c sluice -n "test (__sluice_command | string join ' ') = glue" -f -a "validate status runs stop resume"
complete -c sluice -n "string match -q -- '-*' (commandline -ct)" -f -a "(__sluice_flags)"
