"""All benchmarks, one after the other: what `make bench` runs."""

import adverse_events
import define_xml
import derive
import derive_upstream
import diff
import formats
import gating
import growth
import intervals
import memory
import reading
import rules
import sas7bdat
import scale
import shapes
import writing

if __name__ == "__main__":
    reading.main()
    sas7bdat.main()
    writing.main()
    formats.main()
    gating.main()
    memory.main()
    rules.main()
    shapes.main()
    intervals.main()
    adverse_events.main()
    diff.main()
    define_xml.main()
    derive.main()
    derive_upstream.main()
    growth.main()
    scale.main()
