"""Each kind of figure is drawn and written with the lowest and the newest matplotlib."""

import pytest

import adamgate as ag

pytest.importorskip("matplotlib").use("Agg")


@pytest.mark.slow
def test_each_kind_of_figure_is_written(root, tmp_path):
    study = ag.read(root / "fixtures" / "cartitude1")
    causes = ["death: EVNTDESC == 'Death'", "progression: EVNTDESC == 'Disease progression'"]
    figures = [
        ag.plot.kaplan_meier(ag.kaplan_meier(study, "PFS", gate=False)),
        ag.plot.cumulative_incidence(ag.cumulative_incidence(study, "PFS", causes, gate=False)),
        ag.plot.swimmer(ag.swimmer_lanes(study, ag.SwimmerOptions(most=5))),
    ]
    for number, axes in enumerate(figures):
        for suffix, begins in ((".svg", b"<?xml"), (".pdf", b"%PDF"), (".png", b"\x89PNG")):
            written = ag.plot.save(axes, tmp_path / f"{number}{suffix}")
            assert written.read_bytes().startswith(begins)
    from matplotlib import pyplot

    pyplot.close("all")
