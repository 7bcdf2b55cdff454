"""`adamgate cuminc`: what a user types, sees and finds written, and the exit codes."""

import json
from pathlib import Path

import numpy as np
import pytest

CAUSES = ["relapse: EVNTDESC == 'Relapse'", "death: EVNTDESC == 'Death'"]
RECORDS = [
    (1, 0, "Relapse"), (30, 0, "Death"), (30, 0, "Death"), (50, 0, "Relapse"),
    (60, 0, "Relapse"), (60, 0, "Death"), (60, 1, "Alive"), (70, 0, "Death"),
]  # fmt: skip


@pytest.mark.slow
def test_the_command(run, delivered, snapshot):
    subjects = "".join(f"S,S-{n:02},{n:02},007,5{n},YEARS,F,WHITE,X,X,1,Y\n" for n in range(8))
    events = "".join(
        f"S,S-{n:02},DFS,Disease-free survival (days),{time},{cnsr},{described},2020-01-01,"
        f"{np.datetime64('2020-01-01') + time - 1}\n"
        for n, (time, cnsr, described) in enumerate(RECORDS)
    )
    delivered(
        adsl=f"STUDYID,USUBJID,SUBJID,SITEID,AGE,AGEU,SEX,RACE,ARM,TRT01P,TRT01PN,SAFFL\n{subjects}",
        adtte=f"STUDYID,USUBJID,PARAMCD,PARAM,AVAL,CNSR,EVNTDESC,STARTDT,ADT\n{events}",
    )
    causes = [word for each in CAUSES for word in ("--cause", each)]
    code, out, err = run("cuminc", "data", "--param", "DFS", *causes, "--at", "60", "--naive", "-o", "i.csv")
    assert (code, out) == (0, "")
    assert err[err.index("  status 1") :] == snapshot
    settings = {"shape": "cumulative-incidence", "param": "DFS", "cause": CAUSES, "at": [60], "naive": True}
    declared = "\n".join(f"{key} = {json.dumps(value)}" for key, value in settings.items())
    Path("adamgate.toml").write_text(f"[table.dfs]\n{declared}\n", encoding="utf-8")
    assert run("survival", "data", "--table", "dfs", "-o", "declared.csv")[0] == 0
    assert Path("declared.csv").read_bytes() == Path("i.csv").read_bytes()
    code, _, err = run(
        "cuminc", "data", "--param", "DFS", *causes, "--where", "USUBJID == 'S-00'", "-o", "one.csv"
    )
    assert "relapse: 1 (no limits) at 1 days" in err
    code, _, err = run("cuminc", "data", "--param", "DFS", "-o", "none.csv")
    assert code == 2
    assert "--cause" in err
    code, _, err = run("cuminc", "data", "--param", "DFS", causes[0], causes[1], "-o", "none.csv")
    assert code == 1
    assert "EVNTDESC 'Death': 4" in err
    assert not Path("none.csv").exists()
