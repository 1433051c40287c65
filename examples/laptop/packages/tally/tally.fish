complete -c tally -s n -x -a '5 10 20 50' -d 'Only the most frequent lines'
complete -c tally -s p -d 'Plain, without bars'
complete -c tally -s V -d 'Version'
