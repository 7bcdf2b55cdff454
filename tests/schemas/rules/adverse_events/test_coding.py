"""Terms, codes and queries of adverse events."""

import numpy as np
import pytest

from adamgate import rule_book

NERVOUS, CARDIAC = "Nervous system disorders", "Cardiac disorders"


@pytest.fixture
def coded(trial):
    trial.adae = trial.adae.assign(
        TRTEMFL="Y",
        AELLT=["Head pain", "Headache", "Tremor"] * 4,
        AEDECOD=["Headache", "Headache", "Tremor"] * 4,
        AEPTCD=[10.0, 10.0, 20.0] * 4,
        AESOC=NERVOUS,
        AESOCCD=1.0,
        AEBODSYS=NERVOUS,
        AEBDSYCD=1.0,
    )
    return trial


class TestUnderTwo:
    def test_the_title_names_variables_in_words(self):
        titles = {each.id: each.title for each in rule_book().values()}
        assert titles["AE024"] == "AEDECOD has more than one AESOC or AEBODSYS"
        assert not [title for title in titles.values() if "('" in title]

    @pytest.mark.parametrize("above", ["AESOC", "AEBODSYS"])
    def test_organ_classes(self, coded, above):
        coded.adae.loc[0, above] = CARDIAC
        found = coded.finding("AE024")
        assert (str(found.severity), found.records, found.variables[0]) == ("error", 1, above)

    def test_terms(self, coded):
        assert coded.findings("AE025") == []
        coded.adae.loc[2, "AEDECOD"] = "Essential tremor"
        assert coded.told("AE025") == [("error", 1)]

    def test_in_equal_parts_all_are_shown(self, coded):
        coded.adae.loc[[2, 5], "AEDECOD"] = "Essential tremor"
        assert coded.told("AE025") == [("error", 4)]

    def test_another_axis_is_legal(self, coded):
        coded.adae["AEBODSYS"] = CARDIAC
        assert coded.findings("AE024") == []

    def test_a_missing_class(self, coded):
        coded.adae.loc[0, ["AESOC", "AEBODSYS"]] = None
        assert coded.findings("AE024") == []


class TestCodes:
    def test_clean(self, coded):
        assert coded.findings("AE026") == []

    @pytest.mark.parametrize("code", ["AEPTCD", "AESOCCD", "AEBDSYCD"])
    def test_a_term_of_two_codes(self, coded, code):
        coded.adae.loc[0, code] = 99.0
        found = coded.finding("AE026")
        assert (str(found.severity), found.records, found.variables[0]) == ("error", 1, code)

    def test_a_code_of_two_terms(self, coded):
        coded.adae.loc[[2, 5, 8, 11], "AEPTCD"] = 10.0
        assert coded.told("AE026") == [("error", 4)]

    def test_codes_that_were_left_out(self, coded):
        coded.adae.loc[0, "AEPTCD"] = np.nan
        coded.adae[["AESOCCD", "AEBDSYCD"]] = np.nan
        assert coded.findings("AE026") == []


class TestUncoded:
    @pytest.mark.parametrize("variable", ["AEDECOD", "AESOC"])
    def test_emergent(self, coded, variable):
        coded.adae.loc[0, variable] = None
        found = coded.finding("AE032")
        assert (str(found.severity), found.records, found.variables[0]) == ("warning", 1, variable)

    def test_not_emergent(self, coded):
        coded.adae.loc[0, ["AEDECOD", "AESOC", "TRTEMFL"]] = None
        assert coded.findings("AE032") == []

    def test_a_study_that_uses_the_body_system(self, coded):
        coded.adae["AESOC"] = None
        assert coded.findings("AE032") == []
        coded.adae.loc[0, "AEBODSYS"] = ""
        assert coded.told("AE032") == [("warning", 1)]


class TestQueries:
    @pytest.fixture
    def queried(self, coded):
        inside = coded.adae.AEDECOD.eq("Headache")
        coded.adae = coded.adae.assign(
            SMQ01NAM=np.where(inside, "Pain", None),
            SMQ01SC=np.where(inside, np.where(coded.adae.AELLT.eq("Headache"), "NARROW", "BROAD"), None),
            SMQ01SCN=np.where(inside, np.where(coded.adae.AELLT.eq("Headache"), 2.0, 1.0), np.nan),
            CQ01NAM=np.where(inside, "Head", None),
        )
        return coded

    def test_clean(self, queried):
        assert queried.report("AE033", "AE034", "AE035").findings == ()

    @pytest.mark.parametrize("scope", [None, "", "Narrow", "BOTH"])
    def test_no_scope(self, queried, scope):
        queried.adae.loc[0, "SMQ01SC"] = scope
        found = queried.finding("AE033")
        assert (str(found.severity), found.records, found.variables[0]) == ("error", 1, "SMQ01SC")

    def test_a_scope_of_nothing(self, queried):
        queried.adae.loc[2, ["SMQ01SC", "SMQ01SCN"]] = ["BROAD", 1.0]
        assert queried.told("AE033") == [("warning", 1)]

    def test_a_number_of_another_scope(self, queried):
        queried.adae.loc[0, "SMQ01SCN"] = 2.0
        assert queried.told("AE034") == [("error", 1)]

    def test_a_number_is_missing(self, queried):
        queried.adae.loc[0, "SMQ01SCN"] = np.nan
        assert queried.told("AE034") == [("error", 1)]
        queried.adae["SMQ01SCN"] = np.nan
        assert queried.findings("AE034") == []

    @pytest.mark.parametrize("query", ["SMQ01NAM", "CQ01NAM"])
    def test_a_term_that_is_sometimes_in_it(self, queried, query):
        queried.adae.loc[0, query] = None
        found = queried.finding("AE035")
        assert (str(found.severity), found.records, found.variables[0]) == ("note", 1, query)


class TestLevels:
    @pytest.fixture
    def coded(self, trial):
        trial.adae = trial.adae.assign(
            AEDECOD=["Nausea", "Vomiting", "Fatigue"] * 4,
            AESOC=["Gastrointestinal disorders", "Gastrointestinal disorders", "General disorders"] * 4,
        )
        return trial

    def test_term_as_class(self, coded):
        assert coded.findings("AE048") == []
        coded.adae.loc[0, "AESOC"] = "NAUSEA"
        found = coded.finding("AE048")
        assert (str(found.severity), found.records, found.variables[0]) == ("warning", 1, "AESOC")

    def test_levels_exchanged(self, coded):
        coded.adae.loc[0, ["AEDECOD", "AESOC"]] = ["General disorders", "Nausea"]
        assert coded.told("AE048") == [("warning", 1)]

    @pytest.mark.parametrize("text", ["UNCODED", "Not coded", "unknown", "To be coded", "N/A"])
    def test_not_coded(self, coded, text):
        coded.adae.loc[0, ["AEDECOD", "AESOC"]] = text
        assert coded.findings("AE048") == []
