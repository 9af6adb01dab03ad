"""Words in other scripts as pictures, with the fonts of this machine: what a panel's golden frames are made of.

After a change: `CIRCLETIME_UPDATE_GOLDEN=1 pytest tests/hub/panel/test_scripts.py`, then look at the panel's frames.
"""

import json
import os
from base64 import b64decode
from pathlib import Path

import pytest

from hub.panel import scripts
from shared.text_strip import DETAIL, NAME, STYLES, TITLE, strip_reply
from tools import fonts

PICTURES = Path(__file__).parents[2] / "firmware" / "pictures.json"
WORDS = {
    "chinese": ("四季会议室", "季度规划：设计团队与平台团队全体成员", "王小明", "产品评审"),  # noqa: RUF001
    "japanese": ("ひまわり会議室", "四半期計画ミーティング", "山田 太郎", "デザインレビュー"),
    "korean": ("해바라기 회의실", "분기 계획 회의", "김민준", "디자인 검토"),
    "arabic": ("قاعة الياسمين", "اجتماع تخطيط الربع الأول مع الفريق", "ليلى حداد", "مراجعة التصميم Q4"),
    "hebrew": ("חדר הרימון", "פגישת תכנון רבעונית 2026", "נועה לוי", "סקירת עיצוב"),
    "hindi": ("सूरजमुखी कक्ष", "त्रैमासिक योजना बैठक", "प्रिया शर्मा", "डिज़ाइन समीक्षा"),
    "emoji": ("🌻 Sunflower", "🎉 Team lunch 🍕", "Ada 🚀", "📐 Lab tour"),
}
ORDER = (NAME, TITLE, DETAIL, TITLE)

needs_fonts = pytest.mark.skipif(
    bool(scripts.missing()) and not os.environ.get("CI"),
    reason=f"no fonts for {scripts.missing()}: {fonts.HOW}",
)


def drawn(script):
    said = [
        strip_reply("x", *scripts.picture(style, text))
        for style, text in zip(ORDER, WORDS[script], strict=True)
    ]
    return [
        json.loads(reply) | {"style": style, "text": text}
        for reply, style, text in zip(said, ORDER, WORDS[script], strict=True)
    ]


@needs_fonts
@pytest.mark.parametrize("script", WORDS)
def test_words_are_drawn_as_they_were_looked_at(script):
    known = json.loads(PICTURES.read_text()) if PICTURES.exists() else {}
    if "CIRCLETIME_UPDATE_GOLDEN" in os.environ:
        known[script] = drawn(script)
        PICTURES.write_text(json.dumps(known, ensure_ascii=False, indent=1) + "\n")
    assert drawn(script) == known[script]


@needs_fonts
def test_a_picture_is_never_larger_than_its_style():
    for words in ("会" * 120, "W" * 120, "שלום " * 20, " ", "\u200f", "é" * 60, "مرحبا" * 20):
        for style, (widest, lines, line_px, _, _) in enumerate(STYLES):
            width, height, dots = scripts.picture(style, words)
            assert 0 < width <= widest
            assert 0 < height <= lines * line_px
            assert len(dots) == (width + 7) // 8 * height


@needs_fonts
def test_arabic_is_joined_and_runs_from_the_right():
    """Joined letters are another picture than the same letters kept apart, and a later letter stands further left."""
    joined, apart = scripts.picture(TITLE, "سسس"), scripts.picture(TITLE, "س\u200cس\u200cس")
    assert joined != apart
    width, _, dots = scripts.picture(TITLE, "اس")
    columns = [
        any(dots[row * ((width + 7) // 8) + x // 8] >> (7 - x % 8) & 1 for row in range(12))
        for x in range(width)
    ]
    assert columns.index(True) > width // 2, "alif, the first letter and the tall one, is at the right"


def test_script_without_a_font_is_named(monkeypatch, caplog):
    monkeypatch.setattr(scripts, "_file", lambda name: None if "Hebrew" in name else Path("x"))
    assert scripts.missing()[0] == "Hebrew"
    scripts.report_missing()
    assert "no font for: Hebrew" in caplog.text
    scripts._font.cache_clear()
    with pytest.raises(scripts.Unwritable, match="Hebrew"):
        scripts.picture(TITLE, "שלום!")


def test_known_pictures_are_whole():
    for pictures in json.loads(PICTURES.read_text()).values():
        for one in pictures:
            assert len(b64decode(one["dots"])) == (one["width"] + 7) // 8 * one["height"]
