"""``python -m bench``: side by side with the peers; ``length`` and ``summary`` measure ourselves.

``python -m bench [FOLDER]``: the peers in turn. ``python -m bench length``: time and memory of long
recordings. ``python -m bench summary``: our summarisation against its engine alone.
"""

from __future__ import annotations

import sys

from bench import length, side_by_side, summary

COMMANDS = {"length": length.main, "summary": summary.main, "peers": side_by_side.main}


def main(arguments: list[str]) -> None:
    name, rest = (arguments[0], arguments[1:]) if arguments[:1] else ("peers", [])
    if name in COMMANDS:
        COMMANDS[name](rest)
    else:
        side_by_side.main(arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
