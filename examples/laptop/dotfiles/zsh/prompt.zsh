# The prompt: starship where it is installed, otherwise folder, branch and a red mark after a failure.

if (( $+commands[starship] )); then
  eval "$(starship init zsh)"
  return
fi

autoload -Uz vcs_info add-zsh-hook
zstyle ':vcs_info:*' enable git
zstyle ':vcs_info:git:*' formats ' (%b)'
zstyle ':vcs_info:git:*' actionformats ' (%b, %a)'
add-zsh-hook precmd vcs_info
setopt prompt_subst
PROMPT='%F{blue}%~%F{yellow}${vcs_info_msg_0_} %(?.%F{green}.%F{red})%#%f '
[[ -n $SSH_CONNECTION ]] && PROMPT="%F{magenta}%n@%m $PROMPT"
true
