"""A provider's claims about somebody as the hub understands them. They are a stranger's text: what does not fit is left out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from msgspec import UNSET, UnsetType

from hub.accounts.account import ADMIN, MANAGER, MEMBER
from hub.accounts.identities import Person
from hub.sign_in.terms import Terms

_UNWRITABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
LONGEST = 255


def wanted(terms: Terms) -> set[str]:
    """The claims that the hub looks for, by the first name of their path."""
    paths = ["email", terms.verified_claim, terms.role_claim, terms.department_claim]
    return {path if ":" in path else path.split(".")[0] for path in paths if path}


def person_in(claims: Mapping[str, Any], terms: Terms) -> Person:
    email = _verified_address(claims, terms)
    name = (
        _line(claims.get("name"))
        or _line(claims.get("preferred_username"))
        or (email or "").partition("@")[0]
    )
    department = _line(_at(claims, terms.department_claim))
    return Person(
        issuer=terms.issuer,
        subject=claims["sub"],
        email=email,
        name=name or "?",
        role=_role(claims, terms),
        department=department or UNSET,
    )


def _verified_address(claims: Mapping[str, Any], terms: Terms) -> str | None:
    """Entra says `xms_edov: "1"`, others `email_verified: true`, some in quotes."""
    verified = str(_at(claims, terms.verified_claim)).lower() in {"true", "1"}
    email = claims.get("email")
    return email if verified and isinstance(email, str) and "@" in email else None


def _role(claims: Mapping[str, Any], terms: Terms) -> str | UnsetType:
    """The highest. Who has none of the values is a member; where the groups are too many to be told here, and lie elsewhere
    (OpenID Core, 5.6.2), nothing is said."""
    if terms.role_claim is None:
        return UNSET
    found = _at(claims, terms.role_claim)
    elsewhere = claims.get("_claim_names")
    if found is None and isinstance(elsewhere, dict) and terms.role_claim in elsewhere:
        return UNSET
    values = {one for one in (found if isinstance(found, list) else [found]) if isinstance(one, str)}
    if values & terms.admins:
        return ADMIN
    return MANAGER if values & terms.managers else MEMBER


def _at(claims: Mapping[str, Any], path: str | None) -> Any:
    """By its whole name, or as a path: Keycloak's roles are at `realm_access.roles`."""
    if path is None or path in claims:
        return claims.get(path) if path else None
    found: Any = claims
    for step in path.split("."):
        found = found.get(step) if isinstance(found, dict) else None
    return found


def _line(value: object) -> str:
    return _UNWRITABLE.sub(" ", value).strip()[:LONGEST].strip() if isinstance(value, str) else ""
