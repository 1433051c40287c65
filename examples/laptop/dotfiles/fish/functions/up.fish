function up --argument-names want --description 'Go up: n folders, or to the nearest one of a name'
    test -n "$want"; or set want 1
    set -l at $PWD
    if string match -qr '^\d+$' -- $want
        for n in (seq $want)
            set at (path dirname $at)
        end
    else
        while test $at != /; and test (path basename $at) != $want
            set at (path dirname $at)
        end
        if test $at = /
            echo "up: no folder named $want above here" >&2
            return 1
        end
    end
    cd $at
end
