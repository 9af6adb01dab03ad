"""What the glass says, one table for each language but English; only the chosen one is in memory.

A key is what the screens say in English (or a problem's slug). What a table lacks is said in English;
tests/firmware/test_languages.py finds it.
"""

LANGUAGES = ("en", "de", "fr", "es")
