"""What can go wrong between this program and the provider, each with the page that tells it.

ProviderError
├ Down        it can't be reached, is too slow, or fails: may pass by itself
├ Misset      it doesn't know this program as it is set up, or isn't what the settings say: scopes, discovery document
│ ├ WrongSecret   the client id or its secret
│ └ WrongAddress  the address to come back to
├ Untrusted   its answer isn't what it must be: signature, issuer, audience, nonce …
│ └ WrongClock  only the times in it are wrong
├ Strayed     the answer belongs to no sign-in that this browser began, or to one that is over
├ UsedUp      the code or the refresh token isn't taken: used before, too old, or revoked
├ Declined    the person, or the provider for them, said no
└ NotAdmitted the provider knows them, and the settings here don't let them in

The sentence is for whoever wanted to sign in and says nothing that helps to guess; `why` is exact and for the log.
"""


class ProviderError(Exception):
    """`status` of the page, its `title` and `sentence`; both may name the provider as {name}."""

    status = 502
    title = "Signing in with {name} failed"
    sentence = "Nobody was signed in. Try again; if it stays, tell who runs this program."
    event = True
    """Whether it is worth an event: somebody came who isn't let in, rather than something being down."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Down(ProviderError):
    """Nothing wrong with the person or the settings, as far as can be told."""

    status = 503
    title = "{name} can’t be reached"
    sentence = "It isn’t answering, or failing, so nobody can sign in with it right now. Nothing of yours is lost."
    event = False


class Misset(ProviderError):
    """Only who runs this program can mend it."""

    title = "{name} and this program don’t fit together"
    sentence = (
        "The settings that this program has for it aren’t right. Trying again won’t help; tell who runs this program."
    )
    event = False


class WrongSecret(Misset):
    """The provider refuses this program, whoever it comes with."""

    title = "{name} doesn’t know this program"
    sentence = (
        "It refuses the client id or the secret that the settings here have for it. Trying again won’t help; tell who "
        "runs this program."
    )


class WrongAddress(Misset):
    """The provider would send people elsewhere."""

    title = "{name} doesn’t know this address"
    sentence = (
        "The address to come back to after signing in isn’t the one that is registered for this program there. Trying "
        "again won’t help; tell who runs this program, and by which address you came."
    )


class Untrusted(ProviderError):
    """Whatever it was, nobody is signed in on its word."""

    title = "What {name} said can’t be trusted"
    sentence = "Its answer wasn’t signed for this sign-in as it must be, so nobody was signed in. Begin once more."


class WrongClock(Untrusted):
    """The signature is right, the times aren't."""

    title = "The clocks differ"
    sentence = (
        "By this server’s clock, the answer of {name} is from too long ago or from the future. "
        "Who runs this program has to set the clock."
    )
    event = False


class Strayed(ProviderError):
    """Another browser's, one that was begun too long ago, or cookies that weren't kept."""

    status = 400
    title = "This sign-in isn’t under way any more"
    sentence = (
        "It was begun in another browser or too long ago, or it is done already. Begin once more; if it comes back, "
        "let your browser keep this site’s cookies."
    )
    event = False  # any site can send a browser back here with made-up words: nobody is kept from signing in by that


class UsedUp(ProviderError):
    """Refused by the provider's token endpoint."""

    status = 400
    title = "This sign-in was used up"
    sentence = "{name} takes each answer once and for a short time only. Begin once more."


class Declined(ProviderError):
    """The provider sent the person back without a code."""

    status = 403
    title = "{name} didn’t sign you in"
    sentence = "You or your provider said no. Begin once more, or ask who looks after your account there."


class NotAdmitted(ProviderError):
    """`sentence` says what is missing, which is no secret to the person."""

    status = 403
    title = "You may not come in"

    def __init__(self, why: str, sentence: str) -> None:
        super().__init__(why)
        self.sentence = sentence
