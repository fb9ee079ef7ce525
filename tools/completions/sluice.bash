# bash completion for sluice: flags and their values come from the program's own help.
_sluice() {
  local program=$1 current=$2 previous=$3 command=() word help offers
  COMPREPLY=()
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in
      ls | stat | cat | cp | sync | rm | batch | glue) [[ ${#command[@]} -gt 0 ]] || command=("$word") ;;
    esac
    case "${command[*]} $word" in
      "batch scan" | "batch process" | "batch run" | "batch status" | "batch retry" | "batch forget") command+=("$word") ;;
      "glue validate" | "glue status" | "glue runs" | "glue stop" | "glue resume") command+=("$word") ;;
    esac
  done
  help=$("$program" --help 2>/dev/null; "$program" "${command[@]}" --help 2>/dev/null)
  if [[ $current == -* ]]; then
    offers=$(sed -nE 's/^  (-.,)?(--[a-z0-9-]+).*/\2/p' <<<"$help")
  elif [[ $previous == --* ]] && offers=$(sed -nE "s/^  (-.,)?$previous TEXT:\{([^}]*)\}.*/\2/p" <<<"$help") && [[ -n $offers ]]; then
    offers=${offers//,/ }
  elif [[ ${#command[@]} -eq 0 ]]; then
    offers="ls stat cat cp sync rm batch glue"
  elif [[ ${command[*]} == batch ]]; then
    offers="scan process run status retry forget"
  elif [[ ${command[*]} == glue ]]; then
    offers="validate status runs stop resume"
  else
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
    return
  fi
  mapfile -t COMPREPLY < <(compgen -W "$offers" -- "$current" | sort -u)
}
complete -o filenames -F _sluice sluice
