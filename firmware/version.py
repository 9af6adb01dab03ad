"""Which firmware this is. Whoever packs one for panels gives it a number of its own."""

VERSION = "0.1.0"
