"""What the site has agreed on with its OpenID provider, out of the settings; checked before the hub starts."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from hub.accounts.identities import Newcomers
from hub.settings import BadSetting, Settings

CALLBACK = "/api/v1/auth/oidc/callback"
HERE = {"127.0.0.1", "::1", "localhost"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """`role_claim` and `department_claim` None: the hub keeps its own. Of `verified_claim`, true means that the address is
    who signs in's own."""

    issuer: str
    client_id: str
    client_secret: str | None = field(repr=False)
    hub_url: str
    label: str
    scope: str
    verified_claim: str
    role_claim: str | None
    admins: frozenset[str]
    managers: frozenset[str]
    department_claim: str | None
    newcomers: Newcomers

    @property
    def redirect_uri(self) -> str:
        return self.hub_url + CALLBACK


def may_be_called(url: object) -> bool:
    """By TLS, or on this machine: codes and tokens go there, and keys come from there (RFC 9700, 2.6)."""
    if not isinstance(url, str):
        return False
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in HERE)


def terms_of(settings: Settings) -> Terms | None:
    """None where people log in with passwords alone. Raises BadSetting for what can't be meant."""
    if settings.oidc_issuer is None:
        if not settings.password_login:
            raise BadSetting(
                "CIRCLETIME_PASSWORD_LOGIN=off needs CIRCLETIME_OIDC_ISSUER: nobody could log in"
            )
        return None
    if not may_be_called(settings.oidc_issuer):
        raise BadSetting(f"CIRCLETIME_OIDC_ISSUER: {settings.oidc_issuer!r} is no https:// address")
    if not settings.oidc_client_id:
        raise BadSetting("CIRCLETIME_OIDC_ISSUER needs CIRCLETIME_OIDC_CLIENT_ID")
    if (settings.oidc_admins or settings.oidc_managers) and not settings.oidc_role_claim:
        raise BadSetting("CIRCLETIME_OIDC_ADMINS and ..._MANAGERS need CIRCLETIME_OIDC_ROLE_CLAIM")
    return Terms(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret,
        hub_url=settings.url,
        label=settings.oidc_label,
        scope=settings.oidc_scope,
        verified_claim=settings.oidc_verified_claim,
        role_claim=settings.oidc_role_claim,
        admins=frozenset(settings.oidc_admins),
        managers=frozenset(settings.oidc_managers),
        department_claim=settings.oidc_department_claim,
        newcomers=Newcomers(
            settings.oidc_new_accounts, tuple(one.lower() for one in settings.oidc_mail_domains)
        ),
    )
