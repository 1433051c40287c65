# Short names for what is typed all day.

if ls --color=auto -d . >/dev/null 2>&1; then
  alias ls='ls --color=auto --group-directories-first --human-readable'
else
  alias ls='ls -G -h'
fi
alias ll='ls -l' la='ls -lA'
alias grep='grep --color=auto' diff='diff --color=auto'
alias cp='cp -i' mv='mv -i'
alias g=git gs='git status --short --branch' gd='git diff'
alias gl='git log --oneline --graph --decorate -n 20'
alias e='$EDITOR'
alias path='print -l $path'

# At any place in a line.
alias -g L='| less' T='| tally' H='| head'
# A file by itself opens in the editor.
alias -s {md,txt,toml,yaml,yml,json,lua}='$EDITOR'

# Makes a folder and goes there.
mkcd() { mkdir -p -- "$1" && cd -- "$1" }
