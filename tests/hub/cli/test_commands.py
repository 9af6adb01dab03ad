"""What an operator is told who mistypes: a sentence, never a traceback."""

import os
import subprocess
import sys

import pytest


def circletime(*words, **environment):
    """The command with nobody at its terminal."""
    return subprocess.run(
        [sys.executable, "-m", "hub", *words],
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


ADD = ("user", "add", "ada@example.org", "--name", "Ada")


@pytest.mark.parametrize(
    ("words", "environment", "told"),
    [
        (("serve", "--port", "99999"), {}, "99999"),
        (("serve", "--mqtt-port", "-1"), {}, "mqtt-port"),
        (("serve",), {"CIRCLETIME_PORT": "http"}, "CIRCLETIME_PORT"),
        (("serve",), {"CIRCLETIME_BROKER_URL": "mqtt://elsewhere"}, "CIRCLETIME_BROKER_URL"),
        (("serve", "--mqtts-port", "8883"), {}, "--mqtts-certificate"),
        ((*ADD, "--data-dir", "/proc/nowhere"), {"CIRCLETIME_PASSWORD": "long enough"}, "/proc/nowhere"),
        (ADD, {"CIRCLETIME_PASSWORD": "short"}, "8 to 1024"),
        (ADD, {"CIRCLETIME_PASSWORD": ""}, "CIRCLETIME_PASSWORD"),
        (("user", "add", "nobody", "--name", "Ada"), {"CIRCLETIME_PASSWORD": "long enough"}, "e-mail"),
        (("dance",), {}, "dance"),
    ],
)
def test_mistakes_are_told_in_a_sentence(tmp_path, words, environment, told):
    done = circletime(*words, **{"CIRCLETIME_DATA_DIR": str(tmp_path)} | environment)
    assert done.returncode in {1, 2}
    assert told in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "words", [(), ("serve",), ("demo",), ("user", "add"), ("import",), ("panel", "simulate")]
)
def test_every_command_explains_itself(words):
    done = circletime(*words, "--help")
    assert done.returncode == 0
    assert "circletime" in done.stdout


def test_user_who_exists_is_not_made_again(tmp_path):
    where = {"CIRCLETIME_DATA_DIR": str(tmp_path), "CIRCLETIME_PASSWORD": "long enough"}
    assert circletime(*ADD, **where).returncode == 0
    again = circletime(*ADD, **where)
    assert (again.returncode, "already" in again.stderr) == (2, True)
