"""All benchmarks, one after the other: what `make bench` runs."""

import gating
import growth
import reading
import rules

if __name__ == "__main__":
    reading.main()
    gating.main()
    rules.main()
    growth.main()
