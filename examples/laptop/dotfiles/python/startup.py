"""Interactive Python: history in its place, and results that can be read. Found through PYTHONSTARTUP."""

import os
import sys
from pprint import pprint as _pprint


def _history():
    import atexit
    import readline

    state = os.environ.get("XDG_STATE_HOME", os.path.expanduser("~/.local/state"))
    path = os.path.join(state, "python_history")
    os.makedirs(state, exist_ok=True)
    try:
        readline.read_history_file(path)
    except OSError:
        pass
    readline.set_history_length(10_000)
    atexit.register(lambda: readline.write_history_file(path))


def _show(value):
    if value is not None:
        import builtins

        builtins._ = value
        _pprint(value, width=100, sort_dicts=False)


if sys.version_info < (3, 13):  # later ones do both by themselves
    try:
        _history()
    except ImportError:
        pass
sys.displayhook = _show
