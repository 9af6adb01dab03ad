"""Every secret may come by a file, which no process list and no `systemctl show` tells."""

import pytest

from hub.settings import SECRETS, BadSetting, Settings, from_environment


@pytest.mark.parametrize("name", SECRETS)
def test_secret_is_read_from_the_file_that_is_named(tmp_path, name):
    kept = tmp_path / "secret"
    kept.write_text("mqtt://u:hunter2@h\n")
    found = from_environment({f"CIRCLETIME_{name.upper()}_FILE": str(kept)})
    assert getattr(found, name) == "mqtt://u:hunter2@h"


def test_no_secret_is_told_where_settings_are():
    told = repr(Settings(**dict.fromkeys(SECRETS, "x://u:hunter2@h")))
    assert "hunter2" not in told


@pytest.mark.parametrize(
    ("content", "also", "complaint"),
    [
        (None, {}, "can't be read"),
        ("\n", {}, "nothing in"),
        ("secret", {"CIRCLETIME_SMTP_URL": "smtp://h"}, "both"),
    ],
)
def test_file_that_can_not_be_meant_is_refused(tmp_path, content, also, complaint):
    kept = tmp_path / "secret"
    if content is not None:
        kept.write_text(content)
    with pytest.raises(BadSetting, match=complaint):
        from_environment({"CIRCLETIME_SMTP_URL_FILE": str(kept)} | also)
