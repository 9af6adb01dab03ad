"""The file of mosquitto's dynamic-security plugin, written whole: for thousands of panels at once.

Told over the control topic, mosquitto (2.0) writes that file anew for every command: ten thousand commands, for five
thousand panels, take it over twenty minutes. It reads the file at its start only, so it is stopped meanwhile.
"""

from __future__ import annotations

import hashlib
import os
import secrets as random_bytes
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hub.mqtt.broker_auth import Access
from hub.mqtt.dynamic_security import PREFIX, acls_of, rules_of

ROUNDS = 101
"""As mosquitto itself takes (PBKDF2 with SHA-512). A panel's secret is 256 random bits: nobody guesses those."""
SALT_BYTES = 12

Content = dict[str, Any]


def with_panels(content: Content, wanted: Mapping[str, Access], secrets: Mapping[str, str]) -> Content:
    """The file with exactly these panels, and all else as it was.

    `secrets` are those that mosquitto may not know yet; whoever has none there keeps the login that the file has. Raises
    ValueError for what is no such file.
    """
    if not isinstance(content, dict) or not all(
        isinstance(content.get(one), list) for one in ("clients", "roles")
    ):
        raise ValueError("it has no clients and roles: make it with mosquitto_ctrl dynsec init")
    others = [one for one in content["clients"] if not _is_panel(one)]
    before = {one["username"]: one for one in content["clients"] if _is_panel(one)}
    logins = {one: _login(one, secrets[one]) for one in wanted if one in secrets}
    panels = [logins.get(one) or before[one] for one in sorted(wanted) if one in logins or one in before]
    roles = [one for one in content["roles"] if not str(one.get("rolename")).startswith(PREFIX)]
    roles += [_role(one["username"], wanted[one["username"]]) for one in panels]
    return content | {"clients": others + panels, "roles": roles}


def _is_panel(client: Any) -> bool:
    return any(str(role.get("rolename")).startswith(PREFIX) for role in client.get("roles", ()))


def _role(panel_id: str, access: Access) -> dict[str, Any]:
    return {"rolename": PREFIX + panel_id, "acls": acls_of(sorted(rules_of(access)))}


def _login(panel_id: str, secret: str) -> dict[str, Any]:
    salt = random_bytes.token_bytes(SALT_BYTES)
    return {
        "username": panel_id,
        "clientid": panel_id,
        "roles": [{"rolename": PREFIX + panel_id}],
        "password": b64encode(hashlib.pbkdf2_hmac("sha512", secret.encode(), salt, ROUNDS)).decode(),
        "salt": b64encode(salt).decode(),
        "iterations": ROUNDS,
    }


def replace(path: Path, content: bytes) -> None:
    """Whole or not at all, for the same owner, and for nobody else than before."""
    before = path.stat()
    beside = path.with_name(path.name + ".new")
    beside.unlink(missing_ok=True)
    file = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(file, "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
        if os.geteuid() == 0:
            os.fchown(opened.fileno(), before.st_uid, before.st_gid)
        os.fchmod(opened.fileno(), before.st_mode & 0o777)
    beside.replace(path)
