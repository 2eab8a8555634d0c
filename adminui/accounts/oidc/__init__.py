"""The OpenID provider that people sign in with: what it is, what is asked of it, what of its answers is believed."""
