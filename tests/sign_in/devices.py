"""A virtual authenticator that holds passkeys, for tests in Chromium."""

OPTIONS = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def add_authenticator(page):
    """Give `page` an authenticator that always consents; return a function that counts its
    passkeys.
    """
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    key = session.send("WebAuthn.addVirtualAuthenticator", {"options": OPTIONS})["authenticatorId"]
    return lambda: len(
        session.send("WebAuthn.getCredentials", {"authenticatorId": key})["credentials"]
    )


def set_up_passkey(page, site: str, password: str) -> None:
    """Set up a passkey for the user who is signed in on `page`."""
    page.goto(f"{site}/konto/sicherheit/passkeys/neu/")
    page.get_by_label("Passwort").fill(password)
    page.get_by_role("button", name="Bestätigen").click()
    page.get_by_role("button", name="Passkey einrichten").click()
    page.get_by_role("heading", name="Ersatzcodes").wait_for()
