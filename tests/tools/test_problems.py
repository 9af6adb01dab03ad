"""docs/problems.md and the code say the same."""

from collections import Counter

from tools import problems


def test_page_lists_every_refusal_of_the_code():
    assert (problems.ROOT / "docs/problems.md").read_text() == problems.page(), (
        "run: python tools/problems.py > docs/problems.md"
    )


def test_one_slug_has_one_status_and_one_sentence():
    slugs = Counter(slug for slug, _, _ in problems.problems())
    assert [slug for slug, times in slugs.items() if times > 1] == []
