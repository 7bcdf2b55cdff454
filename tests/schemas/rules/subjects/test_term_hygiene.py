"""Spelling of terms and units."""

import pytest


class TestControlCharacters:
    @pytest.mark.parametrize("character", ["\n", "\t", "\r", "\x07", "\x85"])
    def test_found(self, trial, character):
        assert trial.findings("XD062") == []
        trial.adae.loc[1, "AETERM"] = f"head{character}ache"
        assert trial.told("XD062") == [("note", 1)]

    @pytest.mark.parametrize("text", ["Sjögren's syndrome", "5\u00a0mg", "膝の痛み"])
    def test_letters_of_other_languages(self, trial, text):
        trial.adae.loc[1, "AETERM"] = text
        assert trial.findings("XD062") == []


class TestUnits:
    def test_two_spellings(self, trial):
        trial.adtte["AVALU"] = "DAYS"
        assert trial.findings("XD063") == []
        trial.adtte.loc[[1, 2], "AVALU"] = "Day"
        found = trial.finding("XD063")
        assert (str(found.severity), found.records, found.variables) == ("note", 2, ("AVALU",))

    def test_as_many_of_each(self, trial):
        trial.adtte["AVALU"] = ["DAYS", "days"] * 40
        assert trial.told("XD063") == [("note", 40)]

    def test_different_units(self, trial):
        trial.adtte["AVALU"] = ["DAYS", "MONTHS", None, "g/L", "G/L"] * 16
        assert trial.findings("XD063") == []
