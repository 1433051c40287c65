#!/bin/sh
# A hook for all repositories: first what the repository itself brings, then the checks of @config@.
own="$(git rev-parse --git-common-dir)/hooks/@hook@"
if [ -x "$own" ] && [ ! "$own" -ef "$0" ]; then
  "$own" "$@" || exit
fi
# Says something only when there is something to say.
if ! said="$(LEFTHOOK_CONFIG="@config@" "@lefthook@" run --no-auto-install @hook@ "$@" 2>&1)"; then
  printf '%s\n' "$said" | sed '/^ *$/d' >&2
  exit 1
fi
