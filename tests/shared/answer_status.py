"""Run under MicroPython: answers `[state, now, contact]` lines with the status found there."""

import json
import sys

from shared.room_status import next_change_at, status_at

while True:
    line = sys.stdin.readline()
    if not line:
        break
    state, now, contact = json.loads(line)
    found = status_at(state, now, contact)
    answer = [found.status, found.checked_in, found.until, found.until_known, next_change_at(state, now)]
    answer += [m and m["id"] for m in (found.current, found.next, found.check_in)]
    print(json.dumps(answer))
