# Small things that are too long for an alias.

# Makes a folder and goes there.
mkcd() {
  mkdir -p -- "$1" && cd -- "$1" || return
}

# Goes up: `up`, `up 3`, or `up src` to the nearest folder above of that name.
up() {
  local want="${1:-1}" at="$PWD"
  if [[ $want =~ ^[0-9]+$ ]]; then
    while ((want-- > 0)); do at="${at%/*}"; done
  else
    while [[ -n $at && ${at##*/} != "$want" ]]; do at="${at%/*}"; done
    [[ -n $at ]] || { echo "up: no folder named $want above here" >&2; return 1; }
  fi
  cd -- "${at:-/}" || return
}

# Shows which file, alias or function a name really is, and the file's links up to the end.
what() {
  type -a -- "$1" || return
  local file
  file="$(type -P -- "$1")" && [[ -L $file ]] && echo "→ $(readlink -f -- "$file")"
  true
}

# The largest things in a folder.
largest() {
  du -ahx -- "${1:-.}" 2>/dev/null | sort -rh | head -n "${2:-15}"
}
