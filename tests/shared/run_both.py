"""Runs the tests of one module, by whichever interpreter runs this: a line each, and exit code 1 if one failed."""

import sys

name = sys.argv[1]
module = __import__("tests.shared." + name, None, None, ("x",))
failed = 0
for test in sorted(dir(module)):
    if test.startswith("test_"):
        try:
            getattr(module, test)()
            print("passed", test)
        except Exception as error:  # noqa: BLE001  whatever a test raises, it failed
            failed += 1
            print("failed", test)
            if hasattr(sys, "print_exception"):
                sys.print_exception(error)
            else:
                import traceback

                traceback.print_exception(error)
sys.exit(1 if failed else 0)
