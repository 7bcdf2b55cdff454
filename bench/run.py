"""All benchmarks, one after the other: what `make bench` runs."""

import gating
import growth
import memory
import reading
import rules

if __name__ == "__main__":
    reading.main()
    gating.main()
    memory.main()
    rules.main()
    growth.main()
