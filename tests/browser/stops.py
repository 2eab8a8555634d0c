"""The whole tour: every room's pages."""

from tests.browser import tour
from tests.browser.tour import STOPS

ROOMS = [tour]
"""The modules whose import adds pages; a room with many has one of its own beside them."""

__all__ = ["ROOMS", "STOPS"]
