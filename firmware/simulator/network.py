"""What the panel uses of MicroPython's `network`, where the network is the host's."""

STA_IF = 0
AP_IF = 1


class WLAN:
    def __init__(self, interface: int) -> None:
        pass

    def isconnected(self) -> bool:
        return True

    def active(self, on: bool) -> None:  # noqa: FBT001  MicroPython's signature
        pass

    def config(self, **settings: object) -> None:
        if "ssid" in settings:
            print("own Wi-Fi:", settings["ssid"])
