"""python -m odt_async."""

from odt_async.cli import main

if __name__ == "__main__":
    main()
