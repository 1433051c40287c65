# Short names for what is typed all day.

# Colours where the tools know them: GNU, then BSD.
if ls --color=auto -d . >/dev/null 2>&1; then
  alias ls='ls --color=auto --group-directories-first --human-readable'
else
  alias ls='ls -G -h'
fi
alias ll='ls -l'
alias la='ls -lA'
alias lt='ls -lt | head -n 20'
alias grep='grep --color=auto'
alias diff='diff --color=auto'

# Ask before something is lost.
alias cp='cp -i'
alias mv='mv -i'
rm --version >/dev/null 2>&1 && alias rm='rm -I'

alias ..='cd ..'
alias ...='cd ../..'
alias -- -='cd -'

alias g='git'
alias gs='git status --short --branch'
alias gd='git diff'
alias gl='git log --oneline --graph --decorate -n 20'

alias e='"$EDITOR"'
alias path='tr : "\n" <<<"$PATH"'
alias week='date +%V'
