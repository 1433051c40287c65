#!/bin/sh
# guard: runs the checks that a commit would run, now.
LEFTHOOK_CONFIG="@config@" exec "@lefthook@" run --no-auto-install @hook@ "$@"
