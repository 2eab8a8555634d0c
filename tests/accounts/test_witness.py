"""Where something came from, as the record keeps it."""

import pytest
from django.test import RequestFactory

from adminui.accounts.witness import origin_of


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:DB8:0::1", "2001:db8::1"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::1"),
        ("<script>", ""),
        ("192.0.2.7\n10.0.0.1", ""),
        ("", ""),
    ],
)
def test_an_address_is_one_or_none(given: str, kept: str) -> None:
    assert origin_of(RequestFactory().get("/", REMOTE_ADDR=given)).ip == kept
