"""What stops the tool, as opposed to what is wrong with the data."""


class CannotTell(Exception):  # noqa: N818 - named for the exit code it stands for
    """The tool could not do its work: nothing there, no access, a limit passed. The command exits with 2.

    `what` says what happened, `mend` what to do about it.
    """

    def __init__(self, what: str, mend: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.mend = mend
