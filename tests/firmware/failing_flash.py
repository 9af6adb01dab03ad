"""A flash memory for scripts that MicroPython runs."""


def failing_flash(blocks: int) -> str:
    """The script that defines `Flash`, of so many blocks of 4 KB; it wants `errno`."""
    return f"BLOCKS = {blocks}\n" + _FLASH


_FLASH = """
BYTES, ERASED = bytearray(BLOCKS * 4096), b"\\xff" * 4096

class Flash:
    '''Flash memory whose power fails at its `left`-th operation, which it leaves half done.'''
    def __init__(self, erased=True):
        self.bytes, self.left, self.dead = BYTES, -1, False
        for block in range(BLOCKS if erased else 0):
            BYTES[block * 4096 : (block + 1) * 4096] = ERASED
    def operate(self, at, content):
        if self.dead:
            return -errno.EIO
        if self.left == 0:
            content, self.dead = content[: len(content) // 2], True
        self.left -= 1
        self.bytes[at : at + len(content)] = content
        return -errno.EIO if self.dead else 0
    def readblocks(self, block, buffer, offset=0):
        at = block * 4096 + offset
        buffer[:] = memoryview(self.bytes)[at : at + len(buffer)]
    def writeblocks(self, block, buffer, offset=0):
        return self.operate(block * 4096 + offset, bytes(buffer))
    def ioctl(self, operation, block):
        if operation == 6:
            return self.operate(block * 4096, ERASED)
        return {4: BLOCKS, 5: 4096}.get(operation, 0)
"""
