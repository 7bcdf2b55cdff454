"""The long-term responders of a page, against the records of the study and the published figures."""

import re
import statistics
from html import unescape

import numpy as np
import pandas as pd
import pytest
from page_reader import words_of
from two_arm_trial import two_arm_trial

import adamgate as ag
from adamgate.cli import run
from adamgate.converters.figures.responders import long_term_responders
from adamgate.converters.page.box_plot import MOST_POINTS, BoxStatistics, box_figure

DECLARED = """
[responders]
param = "PFS"
landmark = 60
biomarkers = ["BMPCBL", "HGBBL", "CARPEAK"]
counts = { sCR = "BOR == 'sCR'", "MRD and imaging" = "MRD5FL == 'Y' and IMG5FL == 'Y'" }

[responders.events]
"Second primary malignancy" = "ACAT1 == 'SECOND PRIMARY MALIGNANCY'"
"Neurologic event" = "ACAT1 == 'NEUROLOGIC EVENT'"
"Infection of grade 3 or higher" = "ACAT1 == 'INFECTION' and AETOXGRN >= 3"
"""


@pytest.fixture(scope="module")
def study():
    return two_arm_trial()


@pytest.fixture(scope="module")
def published(root):
    return ag.read(root / "fixtures" / "cartitude1")


@pytest.fixture(scope="module")
def page(root, tmp_path_factory):
    folder = tmp_path_factory.mktemp("responders")
    (folder / "adamgate.toml").write_text(DECLARED)
    command = ["report", str(root / "fixtures" / "cartitude1"), "-q", "--param", "OS"]
    assert run([*command, "--config", str(folder / "adamgate.toml"), "-o", str(folder / "page.html")]) == 0
    return (folder / "page.html").read_text(encoding="utf-8")


def section(page: str) -> str:
    return re.search(r'<section id="responders".*?</section>', page, re.DOTALL)[0]


def without(study, *names):
    return ag.Study({each.name: each for each in study if each.name not in names})


def changed(study, name, **columns):
    dataset = ag.Dataset.from_frame(study[name].frame.assign(**columns), name)
    return ag.Study({each.name: dataset if each.name == name else each for each in study})


@pytest.mark.slow
def test_the_published_figures_are_there_with_their_denominators(page):
    words = words_of(section(page))
    for said in (
        "32 of 97 (33.0%) subjects had no event of PFS (Progression-Free Survival) up to 60 months",
        "not a Kaplan-Meier estimate. Data cut-off: 2024-11-01 (DCUTDT in ADSL).",
        "Event before: 65",
        "Censored before: 0",
        "sCR 31 of 32 (96.9%) 49 of 65",
        "MRD and imaging 12 of 12 (100.0%) 20 not known none of 65 known",
        "Second primary malignancy 2 of 32 (6.3%) 6 of 65",
        "Neurologic event 2 of 32",
        "Infection of grade 3 or higher 4 of 32",
        "The p-values are exploratory",
    ):
        assert said in words


def test_the_groups_are_those_of_the_records_at_any_landmark(study):
    records = study["ADTTE"].frame.query("PARAMCD == 'PFS'")
    time, event = records["AVAL"].to_numpy(), records["CNSR"].to_numpy() == 0
    for landmark in (time[event][3], time[~event][3], 0.01, 5.0, 1000.0):
        found = long_term_responders(study, ag.ResponderOptions(landmark=float(landmark)))
        reached = (time > landmark) | ((time == landmark) & ~event)
        assert found.responders == reached.sum()
        assert found.before == (event & ~reached).sum()
        assert found.unknown == (~event & ~reached).sum()
        assert found.subjects + found.without == len(study["ADSL"].frame)


def test_the_landmark_is_five_years_in_the_unit_that_is_asked_for(study):
    found = {unit: long_term_responders(study, unit=unit) for unit in ("days", "weeks", "months", "years")}
    assert {unit: each.landmark for unit, each in found.items()} == {
        "days": 1826.25,
        "weeks": pytest.approx(260.892857),
        "months": 60,
        "years": 5,
    }
    assert len({(each.responders, each.before, each.unknown) for each in found.values()}) == 1
    own = long_term_responders(study, ag.ResponderOptions(landmark=12, unit="months"), unit="days")
    assert (own.landmark, own.unit) == (12, "months")
    same = long_term_responders(study, ag.ResponderOptions(landmark=365.25), unit="days")
    assert (own.responders, own.before) == (same.responders, same.before)


def test_biomarkers_are_those_of_the_subjects_with_the_test_of_their_values(published):
    options = ag.ResponderOptions(biomarkers=("BMPCBL", "HGBBL"))
    found = long_term_responders(published, options)
    subjects = published["ADSL"].frame.set_index("USUBJID")
    pfs = published["ADTTE"].frame.query("PARAMCD == 'PFS'").set_index("USUBJID")
    for each in found.biomarkers:
        for values, stays in ((each.responders, True), (each.before, False)):
            ours = subjects.loc[pfs.index[(pfs["AVAL"] >= 60) == stays], each.name]
            assert values.tolist() == sorted(ours.dropna())
    assert [statistics.median(found.biomarkers[0].responders), *found.biomarkers[0].missing] == [5, 0, 0]
    assert found.biomarkers[0].test.p == pytest.approx(5.4069658733942e-09)  # R's wilcox.test


def test_boxes_and_points_are_drawn_where_the_values_are(page, published):
    plots = re.findall(r'<svg class="box".*?</svg>', page, re.DOTALL)
    found = long_term_responders(published, ag.ResponderOptions(biomarkers=("BMPCBL", "HGBBL", "CARPEAK")))
    assert len(plots) == 3
    for plot, each in zip(plots, found.biomarkers, strict=True):
        marks = re.findall(r'class="share" x="40" y="([\d.]+)">([\d.e+-]+)<', plot)
        places, texts = zip(*((float(y) - 4, float(text)) for y, text in marks), strict=True)
        for number, values in enumerate((each.responders, each.before)):
            drawn = float(re.search(rf'class="median part-{number}" d="M\d+ ([\d.]+)H', plot)[1])
            expected = np.interp(np.median(values), texts, places)
            assert drawn == pytest.approx(expected, abs=0.11)
            points = re.search(rf'class="point-{number}" d="([^"]*)"', plot)[1]
            ys = [float(y) + 2.4 * number for y in re.findall(r"M[\d.]+ ([\d.]+)", points)]
            assert ys == pytest.approx(np.interp(values, texts, places), abs=0.11)
            box = re.search(rf'class="quartiles part-{number}" d="M\d+ ([\d.]+)H\d+V([\d.]+)H', plot)
            quartiles = np.interp(np.quantile(values, [0.75, 0.25]), texts, places)
            assert [float(box[1]), float(box[2])] == pytest.approx(quartiles, abs=0.11)


def test_a_box_plot_of_many_of_few_and_of_equal_values():
    many = np.sort(np.random.default_rng(1).lognormal(0, 2, 5000))
    drawn = box_figure([many, np.zeros(0)])
    assert len(drawn.groups[0].points) == MOST_POINTS
    assert drawn.groups[1].box == ""
    assert drawn.is_logarithmic
    assert box_figure([np.zeros(0), np.zeros(0)]) is None
    for values in ([0.0], [3.0, 3.0], [-1e9, 1e9], [1e-9, 2e-9]):
        one = box_figure([np.array(values), np.array(values)])
        assert 2 <= len(one.marks) <= 8
        assert one.marks[0].value <= values[0]
        assert one.marks[-1].value >= values[-1]
        assert all(9.9 <= y <= 182.1 for _, y in one.groups[0].points)
    assert BoxStatistics.of(np.array([1.0, 2, 3, 4, 100])) == BoxStatistics(5, 3, 2, 4, 1, 4)


def test_a_parameter_of_another_dataset_gives_its_baseline(study):
    adsl = study["ADSL"].frame
    subjects = adsl["USUBJID"].astype(str)
    lab = pd.DataFrame({"USUBJID": [*subjects, *subjects], "PARAMCD": "HGB", "PARAM": "Hemoglobin (g/L)"})
    lab["AVAL"] = np.arange(len(lab), dtype=float)
    lab["ABLFL"] = np.where(lab.index < len(subjects), "Y", "")
    data = ag.Dataset.from_frame(lab, "ADLB")
    both = ag.Study({**{each.name: each for each in study}, "ADLB": data})
    options = ag.ResponderOptions(landmark=6, biomarkers=("ADLB.HGB", "AGE"))
    found = long_term_responders(both, options, unit="months")
    assert (found.biomarkers[0].label, found.biomarkers[0].source) == ("Hemoglobin (g/L)", "ADLB, baseline")
    assert max(found.biomarkers[0].before) < len(subjects)
    several = ag.Dataset.from_frame(lab.assign(ABLFL="Y"), "ADLB")
    twice = ag.Study({**{each.name: each for each in study}, "ADLB": several})
    with pytest.raises(ag.Refused, match="some subjects have several records of HGB"):
        long_term_responders(twice, options)
    for wrong, said in (
        ("ADLB.HGBB", "parameter HGBB is not present in ADLB(?s:.*)did you mean HGB"),
        ("ADL.HGB", "ADL is not present(?s:.*)ADLB"),
        ("AGEE", "AGEE is not present in ADSL(?s:.*)did you mean AGE"),
        ("SEX", "SEX is not a numeric variable in ADSL"),
    ):
        with pytest.raises(ag.ConfigurationError, match=said):
            long_term_responders(both, ag.ResponderOptions(biomarkers=(wrong,)))


@pytest.mark.slow
def test_what_is_not_declared_is_found_and_said(published, tmp_path):
    target = ag.write_page(tmp_path / "page.html", ag.validate(published), published, param=["OS"])
    words = words_of(section(target.read_text(encoding="utf-8")))
    assert (
        "Biomarkers: not declared in [responders]; taken: numeric variables in ADSL that end in BL" in words
    )
    assert "BOR: sCR 31 of 32" in words
    assert "SECOND PRIMARY MALIGNANCY 2 of 32" in words
    assert "OTHER" not in words


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"param": "PFSS"}, "parameter PFSS is not present"),
        ({"counts": {"sCR": "BORR == 'sCR'"}}, "BORR"),
        ({"counts": {"sCR": "BOR =="}}, "counts, sCR"),
        ({"events": {"Any": "AEDECOD = 'Nausea'"}}, "events, Any"),
    ],
)
def test_what_is_declared_must_fit(published, options, said):
    with pytest.raises(ag.ConfigurationError, match=said):
        long_term_responders(published, ag.ResponderOptions(**options))


@pytest.mark.slow
def test_without_what_it_takes_the_page_says_so(study, tmp_path):
    for lacking, said in (
        ("ADTTE", "no time-to-event parameter is PFS"),
        ("ADSL", "ADSL with USUBJID is not present"),
    ):
        other = without(study, lacking)
        page = ag.write_page(tmp_path / "page.html", ag.validate(other), other).read_text(encoding="utf-8")
        assert f"No long-term responders: {said}" in words_of(page)
    assert long_term_responders(without(study, "ADAE")).events == ()


@pytest.mark.slow
def test_markup_in_values_stays_text(published, tmp_path):
    planted = "<b onclick=alert(1)>\u202e"
    other = changed(published, "ADAE", ACAT1=planted)
    options = ag.ResponderOptions(counts={planted: "BOR == 'sCR'"})
    target = ag.write_page(
        tmp_path / "page.html", ag.validate(other), other, param=["OS"], responders=options
    )
    page = target.read_text(encoding="utf-8")
    assert "<b onclick" not in page
    assert "\u202e" not in page
    assert unescape(section(page)).count("<b onclick=alert(1)>\\u202e") >= 2


@pytest.mark.slow
def test_the_order_of_the_records_changes_nothing(published, tmp_path):
    turned = ag.Study(
        {each.name: each.replace(frame=each.frame.sample(frac=1, random_state=5)) for each in published}
    )
    report = ag.validate(published)
    pages = [
        ag.write_page(tmp_path / "page.html", report, each, param=["OS"]).read_text(encoding="utf-8")
        for each in (published, turned)
    ]
    assert section(pages[0]) == section(pages[1])
