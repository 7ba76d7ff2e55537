"""A session of graphvcr for a test in Python: starts `graphvcr serve`, and fails the test for
requests that had no answer. It needs nothing but Python 3.9. MIT licensed, as graphvcr is.

    with graphvcr.session("users/list") as graph:
        urllib.request.urlopen(graph.url + "/v1.0/users")
"""

import contextlib
import os
import signal
import subprocess
import tempfile


class Failed(AssertionError):
    """What a test has to fail for: its text is graphvcr's report."""


class Session:
    """A server of one cassette. `url` is its base URL, without /v1.0."""

    def __init__(self, cassette, mode=None, args=(), fail_on="error", cwd=None, command=None):
        command = command or os.environ.get("GRAPHVCR") or "graphvcr"
        mode = os.environ.get("GRAPHVCR_MODE") or mode or "replay"
        self.cassette = cassette
        self.report = None
        self._said = tempfile.TemporaryFile(mode="w+", encoding="utf-8", errors="replace")
        self._server = subprocess.Popen(
            [command, "serve", "--cassette", cassette, "--mode", mode, "--quiet", "--fail-on", fail_on, *args],
            cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self._said, text=True, encoding="utf-8",
        )
        first = self._server.stdout.readline()
        if not first.startswith("listening on "):
            self._server.wait()
            raise Failed("graphvcr serve --cassette %s: %s%s" % (cassette, first, self._talk()))
        self.url = first[len("listening on "):].strip()

    def end(self):
        """Ends the session and returns its report; Failed where a request had no answer."""
        if self.report is not None:
            return self.report
        self._server.send_signal(signal.SIGINT)
        text, _ = self._server.communicate()
        lines = [line for line in text.splitlines() if not line.startswith("listening on ")]
        self.report = "\n".join(lines).strip() + self._talk()
        if self._server.returncode != 0:
            raise Failed("graphvcr: cassette %s:\n%s" % (self.cassette, self.report))
        return self.report

    def _talk(self):
        self._said.seek(0)
        text = self._said.read()
        self._said.close()
        return text


@contextlib.contextmanager
def session(cassette, **options):
    """A session for the time of a with statement. Options are those of Session."""
    opened = Session(cassette, **options)
    try:
        yield opened
    except BaseException:
        with contextlib.suppress(Failed):  # what failed first is told
            opened.end()
        raise
    opened.end()
