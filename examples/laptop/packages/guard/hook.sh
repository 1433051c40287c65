#!/bin/sh
# A hook for all repositories: first what the repository itself brings, then the checks of @config@.
own="$(git rev-parse --git-common-dir)/hooks/@hook@"
if [ -x "$own" ] && [ ! "$own" -ef "$0" ]; then
  "$own" "$@" || exit
fi
LEFTHOOK_CONFIG="@config@" exec "@lefthook@" run --no-auto-install @hook@ "$@"
