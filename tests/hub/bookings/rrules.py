"""Recurrence rules as sound calendars write them, for hypothesis."""

from hypothesis import strategies as st

WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


def listed(values, most=3):
    return st.lists(values, min_size=1, max_size=most, unique=True).map(
        lambda found: ",".join(str(one) for one in found)
    )


@st.composite
def rules(draw):
    """Sound rules without an end; what dateutil reads otherwise is left out: BYSETPOS of a week, whose first
    it cuts short, and BYDAY=MO,2TU, of which it wants both at once."""
    freq = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    long = freq in {"MONTHLY", "YEARLY"}
    parts = [f"FREQ={freq}", f"INTERVAL={draw(st.integers(1, 4))}"]
    counted = long and draw(st.booleans())
    ordinal = st.sampled_from(["1", "2", "5", "-1", "-2"]) if counted else st.just("")
    by = []
    if draw(st.booleans()):
        by.append("BYDAY=" + draw(listed(st.tuples(ordinal, st.sampled_from(WEEKDAYS)).map("".join), 4)))
    if freq != "WEEKLY" and draw(st.booleans()):
        by.append("BYMONTHDAY=" + draw(listed(st.sampled_from([*range(1, 32), -1, -2, -10]), 8)))
    if draw(st.booleans()):
        by.append("BYMONTH=" + draw(listed(st.integers(1, 12), 6)))
    if by and long and draw(st.booleans()):
        by.append("BYSETPOS=" + draw(listed(st.sampled_from([1, 2, 3, -1, -2]), 2)))
    if freq == "WEEKLY":
        by.append("WKST=" + draw(st.sampled_from(WEEKDAYS)))
    return ";".join(parts + by)
