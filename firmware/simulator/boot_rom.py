"""What a board does at a reset: it runs `boot.py`, which lies at the root of its flash and in no slot."""


def run() -> None:
    path = __file__.rsplit("/", 2)[0] + "/boot.py"
    with open(path) as file:
        program = compile(file.read(), path, "exec")
    exec(program, {"__name__": "__main__"})  # noqa: S102  so does a board
