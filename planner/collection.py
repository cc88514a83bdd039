"""Work that makes many objects that all stay, without a search for garbage among them."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_collection() -> Iterator[None]:
    """A model is a million small objects: looking through them while they are made takes as long as making them.

    Freezing and thawing at the end puts them where the rare full collections look, and nothing is lost to these.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.freeze()
            gc.unfreeze()
            gc.enable()
