"""The whole tour: every room's pages."""

from tests.browser import stops_accounts, stops_editor, stops_history, stops_restore, tour
from tests.browser.tour import STOPS

ROOMS = [tour, stops_accounts, stops_editor, stops_history, stops_restore]
"""The modules whose import adds pages; a room with many has one of its own beside them."""

__all__ = ["ROOMS", "STOPS"]
