"""The line of each key, whatever stands around it."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adamgate.converters.configuration.key_lines import KeyLines

pytestmark = pytest.mark.one_version

TEXT = '''# [study]
cut = [
  "]", # ]
  """
key = 1
""", { a = 1 }
]
[rules]
select = ["a",
  "b"]
"ignore" = []
[rules.adae] # a comment = [
severity.TTE = "note"
[[waiver]]
rule = "A"
records = [{ USUBJID = "1" }]
[[waiver]]
rule = 'B = ['
[endpoint."O S"]
role = "OS"
study = { cut_off = 2024-01-31 }
'''


def test_keys_and_tables():
    tomllib.loads(TEXT)
    lines = KeyLines.of(TEXT)
    assert lines.line("cut") == 2
    assert lines.line("rules", "", "select") == 9
    assert lines.line("rules", "ignore") == 11
    assert lines.line("rules", "adae") == 12
    assert lines.line("rules", "adae", "severity") == 13
    assert [lines.line("waiver", str(number), "rule") for number in (1, 2)] == [15, 18]
    assert lines.line("waiver", "1", "records") == 16
    assert lines.line("endpoint", "O S", "role") == 20
    assert lines.line("endpoint", "O S", "study", "cut_off") == 21
    assert lines.line("key") is None


VALUES = st.sampled_from(
    ['"x # y"', "1", "2024-01-31", "1.5e3", "[\n  1, # [\n  2,\n]", "{ z = 1 }",
     '"""\n[a]\nb = 1\n"""', "'''\nc = \"\n'''"]
)  # fmt: skip
FILLER = st.sampled_from(["", "# d = 1", "   ", "#[e]"])


@given(st.lists(st.tuples(st.sampled_from(["", "one", "two"]), VALUES, FILLER), max_size=12))
def test_every_key_is_found_on_its_line(parts):
    text, table, number, expected = "", (), {}, {}
    for at, (heading, value, filler) in enumerate(parts):
        text += f"{filler}\n"
        if heading == "one":
            table = (f"one{at}",)
            text += f"[one{at}]\n"
        elif heading == "two":
            number["two"] = number.get("two", 0) + 1
            table = ("two", str(number["two"]))
            text += "[[two]]\n"
        expected[(*table, f"key{at}")] = text.count("\n") + 1
        text += f"key{at} = {value}\n"
    tomllib.loads(text)
    lines = KeyLines.of(text)
    assert {path: lines.line(*path) for path in expected} == expected
