import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adminui.contract import egress
from tests.contract.documents import examples

ACCEPTED = [
    ("api.example.com", "name", "api.example.com"),
    ("API.OpenAI.com", "name", "api.openai.com"),
    ("xn--bcher-kva.example", "name", "xn--bcher-kva.example"),
    ("a_b.example.com", "name", "a_b.example.com"),
    ("*.Internal.acme.example", "wildcard", "*.internal.acme.example"),
    ("10.0.0.1", "address", "10.0.0.1"),
    ("10.0.0.1/32", "address", "10.0.0.1"),
    ("2001:DB8:0::1", "address", "2001:db8::1"),
    ("10.20.0.0/16", "network", "10.20.0.0/16"),
    ("10.0.0.0/255.0.0.0", "network", "10.0.0.0/8"),
    ("0.0.0.0/0", "network", "0.0.0.0/0"),
    ("2001:0DB8::/32", "network", "2001:db8::/32"),
    ("tcp://DB.example.com:05432", "TCP", "tcp://db.example.com:5432"),
    ("TCP://10.0.0.1:22", "TCP", "tcp://10.0.0.1:22"),
    ("tcp://[2001:DB8::1]:443", "TCP", "tcp://[2001:db8::1]:443"),
]

REFUSED = [
    ("", "A target can’t be empty"),
    ("*", "“*” alone is not allowed. Give a suffix, like *.example.com"),
    ("https://api.example.com/v1", "Leave out “https://” and what follows the host: api.example.com."),
    ("HTTP://Example.com:80", "Leave out “http://” and what follows the host: example.com."),
    ("udp://a.example.com:53", "“udp://” is not allowed. Only tcp://host:port is."),
    ("localhost", "“localhost” has no dot. Give the full name, like localhost.example.com."),
    ("10.1.2.3/8", "“10.1.2.3/8” has host bits set. Did you mean 10.0.0.0/8?"),
    ("2001:db8::1/32", "has host bits set. Did you mean 2001:db8::/32?"),
    ("10.0.0.0/33", "is not a network"),
    ("example.com/path", "is not a network, like 10.0.0.0/8"),
    ("api.example.com:443", "A port needs the long form: tcp://api.example.com:443."),
    ("10.0.0.1:22", "A port needs the long form: tcp://10.0.0.1:22."),
    ("999.1.1.1", "“999.1.1.1” is not an IP address"),
    ("1.2.3", "“1.2.3” is not an IP address"),
    ("fe80::1%eth0", "An address here has no zone"),
    ("fe80::%eth0/64", "A network here has no zone"),
    ("tcp://db.example.com", "Must have a host and a port"),
    ("tcp://:80", "Must have a host and a port"),
    ("tcp://db.example.com:0", "The port must be a whole number from 1 to 65535"),
    ("tcp://db.example.com:65536", "The port must be a whole number from 1 to 65535"),
    ("tcp://db.example.com:٨٠", "The port must be a whole number from 1 to 65535"),
    ("tcp://2001:db8::1:80", "An IPv6 address stands in brackets"),
    ("tcp://db:80", "“db” has no dot"),
    ("tcp://*.example.com:80", "“*” can stand only at the start"),
    ("tcp://[10.0.0.1]:80", "“10.0.0.1” is not an IPv6 address."),
    ("a.*.example.com", "“*” can stand only at the start"),
    ("*.*.example.com", "“*” can stand only at the start"),
    ("*.10.0.0.1", "its last part is a number"),
    ("api.example.com.", "A name stands without a dot at its end."),
    ("api..example.com", "is not a target"),
    ("-api.example.com", "is not a target"),
    ("a" * 64 + ".example.com", "is not a target"),
    (".".join(["abcdefgh"] * 29), "is not a target"),
    ("x" * 301, "A target has at most 300 characters."),
    ("api.example.com db.example.com", "A target can’t contain spaces"),
    ("bücher.example", "A name is written in ASCII letters: xn--bcher-kva.example."),
    ("api.example.com\0", "is not a target"),
]


@pytest.mark.parametrize(("text", "kind", "canonical"), ACCEPTED)
def test_a_target_has_a_kind_and_one_canonical_form(text: str, kind: str, canonical: str) -> None:
    assert egress.target(text) == canonical
    assert egress.kind_of(text) == kind
    assert egress.target(canonical) == canonical
    assert egress.kind_of(canonical) == kind


@pytest.mark.parametrize(("text", "said"), REFUSED)
def test_what_is_no_target_is_refused_saying_what_would_be_right(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=r".") as refusal:
        egress.target(text)
    assert said in str(refusal.value)
    assert str(refusal.value).endswith((".", "?"))
    assert egress.kind_of(text) is None


@examples(150)
@given(
    st.one_of(
        st.text(max_size=20),
        st.text(alphabet="aB0.:/*-[]%tcp", max_size=24),
        st.ip_addresses().map(str),
        st.tuples(st.ip_addresses().map(str), st.integers(0, 128)).map(lambda pair: f"{pair[0]}/{pair[1]}"),
        st.from_regex(r"(tcp://)?([A-Za-z0-9_-]{1,5}\.){1,3}[A-Za-z]{2}(:[0-9]{1,5})?", fullmatch=True),
    )
)
@example("::ffff:10.0.0.1")
@example("\u0130.example.com")
@example("K.example")  # the Kelvin sign: its lower case is an ASCII letter
def test_the_canonical_form_is_its_own_and_refusals_are_sentences(text: str) -> None:
    try:
        canonical = egress.target(text)
    except ValueError:
        assert egress.kind_of(text) is None
        return
    assert egress.target(canonical) == canonical
    assert egress.kind_of(canonical) == egress.kind_of(text)
    assert canonical == canonical.lower()


def test_a_list_loses_duplicates_and_keeps_its_order() -> None:
    listed = ["B.example.com", "10.0.0.1/32", "b.example.com", "not one", "10.0.0.1", "a.example.com"]
    assert egress.canonical(listed) == ["b.example.com", "10.0.0.1", "not one", "a.example.com"]
    assert egress.canonical(egress.canonical(listed)) == egress.canonical(listed)
