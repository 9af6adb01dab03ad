"""What hub and panels share: the same lines run under CPython and under MicroPython.

So nothing here imports dataclasses, datetime, enum, typing (at run time), logging or pathlib.
"""
