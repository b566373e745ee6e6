"""``python -m retime``: the command, where it is not on the PATH."""

from retime.cli import main

main()
