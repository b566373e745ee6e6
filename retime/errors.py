"""The one exception that a user's input may raise."""


class InputError(Exception):
    """Something the user gave cannot be used.

    The message names the file, says what is wrong with it and what to do. The command line prints
    it without a traceback and exits with code 1; every other exception is a bug of this program.
    """
