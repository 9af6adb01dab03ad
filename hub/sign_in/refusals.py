"""What can be refused where an OpenID provider is asked who somebody is; each slug once (docs/problems.md)."""

from __future__ import annotations

from hub.errors import Forbidden, NotFound, Unavailable


def no_provider() -> NotFound:
    return NotFound(
        "no-sign-in-provider", "This hub asks no sign-in provider", "Log in with your password instead."
    )


def password_login_off() -> Forbidden:
    return Forbidden(
        "password-login-off",
        "Nobody logs in with a password here",
        "Sign in by the provider that the login page names.",
    )


def unreachable(detail: str) -> Unavailable:
    return Unavailable("provider-unreachable", "The sign-in provider can't be asked", detail)


def not_sound(detail: str) -> Forbidden:
    """An answer that is not, or not surely, the provider's own to this sign-in."""
    return Forbidden("sign-in-not-sound", "The sign-in provider's answer does not hold", detail)


def refused(detail: str) -> Forbidden:
    return Forbidden("sign-in-refused", "The sign-in provider did not let you through", detail)
