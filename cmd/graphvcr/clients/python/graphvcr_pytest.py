"""The fixture `graphvcr` for pytest. In conftest.py: pytest_plugins = ["graphvcr_pytest"]."""

import os
import re

import pytest

from graphvcr import Failed, Session


@pytest.fixture
def graphvcr(request):
    """Opens sessions, which end with the test: graphvcr("users/list").url is a base URL.

    Without a name the cassette is called after the test's module and name. Options are those
    of graphvcr.Session."""
    opened = []

    def open_session(cassette=None, **options):
        if cassette is None:
            module = os.path.splitext(os.path.basename(str(request.node.path)))[0]
            cassette = module + "/" + re.sub(r"[^A-Za-z0-9_.=,+-]", "-", request.node.name)
        opened.append(Session(cassette, **options))
        return opened[-1]

    yield open_session
    told = []
    for one in opened:
        try:
            one.end()
        except Failed as failed:
            told.append(str(failed))
    if told:
        pytest.fail("\n".join(told), pytrace=False)
