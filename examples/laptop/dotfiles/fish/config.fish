# fish. Managed by sys; for this machine only: ~/.config/fish/local.fish

# What sys manages: PATH, environment, completions.
for root in $SYSLUA_ROOT (set -q XDG_DATA_HOME; and echo $XDG_DATA_HOME; or echo ~/.local/share)/syslua \
        /syslua /opt/syslua
    if test -r "$root/env.fish"
        source "$root/env.fish"
        break
    end
end

status is-interactive; or exit

set -g fish_greeting
fish_default_key_bindings
bind \cx\ce edit_command_buffer

for tool in starship direnv zoxide fzf
    command -q $tool; or continue
    switch $tool
        case direnv
            direnv hook fish | source
        case fzf
            fzf --fish 2>/dev/null | source
        case '*'
            $tool init fish | source
    end
end

test -r ~/.config/fish/local.fish; and source ~/.config/fish/local.fish
true
