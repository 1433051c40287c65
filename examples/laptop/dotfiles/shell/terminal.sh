# For shells at a terminal; sourced with the environment.
case $- in
  *i*)
    # Ctrl-S searches forward in the history instead of freezing the screen.
    [ ! -t 0 ] || stty -ixon 2>/dev/null
    # gpg asks for passphrases where the user sits.
    [ ! -t 0 ] || export GPG_TTY="$(tty)"
    ;;
esac
