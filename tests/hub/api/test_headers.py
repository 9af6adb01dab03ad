"""What every answer tells a browser: load nothing from elsewhere, guess nothing, stand in no frame."""

PATHS = ("/", "/rooms", "/api/v1/rooms", "/api/v1/no/such/thing", "/health/live", "/assets/none")


def test_every_answer_has_the_strict_headers(rest):
    for path in PATHS:
        headers = rest.client.get(path, headers=rest.headers("nadia")).headers
        policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
        assert policy["default-src"] == "'self'"
        assert (policy["frame-ancestors"], policy["base-uri"]) == ("'none'", "'none'")
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert "server" not in headers


def test_cookie_is_for_this_site_and_no_script(rest):
    body = {"email": "una@example.org", "name": "Una", "role": "member", "password": "long enough"}
    assert rest.post("/users", json=body, who="ada").status_code == 201
    login = {"email": body["email"], "password": body["password"]}
    said = rest.client.post("/api/v1/auth/login", json=login).headers["set-cookie"].lower()
    assert {"httponly", "samesite=lax", "path=/"} <= {part.strip() for part in said.split(";")}
