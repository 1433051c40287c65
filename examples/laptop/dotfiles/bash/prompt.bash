# The prompt: starship where it is installed, otherwise folder, branch and a red mark after a failure.

if command -v starship >/dev/null; then
  eval "$(starship init bash)"
  return
fi

_prompt_branch() {
  local head dir="$PWD"
  # Reading one file is a hundred times faster than asking git, and a prompt must not be waited for.
  while [[ -n $dir ]]; do
    if [[ -f $dir/.git/HEAD ]]; then
      read -r head <"$dir/.git/HEAD"
      case $head in
        ref:*) printf ' (%s)' "${head#ref: refs/heads/}" ;;
        *) printf ' (%.7s)' "$head" ;;
      esac
      return
    fi
    dir="${dir%/*}"
  done
}

_prompt() {
  local last=$? mark='\[\e[32m\]'
  ((last == 0)) || mark='\[\e[31m\]'
  PS1='\[\e[34m\]\w\[\e[33m\]$(_prompt_branch) '"$mark"'\$\[\e[0m\] '
  # Terminals of other people show whose machine this is.
  [[ -z ${SSH_CONNECTION:-} ]] || PS1='\[\e[35m\]\u@\h '"$PS1"
}
PROMPT_COMMAND="_prompt${PROMPT_COMMAND:+; $PROMPT_COMMAND}"
