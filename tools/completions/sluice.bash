# bash completion for sluice: commands and flags come from the program's own help.
_sluice() {
  local current=${COMP_WORDS[COMP_CWORD]} words=() word
  COMPREPLY=()
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in ls | stat | cat | cp | sync | rm | batch | scan | process | run | status | retry | forget) words+=("$word") ;; esac
  done
  if [[ $current == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$({ sluice --help; sluice "${words[@]}" --help; } 2>/dev/null | grep -oE -- '--[a-z0-9-]+' | sort -u)" -- "$current")
  elif [[ ${#words[@]} -eq 0 ]]; then
    mapfile -t COMPREPLY < <(compgen -W "ls stat cat cp sync rm batch" -- "$current")
  elif [[ ${words[*]} == batch ]]; then
    mapfile -t COMPREPLY < <(compgen -W "scan process run status retry forget" -- "$current")
  else
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
  fi
}
complete -o filenames -F _sluice sluice
