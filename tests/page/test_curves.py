"""The curves of a page, read back from its SVG and its tables: all of them are those of the `km` table."""

import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from page_reader import read, words_of
from two_arm_trial import two_arm_trial

import adamgate as ag
from adamgate.cli import run
from adamgate.converters.page.axis import marks

PARAMETERS = ["DOR", "OS", "PFS", "TTSAE"]
_PLACES = {"left": 52, "right": 836, "top": 14, "bottom": 314}
"""Where the axes of a figure are."""


@pytest.fixture(scope="module")
def study():
    return two_arm_trial()


@pytest.fixture(scope="module")
def report(study):
    return ag.validate(study)


@pytest.fixture(scope="module")
def page(study, report, tmp_path_factory):
    target = tmp_path_factory.mktemp("page") / "page.html"
    return ag.write_page(target, report, study).read_text(encoding="utf-8")


class Figure(HTMLParser):
    """The parts of the SVG of one figure, and the cells of the tables that follow it."""

    def __init__(self, article: str):
        super().__init__()
        self.paths, self.texts, self.tables = [], [], []
        self._text = self._cell = None
        self.feed(article)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "path":
            self.paths.append((given["class"], given["d"]))
        if tag == "text":
            self.texts.append([given["class"], float(given["x"]), ""])
            self._text = self.texts[-1]
        if tag == "table":
            self.tables.append([])
        if tag == "tr":
            self.tables[-1].append([])
        if tag in ("td", "th"):
            self.tables[-1][-1].append([])
            self._cell = self.tables[-1][-1][-1]
        if tag == "data":
            self._cell.append(float(given["value"]))

    def handle_endtag(self, tag):
        if tag == "text":
            self._text = None
        if tag in ("td", "th"):
            self._cell = None

    def handle_data(self, data):
        if self._text is not None:
            self._text[2] += data
        elif self._cell is not None and data.strip():
            self._cell.append(data.strip())

    def lines(self):
        return [path for name, path in self.paths if name.startswith("line ") and path != "M0 4H26"]

    def last_time(self):
        return max(float(text) for name, _, text in self.texts if name == "time")


def figures(page: str) -> dict[str, Figure]:
    articles = re.findall(r"<article.*?(?=<details class=\"plausibility\"|</article>)", page, re.DOTALL)
    return {re.search(r"<h3[^>]*>(\w+)", each)[1]: Figure(each) for each in articles}


def stairs(path: str, last: float) -> list[tuple[float, float]]:
    """Time and survival after each step of a path."""
    assert path.startswith(f"M{_PLACES['left']} {_PLACES['top']}")
    across, down = _PLACES["right"] - _PLACES["left"], _PLACES["bottom"] - _PLACES["top"]
    return [
        ((float(x) - _PLACES["left"]) / across * last, (_PLACES["bottom"] - float(y)) / down)
        for x, y in re.findall(r"H([\d.]+)V([\d.]+)", path)
    ]


@pytest.mark.slow
def test_every_parameter_has_a_curve(page):
    assert list(figures(page)) == PARAMETERS


@pytest.mark.slow
@pytest.mark.parametrize("parameter", PARAMETERS)
def test_the_steps_of_the_curve_are_those_of_the_table(study, page, parameter):
    figure = figures(page)[parameter]
    km = ag.kaplan_meier(study, parameter, by="TRTP", total=False, gate=False).estimates.frame
    lines = figure.lines()
    assert len(lines) == km["group"].nunique() == 2
    for path, (_, of_group) in zip(lines, km.groupby("group", sort=False, observed=True), strict=True):
        events = of_group[of_group["events"] > 0]
        drawn = np.array(stairs(path, figure.last_time()))
        assert np.allclose(drawn[:, 0], events["time"], atol=figure.last_time() * 0.051 / 784)
        assert np.allclose(drawn[:, 1], events["survival"], atol=0.051 / 300)
        end = (float(re.search(r"H([\d.]+)$", path)[1]) - 52) / 784 * figure.last_time()
        assert end == pytest.approx(of_group["time"].max(), abs=figure.last_time() * 0.051 / 784)


@pytest.mark.parametrize("parameter", PARAMETERS)
def test_the_limits_are_drawn_where_the_table_has_them(study, page, parameter):
    figure = figures(page)[parameter]
    km = ag.kaplan_meier(study, parameter, by="TRTP", total=False, gate=False).estimates.frame
    bands = [path for name, path in figure.paths if name.startswith("band ")]
    for path, (_, of_group) in zip(bands, km.groupby("group", sort=False, observed=True), strict=True):
        known = of_group[of_group["lower"].notna() & (of_group["events"] > 0)]
        heights = [(314 - float(y)) / 300 for y in re.findall(r"V([\d.]+)", path)]
        expected = [*known["upper"], *known["lower"].iloc[::-1]]
        assert np.allclose(heights, expected, atol=0.051 / 300)


@pytest.mark.parametrize("parameter", PARAMETERS)
def test_every_number_is_that_of_the_km_table(study, page, parameter):
    figure = figures(page)[parameter]
    times = [float(text) for name, _, text in figure.texts if name == "time"]
    km = ag.kaplan_meier(study, parameter, by="TRTP", total=False, at=times, gate=False)
    (_, *summary), (_, *estimates), *_ = figure.tables
    for cells, row in zip(summary, km.summary.frame.to_dict("records"), strict=True):
        assert cells[0] == [row["group"]]
        assert [int(each[0]) for each in cells[1:4]] == [row["n"], row["events"], row["censored"]]
        assert [each[0] for each in cells[4:]] == pytest.approx(
            [row["median"], row["follow_up"]], nan_ok=True
        )
    for cells, row in zip(estimates, km.estimates.frame.to_dict("records"), strict=True):
        assert cells[0] == [row["group"]]
        assert [float(each[0]) for each in cells[1:5]] == [
            row[name] for name in ("time", "at_risk", "events", "censored")
        ]
        assert cells[5][0] == row["survival"]
        limits = [each for each in cells[6] if isinstance(each, float)]
        assert limits == ([] if pd.isna(row["lower"]) else [row["lower"], row["upper"]])
    at_risk = [int(text) for name, _, text in figure.texts if name == "at-risk"]
    assert at_risk == km.estimates.frame["at_risk"].tolist()


def test_the_log_rank_test_is_that_of_the_table(study, page):
    row = ag.kaplan_meier(study, "OS", by="TRTP", gate=False).summary.frame.iloc[0]
    assert f"log-rank test: chi-square {row['logrank_chisq']:.4g}, df 1, p = {row['logrank_p']:.3g}" in page


def test_a_figure_has_a_title_and_is_told_in_words(page):
    assert re.search(r'role="img" aria-labelledby="curve-2-title curve-2-described"', page)
    assert "Kaplan-Meier curve of OS" in page
    assert "Placebo: 60 subjects, 36 events, median 550 days (356 to 685); Drug X 10 mg: 60 subjects" in page


@pytest.mark.slow
def test_options_choose_parameters_groups_and_records(study, report, tmp_path):
    target = ag.write_page(
        tmp_path / "page.html", report, study, param=["OS"], by="SEX", unit="months", where="AGE >= 60"
    )
    page = target.read_text(encoding="utf-8")
    (figure,) = figures(page).values()
    km = ag.kaplan_meier(study, "OS", by="SEX", unit="months", where="AGE >= 60", gate=False, total=False)
    medians = [row[4][0] for row in figure.tables[0][1:]]
    assert medians == pytest.approx(km.summary.frame["median"].tolist(), nan_ok=True)
    assert "Records: AGE &gt;= 60." in page


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"param": ["PFSS"]}, "PFS"),
        ({"by": "SEXX"}, "SEX"),
        ({"by": "USUBJID"}, "at most 8 curves"),
        ({"where": "AGE >"}, "where"),
        ({"conf_type": "logit"}, "log"),
    ],
)
def test_an_option_that_does_not_fit_is_an_error_and_nothing_is_written(
    study, report, tmp_path, options, said
):
    target = tmp_path / "page.html"
    with pytest.raises(ag.ConfigurationError, match=said):
        ag.write_page(target, report, study, **options)
    assert not target.exists()


@pytest.mark.slow
def test_the_order_of_the_records_changes_nothing(study, report, page, tmp_path):
    turned = []
    for dataset in study:
        frame = dataset.frame.sample(frac=1, random_state=3).reset_index(drop=True)
        turned.append(dataset.replace(frame=frame) if dataset.name == "ADTTE" else dataset)
    other = ag.write_page(tmp_path / "page.html", report, ag.Study({each.name: each for each in turned}))
    assert figures(other.read_text(encoding="utf-8"))["OS"].paths == figures(page)["OS"].paths


@pytest.mark.slow
def test_a_parameter_without_a_curve_says_why(study, report, tmp_path):
    adtte = study["ADTTE"].frame.copy()
    adtte.loc[adtte["PARAMCD"].eq("OS") & (adtte.index % 50 == 0), "AVAL"] = -4.0
    changed = study["ADTTE"].replace(frame=adtte)
    broken = ag.Study({each.name: changed if each.name == "ADTTE" else each for each in study})
    judged = ag.validate(broken)
    page = ag.write_page(tmp_path / "page.html", judged, broken).read_text(encoding="utf-8")
    assert "No curve: OS cannot be analysed: AVAL is negative; where: ADTTE; " in words_of(page)
    assert "MADEUP-301-" in page
    without = ag.write_page(
        tmp_path / "page.html", ag.validate(broken, show_keys=False), broken, show_keys=False
    )
    assert "MADEUP-301-" not in without.read_text(encoding="utf-8")
    assert len(figures(page)["PFS"].lines()) == 2
    assert "The data did not pass the gate" in page


@pytest.mark.slow
def test_more_arms_than_curves_are_one_group_and_it_is_said(study, tmp_path):
    adtte = study["ADTTE"]
    sites = adtte.frame["SITEID"].astype(str) + adtte.frame["SEX"].astype(str)
    number = sites.nunique()
    assert number > 8
    many = ag.Study.of(ag.Dataset.from_frame(adtte.frame.assign(TRTP=sites, TRTA=sites), "ADTTE"))
    page = ag.write_page(tmp_path / "page.html", ag.validate(many), many, param=["OS"]).read_text("utf-8")
    words = words_of(page)
    assert f"all subjects together: TRTP has {number} values, and a figure shows at most 8 curves" in words
    page = ag.write_page(tmp_path / "page.html", ag.validate(many), many, param=["OS"], by="SEX").read_text(
        "utf-8"
    )
    assert "all subjects together" not in page


def test_a_study_without_a_parameter_says_what_it_takes(study, tmp_path):
    without = ag.Study({"ADSL": study["ADSL"]})
    page = ag.write_page(tmp_path / "page.html", ag.validate(without), without).read_text(encoding="utf-8")
    assert "No curves: no time-to-event parameter was counted" in words_of(page)
    with pytest.raises(TypeError, match="a Study is required, not dict"):
        ag.write_page(tmp_path / "page.html", ag.validate(without), {})


@pytest.mark.slow
def test_the_command_takes_the_options_of_the_curves(root, tmp_path, capsys):
    data, target = str(root / "fixtures" / "cartitude1"), tmp_path / "page.html"
    assert run(["report", data, "-q", "-o", str(target), "--param", "OS", "--by", "SEX"]) == 0
    assert list(figures(target.read_text(encoding="utf-8"))) == ["OS"]
    assert run(["report", data, "-q", "-o", str(target), "--param", "OSS"]) == 2
    assert "did you mean OS" in capsys.readouterr().err


@pytest.mark.parametrize("unit", ["days", "weeks", "months", "years"])
@pytest.mark.parametrize("last", [0.0, 0.01, 1.0, 11.5, 72.9, 1234.0, 1e9])
def test_the_marks_of_an_axis_reach_the_last_time_and_are_few(last, unit):
    times = marks(last, unit)
    assert times[0] == 0
    assert times[-1] >= last
    assert 2 <= len(times) <= 13
    assert len(set(np.diff(times).round(9))) == 1


@pytest.mark.slow
def test_markup_in_arms_parameters_and_reasons_stays_text(study, tmp_path):
    frame = study["ADTTE"].frame
    planted = "<b onclick=alert(1)>\u202e</b>"
    arm = np.where(frame["TRTP"] == "Placebo", planted, 'A & B "quoted"')
    changed = frame.assign(TRTP=arm, PARAM=planted, EVNTDESC=planted, CNSDTDSC=planted)
    adtte = ag.Dataset.from_frame(changed, "ADTTE", label=planted)
    other = ag.Study({each.name: adtte if each.name == "ADTTE" else each for each in study})
    target = ag.write_page(tmp_path / "page.html", ag.validate(other), other, by="TRTP")
    page = target.read_text(encoding="utf-8")
    tags = {tag for tag, _ in read(page).tags}
    assert "b" not in tags
    assert "\u202e" not in page
    assert "&lt;b onclick=alert(1)&gt;\\u202e&lt;/b&gt;" in page
    assert len(figures(page)["OS"].lines()) == 2
