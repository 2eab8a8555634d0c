"""The box as an OpenID provider: its people sign in here with their name as the password."""
