function fish_prompt --description 'Folder, branch, and a red mark after a failure'
    set -l last $status
    set -q SSH_CONNECTION; and echo -ns (set_color magenta) $USER@(prompt_hostname) ' '
    echo -ns (set_color blue) (prompt_pwd --full-length-dirs 2) (set_color yellow) (fish_git_prompt)
    if test $last -eq 0
        set_color green
    else
        set_color red
    end
    echo -ns ' > ' (set_color normal)
end
