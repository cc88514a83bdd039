"""Options of the tests, and the guard of sockets: no test leaves this machine."""

from __future__ import annotations

import sys
from collections.abc import Generator
from typing import Any

import pytest

#: files whose tests may connect to this machine itself: the cluster, and the browser
ON_LOOPBACK = ("sweep/test_sweep.py", "page/test_browser.py", "app/test_browser.py")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-golden", action="store_true", help="write the golden texts of tests/algebra, and fail")


class Sockets:
    """Every connection and every look-up of a name, as Python reports it before it is made; most are refused."""

    def __init__(self) -> None:
        self.loopback, self.refused = False, list[str]()

    def watch(self, event: str, given: tuple[Any, ...]) -> None:
        """Raises ConnectionRefusedError; the test that asked fails even where that is swallowed."""
        if event not in ("socket.connect", "socket.sendto", "socket.getaddrinfo"):
            return
        address = given[0] if event == "socket.getaddrinfo" else given[-1]
        host = address[0] if isinstance(address, tuple) else address if event == "socket.getaddrinfo" else None
        if host is None:  # a file of this machine, or its own name
            return
        if self.loopback and str(host) in ("127.0.0.1", "::1", "localhost"):
            return
        self.refused.append(f"{event} {host}")
        raise ConnectionRefusedError(f"a test may not reach {host}")

    def guard(self, item: pytest.Item) -> Generator[None, Any, Any]:
        self.loopback = item.path.as_posix().endswith(ON_LOOPBACK)
        done = yield
        refused, self.refused = self.refused, []
        assert not refused, f"{item.nodeid} leaves its process: {refused}"
        return done


SOCKETS = Sockets()
sys.addaudithook(SOCKETS.watch)


@pytest.fixture
def sockets() -> Sockets:
    """The guard that every test runs under."""
    return SOCKETS


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, Any, Any]:
    return (yield from SOCKETS.guard(item))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    return (yield from SOCKETS.guard(item))
