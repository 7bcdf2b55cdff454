"""The swimmer plot of a page, read back from its SVG, against a derivation record by record."""

import re
from html import unescape

import numpy as np
import pandas as pd
import pytest
from page_reader import words_of
from two_arm_trial import two_arm_trial

import adamgate as ag
from adamgate.cli import run
from adamgate.converters.figures.swimmer import swimmer_lanes

MONTH = 30.4375
SHAPES = {"response", "complete", "progression", "death", "ongoing", "ended"}


@pytest.fixture(scope="module")
def study():
    """With complete responses among the assessments."""
    made = two_arm_trial()
    adrs = made["ADRS"].frame.astype({"AVALC": object})
    complete = adrs["PARAMCD"].eq("OVR") & adrs["AVALC"].eq("PR") & (adrs.index % 3 == 0)
    adrs.loc[complete, "AVALC"] = "CR"
    responses = ag.Dataset.from_frame(adrs, "ADRS")
    return ag.Study({each.name: responses if each.name == "ADRS" else each for each in made})


@pytest.fixture(scope="module")
def report(study):
    return ag.validate(study)


def page_of(study, report, folder, **options) -> str:
    target = ag.write_page(folder / "page.html", report, study, param=["OS"], **options)
    return target.read_text(encoding="utf-8")


def without(study, *names, **columns):
    """The study without some datasets, and without some variables of others."""
    kept = {each.name: each for each in study if each.name not in names}
    for name, dropped in columns.items():
        kept[name] = ag.Dataset.from_frame(kept[name].frame.drop(columns=dropped), name)
    return ag.Study(kept)


def expected(study) -> pd.DataFrame:
    """The lanes, subject by subject."""
    tte = study["ADTTE"].frame.astype(object).to_dict("records")
    of = {(each["USUBJID"], each["PARAMCD"]): each for each in tte}
    assessed = study["ADRS"].frame.astype(object).to_dict("records")
    rows = []
    for subject in study["ADSL"].frame.astype(object).to_dict("records"):
        key, start = subject["USUBJID"], subject["TRTSDT"]

        def since(day, start=start):
            return np.nan if pd.isna(day) else (day - start).days / MONTH

        pfs, dor = of.get((key, "PFS")), of.get((key, "DOR"))
        progressed = pfs is not None and pfs["CNSR"] == 0 and pfs["ADT"] != subject["DTHDT"]
        complete = [
            each["ADT"]
            for each in assessed
            if (each["USUBJID"], each["PARAMCD"], each["AVALC"]) == (key, "OVR", "CR")
        ]
        died = not pd.isna(subject["DTHDT"])
        rows.append(
            {
                "USUBJID": key,
                "arm": subject["TRT01P"],
                "treatment_end": since(subject["TRTEDT"]),
                "response": since(dor["STARTDT"] if dor else None),
                "response_end": since(dor["ADT"] if dor else None),
                "complete_response": since(min(complete, default=None)),
                "progression": since(pfs["ADT"] if progressed else None),
                "death": since(subject["DTHDT"]),
                "end": since(subject["DTHDT"] if died else subject["LSTALVDT"]),
                "status": "died" if died else "in follow-up" if subject["EOSSTT"] == "ONGOING" else "ended",
            }
        )
    return pd.DataFrame(rows)


def lanes_in(page: str) -> list[tuple[str, dict[str, str]]]:
    """The words of each lane, and its paths by their kind."""
    plot = re.search(r'<svg class="curve swimmer".*?</svg>', page, re.DOTALL)[0]
    return [
        (unescape(told), dict(re.findall(r'class="(?:span|mark) ([\w-]+)" d="([^"]+)"', paths)))
        for told, paths in re.findall(r"<g><title>([^<]*)</title>(.*?)</g>", plot)
    ]


def test_every_time_is_that_of_the_records(study):
    lanes = swimmer_lanes(study, ag.SwimmerOptions(most=1000), arm="TRT01P")
    found = lanes.frame.sort_values("USUBJID", ignore_index=True)
    pd.testing.assert_frame_equal(
        found, expected(study).sort_values("USUBJID", ignore_index=True)[list(found)], check_dtype=False
    )
    assert lanes.frame.groupby("arm")["end"].apply(lambda end: end.is_monotonic_decreasing).all()
    assert 5 < found["complete_response"].notna().sum() < found["response"].notna().sum()
    assert (lanes.subjects, lanes.without, lanes.chosen) == (120, 0, "all")


@pytest.mark.slow
def test_the_lanes_of_the_page_are_drawn_where_the_times_are(study, report, tmp_path):
    page = page_of(study, report, tmp_path, by="TRT01P", unit="months", swimmer=ag.SwimmerOptions(most=200))
    lanes = swimmer_lanes(study, ag.SwimmerOptions(most=200), arm="TRT01P").frame
    drawn = lanes_in(page)
    assert len(drawn) == len(lanes) == 120
    last = max(
        float(each) for each in re.findall(r'class="time"[^>]*>([\d.]+)<', page.split('id="swimmer"')[1])
    )
    for (told, paths), row in zip(drawn, lanes.to_dict("records"), strict=True):
        assert row["USUBJID"].endswith(told.partition(":")[0])
        assert set(paths) & SHAPES == {
            *(name for name in ("response", "progression", "death") if not np.isnan(row[name])),
            *(["complete"] if not np.isnan(row["complete_response"]) else []),
            *({"in follow-up": ["ongoing"], "ended": ["ended"]}.get(row["status"], [])),
        }
        end = float(re.fullmatch(r"M92 [\d.]+H([\d.]+)", paths["follow-up"])[1])
        assert (end - 92) / (832 - 92) * last == pytest.approx(row["end"], abs=last * 0.051 / 740)
        if "death" in paths:
            x = float(re.match(r"M([\d.]+)", paths["death"])[1]) + 3.2
            assert (x - 92) / 740 * last == pytest.approx(row["death"], abs=last * 0.051 / 740)
    cells = re.findall(r'<table class="lanes">.*?</table>', page, re.DOTALL)[0]
    values = [float(each) for each in re.findall(r'<data value="([^"]+)">', cells)]
    times = lanes.drop(columns=["USUBJID", "arm", "status"]).to_numpy().ravel()
    assert values == pytest.approx(times[~np.isnan(times)].tolist())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("choose", "of"),
    [
        ("longest", slice(-9, None)),
        ("shortest", slice(0, 9)),
        ("evenly", [0, 15, 30, 45, 60, 74, 89, 104, 119]),
    ],
)
def test_a_choice_of_subjects_is_said_and_the_rest_is_counted(study, report, tmp_path, choose, of):
    options = ag.SwimmerOptions(most=9, choose=choose)
    ends = swimmer_lanes(study, ag.SwimmerOptions(most=200)).frame.sort_values(["end", "USUBJID"])
    wanted = ends.iloc[of]["USUBJID"]
    assert set(swimmer_lanes(study, options).frame["USUBJID"]) == set(wanted)
    page = words_of(page_of(study, report, tmp_path, swimmer=options))
    assert (
        f"9 of 120 subjects, {'evenly spaced' if choose == 'evenly' else 'those with the ' + choose}" in page
    )


@pytest.mark.slow
def test_what_is_not_present_is_left_out_and_said(study, report, tmp_path):
    bare = without(study, "ADRS", "ADTTE", ADSL=["EOSSTT", "EOSDT", "TRTEDT"])
    page = page_of_all(bare, tmp_path)
    assert not re.search(r'class="mark (response|complete|progression|ongoing|ended)', page)
    assert re.search(r'class="mark death', page)
    words = words_of(page)
    for said in (
        "First complete response: ADRS is not present",
        "First response: no time-to-event parameter is DOR",
        "Status: ADSL has no EOSSTT or EOSDT",
        "Last day of treatment: ADSL has no TRTEDT",
    ):
        assert said in words
    assert "No swimmer plot: ADSL with USUBJID is not present" in words_of(
        page_of_all(without(study, "ADSL"), tmp_path)
    )
    assert "ADSL has no TRTSDT or RANDDT" in words_of(
        page_of_all(without(study, ADSL=["TRTSDT", "RANDDT"]), tmp_path)
    )


def page_of_all(study, folder) -> str:
    return ag.write_page(folder / "page.html", ag.validate(study), study).read_text(encoding="utf-8")


def test_two_parameters_of_responses_are_not_chosen_between(study, tmp_path):
    adrs = study["ADRS"].frame
    second = adrs[adrs["PARAMCD"] == "OVR"].assign(PARAMCD="OVRINV")
    both = ag.Dataset.from_frame(pd.concat([adrs, second], ignore_index=True), "ADRS")
    other = ag.Study({each.name: both if each.name == "ADRS" else each for each in study})
    lanes = swimmer_lanes(other)
    assert lanes.frame["complete_response"].isna().all()
    assert "(OVR, OVRINV): declare one of them" in lanes.sources["complete_response"]
    assert swimmer_lanes(other, ag.SwimmerOptions(response="OVR")).frame["complete_response"].notna().any()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"response": "OVRR"}, "parameter OVRR is not present.*did you mean OVR"),
        ({"start": "TRTSDTT"}, "ADSL has no TRTSDTT.*did you mean TRTSDT"),
        ({"start": "USUBJID"}, "ADSL has no USUBJID"),
        ({"most": 0}, "no subject is to be shown"),
        ({"most": "ten"}, "'ten' is not a value of most"),
        ({"choose": "best"}, "'best' is not a value of choose"),
    ],
)
def test_what_is_declared_must_fit(study, report, tmp_path, options, said):
    with pytest.raises(ag.ConfigurationError, match=f"(?s){said}"):
        page_of(study, report, tmp_path, swimmer=ag.SwimmerOptions(**options))


@pytest.mark.slow
def test_without_keys_lanes_are_numbered(study, tmp_path):
    report = ag.validate(study, show_keys=False)
    page = page_of(study, report, tmp_path, show_keys=False)
    assert "MADEUP-301-" not in page
    assert sorted(int(told.partition(":")[0]) for told, _ in lanes_in(page)) == list(range(1, 101))


@pytest.mark.slow
def test_the_order_of_the_records_changes_nothing(study, report, tmp_path):
    turned = {each.name: each.replace(frame=each.frame.sample(frac=1, random_state=5)) for each in study}
    other = ag.Study(turned)
    assert lanes_in(page_of(other, report, tmp_path)) == lanes_in(page_of(study, report, tmp_path))


@pytest.mark.slow
def test_the_file_of_settings_declares_it(root, tmp_path, capsys):
    data, target = str(root / "fixtures" / "cartitude1"), tmp_path / "page.html"
    settings = tmp_path / "adamgate.toml"
    settings.write_text("[swimmer]\nmost = 5\nchoose = 'longest'\n")
    command = ["report", data, "-q", "--config", str(settings), "-o", str(target), "--param", "OS"]
    assert run(command) == 0
    page = target.read_text(encoding="utf-8")
    assert len(lanes_in(page)) == 5
    assert "Response: no" not in page
    settings.write_text("[swimmer]\nchose = 'longest'\n")
    assert run(command) == 2
    assert "did you mean choose" in capsys.readouterr().err
