# Abbreviations, not aliases: they expand before the line runs, so the history holds what was really done.

status is-interactive; or exit

abbr -a g git
abbr -a gs git status --short --branch
abbr -a gd git diff
abbr -a gl git log --oneline --graph --decorate -n 20
abbr -a gc git commit
abbr -a gsw git switch
abbr -a ll ls -l
abbr -a la ls -lA
