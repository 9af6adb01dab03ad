"""What the panel uses of MicroPython's `network`, where the network is the host's."""

STA_IF = 0


class WLAN:
    def __init__(self, interface: int) -> None:
        pass

    def isconnected(self) -> bool:
        return True

    def active(self, on: bool) -> None:  # noqa: FBT001  MicroPython's signature
        pass
