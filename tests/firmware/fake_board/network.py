"""MicroPython's `network` with an access point that a test sets up."""

STA_IF = 0
asked = []
air = {"ssid": "Wall", "key": "secret", "status": 1000, "countries": []}


def country(code):
    air["countries"].append(code)


class WLAN:
    PM_NONE = 0
    PM_PERFORMANCE = 1
    _active = _connected = _trying = False

    def __init__(self, interface):
        pass

    def active(self, on):
        WLAN._active = on
        WLAN._trying = WLAN._connected = False
        asked.append(("active", on))

    def config(self, **settings):
        assert WLAN._active
        asked.append(("config", settings))

    def connect(self, ssid, key):
        if WLAN._trying:
            raise OSError("Wifi Internal State Error")
        WLAN._trying = True
        asked.append(("connect", ssid, key))
        WLAN._connected = (ssid, key) == (air["ssid"], air["key"])

    def isconnected(self):
        return WLAN._connected

    def status(self, what=None):
        return -61 if what == "rssi" else air["status"]
