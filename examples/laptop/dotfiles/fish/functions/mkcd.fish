function mkcd --argument-names folder --description 'Make a folder and go there'
    mkdir -p -- $folder; and cd -- $folder
end
