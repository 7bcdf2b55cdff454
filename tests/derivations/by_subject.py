"""Time to event derived again, subject by subject, with nothing of the product: the answers of tests."""

import math

import pandas as pd

NOTHING = (None, None, None, None, None)


def derived(adsl, endpoint, sources, tables):
    """Rows (USUBJID, STARTDT, ADT, AVAL, CNSR, EVNTDESC, SRCSEQ) of one endpoint.

    Parameters
    ----------
    adsl : DataFrame
    endpoint : dict
        As in a file.
    sources : dict
        As in a file, with a function of a row for "where".
    tables : dict of name to DataFrame
    """
    rows = []
    for _, subject in adsl.iterrows():
        start = subject[endpoint["origin"]]
        events = _candidates(subject, endpoint["events"], sources, tables, endpoint, start, last=False)
        censors = _candidates(subject, endpoint["censors"], sources, tables, endpoint, start, last=True)
        chosen = _first(events) or _last(censors)
        if chosen is None:
            continue
        day, source, sequence = chosen
        if endpoint["before_origin"] == "raise" and pd.notna(start):
            day = max(day, start)
        aval = math.nan if pd.isna(start) else float((day - start).days + 1)
        cnsr = 0 if events else sources[source].get("CNSR", 1)
        rows.append((subject["USUBJID"], start, day, aval, cnsr, sources[source]["EVNTDESC"], sequence))
    return rows


def _candidates(subject, names, sources, tables, endpoint, start, *, last):
    """(date, source, SRCSEQ) of the record of each source that counts."""
    found = []
    for name in names:
        source = sources[name]
        records = [
            (row[source["date"]], row.get("ASEQ", math.nan))
            for row in tables[source["dataset"]].to_dict("records")
            if row["USUBJID"] == subject["USUBJID"]
            and source.get("where", lambda row: True)(row)
            and pd.notna(row[source["date"]])
        ]
        if endpoint["before_origin"] == "drop":
            records = [each for each in records if pd.isna(start) or each[0] >= start]
        if records:
            day, sequence = sorted(records)[-1 if last else 0]
            found.append((day, name, sequence))
    return found


def _first(events):
    best = None
    for each in events:  # the source listed first wins on one date
        if best is None or each[0] < best[0]:
            best = each
    return best


def _last(censors):
    best = None
    for each in censors:  # the source listed last wins on one date
        if best is None or each[0] >= best[0]:
            best = each
    return best
