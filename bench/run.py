"""All benchmarks, one after the other: what `make bench` runs."""

import reading

if __name__ == "__main__":
    reading.main()
