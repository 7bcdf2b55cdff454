"""Settings: where they come from, and what a wrong one is told."""

import tracemalloc
from pathlib import Path

import click
import pytest
from syrupy.assertion import SnapshotAssertion

import adamgate as ag
from adamgate import cli
from adamgate.converters.configuration import settings as config
from adamgate.converters.configuration.load import OPTIONS_ONLY, load_settings
from adamgate.converters.configuration.settings import Settings
from adamgate.converters.terminal.commands.validate import command

NOTHING: dict[str, str] = {}


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A folder in a repository, with settings at the repository's root."""
    (tmp_path / ".git").mkdir()
    folder = tmp_path / "data" / "adam"
    folder.mkdir(parents=True)
    return folder


def write(folder: Path, text: str) -> Path:
    file = folder / "adamgate.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_defaults_are_the_newest_standards_and_refuse_errors():
    settings = load_settings(environ=NOTHING)
    assert settings == Settings()
    assert settings.standards == ag.Standards("1.3", "1.1")
    assert settings.threshold is ag.Severity.ERROR
    assert {settings.origin(name) for name in config.SETTINGS} == {"default"}


def test_no_home_and_no_such_name_are_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """As in a container whose user has no entry in /etc/passwd."""
    monkeypatch.setattr("os.path.expanduser", lambda path: path)
    assert load_settings([tmp_path / ("a" * 300)], environ=NOTHING).fail_on == "error"


def test_a_link_to_no_settings_is_told(study: Path):
    (study / "adamgate.toml").symlink_to("lost.toml")
    with pytest.raises(ag.ConfigurationError, match="cannot be read"):
        load_settings([study], environ=NOTHING)


def test_never_has_no_threshold():
    assert load_settings(overrides={"fail_on": "never"}, environ=NOTHING).threshold is None


def test_every_setting_has_a_kind():
    found = {"judging", "entries", "origins", "file", "with_data", "without_effect"}
    assert set(config.SETTINGS) | found == set(Settings.__dataclass_fields__)


def test_option_before_environment_before_file_before_default(study: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(study)
    write(study, '[settings]\nstandard = "adamig-1.0"\noccds = "1.0"\nfail_on = "note"\n')
    environ = {"ADAMGATE_OCCDS": "1.1", "ADAMGATE_FAIL_ON": "warning"}
    settings = load_settings([study], overrides={"fail_on": "never", "standard": None}, environ=environ)
    assert (settings.standard, settings.occds, settings.fail_on) == ("adamig-1.0", "1.1", "never")
    assert settings.origin("standard") == "adamgate.toml"
    assert settings.origin("occds") == "ADAMGATE_OCCDS"
    assert settings.origin("fail_on") == "--fail-on"
    assert settings.origin("complete") == "default"


def test_nearest_file_wins_and_is_shown_relative(study: Path, monkeypatch: pytest.MonkeyPatch):
    write(study.parent.parent, '[settings]\noccds = "1.0"\n')
    monkeypatch.chdir(study.parent.parent)
    assert load_settings([study / "adtte.xpt"], environ=NOTHING).origin("occds") == "adamgate.toml"
    monkeypatch.chdir(study)
    assert load_settings([study], environ=NOTHING).origin("occds").endswith("adamgate.toml")
    write(study.parent, "[settings]\ncomplete = true\n")
    nearer = load_settings([study], environ=NOTHING)
    assert nearer.complete
    assert nearer.occds == "1.1"


LOOSE = """
[settings]
fail_on = "never"
standard = "adamig-1.0"
show_values = true
encoding = "cp1252"
missing = ["NA"]
[rules]
select = ["AD0169"]
[study]
recurrent = ["OS"]
[[waiver]]
rule = "TTE006"
dataset = "ADTTE"
reason = "agreed"
owner = "J. Doe"
expires = 2099-12-31
"""


@pytest.mark.parametrize("above", [0, 1])
@pytest.mark.parametrize("own", [True, False])
def test_a_file_that_lies_with_the_data_says_how_to_read_them_and_no_more(
    study: Path, tmp_path: Path, above: int, own: bool, monkeypatch: pytest.MonkeyPatch
):
    """A delivered folder must not decide how it is judged; nor hide the settings of whoever judges it."""
    jobs = tmp_path / "jobs"
    jobs.mkdir()
    monkeypatch.chdir(jobs)
    delivered = write((study, study.parent)[above], LOOSE)
    if own:
        write(jobs, '[settings]\nfail_on = "warning"\nmissing = ["."]\n')
    settings = load_settings([study], environ=NOTHING)
    options = settings.gate_options()
    assert (settings.fail_on, settings.standard) == ("warning" if own else "error", "adamig-1.3")
    assert (options["select"], options["declarations"], options["waivers"]) == ((), None, ())
    assert not settings.show_values
    assert settings.encoding == "cp1252"
    assert settings.missing == ((".",) if own else ()), "it could hide what rules judge"
    assert settings.with_data is not None
    assert settings.with_data.note(judging=True) == (
        f"encoding from {delivered}, which is in the data folder; "
        "not used, because it is in the data folder: "
        f"fail_on, standard, show_values, missing, [rules], [study], [waiver] of {delivered}; "
        "to use it, give it with --config"
    )
    assert "not used, because it is in the data folder: missing of" in settings.with_data.note(judging=False)
    named = load_settings([study], delivered, environ=NOTHING)
    assert (named.fail_on, named.select, named.with_data) == ("never", ("AD0169",), None)


def test_a_file_of_the_working_directory_is_known_by_any_link(study: Path, monkeypatch: pytest.MonkeyPatch):
    write(study, '[settings]\nfail_on = "note"\n')
    link = study.parent / "link"
    link.symlink_to(study, target_is_directory=True)
    monkeypatch.chdir(study)
    settings = load_settings([link], environ=NOTHING)
    assert (settings.fail_on, settings.with_data) == ("note", None)


def test_a_working_directory_that_was_removed_has_no_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert load_settings([Path()], environ=NOTHING) == Settings()


@pytest.mark.parametrize("boundary", ["repository", "home"])
def test_the_search_stops_at_the_repository_and_at_home(
    tmp_path: Path, boundary: str, monkeypatch: pytest.MonkeyPatch
):
    write(tmp_path, '[settings]\nfail_on = "never"\n')
    inner = tmp_path / "inner"
    (inner / "data").mkdir(parents=True)
    if boundary == "repository":
        (inner / ".git").mkdir()
    else:
        monkeypatch.setenv("HOME", str(inner))
    monkeypatch.chdir(inner / "data")
    assert load_settings([inner / "data"], environ=NOTHING).fail_on == "error"


def test_a_relative_path_is_relative_to_the_file_that_names_it(study: Path):
    write(study, '[settings]\ncatalog = "formats/formats.sas7bcat"\n')
    assert load_settings([study], environ=NOTHING).catalog == study / "formats" / "formats.sas7bcat"


def test_the_given_file_replaces_the_nearest(study: Path, tmp_path: Path):
    write(study, '[settings]\noccds = "1.0"\n')
    other = tmp_path / "other.toml"
    other.write_text("[settings]\nshow_values = true\n")
    settings = load_settings([study], other, environ=NOTHING)
    assert (settings.occds, settings.show_values) == ("1.1", True)


@pytest.mark.parametrize(("text", "value"), [("1", True), ("YES", True), ("off", False), ("false", False)])
def test_switches_in_the_environment(text: str, value: bool):
    assert load_settings(environ={"ADAMGATE_COMPLETE": text}).complete is value


def test_an_empty_variable_sets_nothing():
    assert load_settings(environ={"ADAMGATE_FAIL_ON": ""}).origin("fail_on") == "default"


def test_sas_names_of_encodings():
    assert load_settings(overrides={"encoding": "wlatin1"}, environ=NOTHING).encoding == "cp1252"


@pytest.mark.parametrize(
    "text",
    [
        '[settings]\nfailon = "error"\n',
        "[setting]\n",
        '[settings]\nfail_on = "eror"\n',
        '[settings]\ncomplete = "true"\n',
        "[settings]\noccds = 1.1\n",
        '[settings]\nencoding = "utf-9"\n',
        "[settings]\ncatalog = 3\n",
        "settings = 1\n",
    ],
    ids=["key", "table", "word", "switch", "number", "encoding", "path", "no table"],
)
def test_what_a_wrong_file_is_told(
    study: Path, text: str, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
):
    write(study, text)
    monkeypatch.chdir(study)
    with pytest.raises(ag.ConfigurationError) as wrong:
        load_settings([study], environ=NOTHING)
    assert str(wrong.value) == snapshot


def test_a_file_that_is_not_toml(study: Path):
    write(study, "[settings\n")
    with pytest.raises(
        ag.ConfigurationError, match=r"is not valid TOML: .*\n  where: .*adamgate\.toml:1, column 10\n"
    ):
        load_settings([study], environ=NOTHING)


def test_a_file_that_is_not_utf8(study: Path):
    (study / "adamgate.toml").write_bytes(b'[settings]\nstandard = "\xe9"\n')
    with pytest.raises(ag.ConfigurationError, match=r"not UTF-8\n.*byte 23"):
        load_settings([study], environ=NOTHING)


def test_a_file_that_is_not_there(tmp_path: Path):
    with pytest.raises(ag.ConfigurationError, match=r"cannot be read\n.*No such file"):
        load_settings(config_path=tmp_path / "none.toml", environ=NOTHING)


def test_a_byte_order_mark_is_no_fault(study: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(study)
    (study / "adamgate.toml").write_bytes(b'\xef\xbb\xbf[settings]\noccds = "1.0"\n')
    assert load_settings([study], environ=NOTHING).occds == "1.0"


def test_a_misspelt_variable_is_refused_and_others_are_left_alone():
    with pytest.raises(ag.ConfigurationError, match="write ADAMGATE_FAIL_ON"):
        load_settings(environ={"ADAMGATE_FAILON": "never"})
    others = {"ADAMGATE_HOME": "x", "ADAMGATE_PORT": "", "HOME": "y"}
    assert load_settings(environ=others) == Settings(without_effect=("ADAMGATE_HOME",))


@pytest.mark.parametrize(
    ("variable", "option"),
    [("BASELINE", "baseline"), ("RULES", "rules"), ("RULE", "rules"), ("CONFIG", "config")],
)
def test_an_option_that_only_the_command_line_gives_is_refused_in_the_environment(variable: str, option: str):
    """Rules of one's own that silently did not run would be a looser gate."""
    with pytest.raises(ag.ConfigurationError) as wrong:
        load_settings(environ={f"ADAMGATE_{variable}": "x"})
    assert str(wrong.value) == (
        f"unknown setting ADAMGATE_{variable}\n"
        "  where: environment\n"
        f"  to do: use --{option} on the command line, or unset it"
    )


def test_every_option_of_validate_is_a_setting_or_refused_in_the_environment_or_about_the_output():
    output = {"format", "output", "verbose", "quiet", "force"}
    options = {
        name.removeprefix("--").replace("-", "_")
        for each in command.params
        if isinstance(each, click.Option)
        for name in [next(name for name in each.opts if name.startswith("--"))]
    }
    assert options - output == {*config.SETTINGS, *OPTIONS_ONLY}


@pytest.mark.parametrize(("text", "value"), [("1", True), ("please", True), ("0", False), ("No", False)])
def test_debug_is_on_by_any_word_but_off(text: str, value: bool):
    assert load_settings(environ={"ADAMGATE_DEBUG": text}).debug is value


@pytest.mark.slow
def test_a_variable_without_effect_is_named_also_with_q(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], root: Path
):
    study = str(root / "fixtures" / "cartitude1")
    monkeypatch.chdir(root)
    monkeypatch.setenv("ADAMGATE_STRICT", "1")
    monkeypatch.setenv("ADAMGATE_\x1b[2J", "1")
    monkeypatch.setenv("ADAMGATE_HOME", "")
    assert cli.run(["validate", study, "-q"]) == 0
    said = capsys.readouterr()
    assert said.out == "PASSED  no findings (fails on: error)\n"
    assert said.err.splitlines() == [
        "note: not settings, ignored: ADAMGATE_\\x1b[2J, ADAMGATE_STRICT (environment)",
    ]
    monkeypatch.setenv("ADAMGATE_RULES", "rules.py")
    assert cli.run(["validate", study, "-q"]) == 2
    assert "use --rules on the command line" in capsys.readouterr().err


@pytest.mark.parametrize("given", ["0", "64", "-1MB", "1.5"])
def test_a_size_needs_its_unit_and_quotes_only_in_a_file(given: str):
    for told in (
        {"overrides": {"memory": given}, "environ": NOTHING},
        {"environ": {"ADAMGATE_MEMORY": given}},
    ):
        with pytest.raises(ag.ConfigurationError) as wrong:
            load_settings(**told)
        assert wrong.value.advice == "give a size with its unit: 500MB, 1.5GB"


def test_a_size_without_its_unit_in_a_file(study: Path, monkeypatch: pytest.MonkeyPatch):
    write(study, "[settings]\nmemory = 64\n")
    monkeypatch.chdir(study)
    with pytest.raises(ag.ConfigurationError) as wrong:
        load_settings(environ=NOTHING)
    assert wrong.value.advice == 'give a size with its unit, in quotes: "500MB", "1.5GB"'
    write(study, '[settings]\nmemory = "1.5GB"\n')
    assert load_settings(environ=NOTHING).memory == 1_500_000_000


def test_a_wrong_value_names_its_variable_or_option():
    with pytest.raises(ag.ConfigurationError, match="environment variable ADAMGATE_COMPLETE"):
        load_settings(environ={"ADAMGATE_COMPLETE": "maybe"})
    with pytest.raises(ag.ConfigurationError, match="--fail-on"):
        load_settings(overrides={"fail_on": "fatal"}, environ=NOTHING)
    with pytest.raises(ag.ConfigurationError, match="unknown setting 'colour'"):
        load_settings(overrides={"colour": "red"}, environ=NOTHING)


# What a file of settings may cost


_DEEP = ".".join(["a"] * 20_000)


@pytest.mark.parametrize(
    "text",
    [
        f"{_DEEP}=1",
        f"[{_DEEP}]",
        f'x = {{y = """\n\'""", {_DEEP} = 1}}',
        f"# don't\n{_DEEP} = 1",
        '"a" . ' * 40 + "b = 1",
        "'a.b'." * 40 + "b = 1",
    ],
)
def test_a_key_of_many_levels_is_refused_before_it_is_parsed(text, tmp_path):
    tracemalloc.start()
    try:
        with pytest.raises(ag.ConfigurationError, match="more than 32 levels"):
            _load_text(tmp_path, text)
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "text",
    [f'# {_DEEP}\n[settings]\nencoding = "utf-8"', f"[settings]\nmissing = [\"{_DEEP}\", '{_DEEP}']"],
)
def test_dots_in_texts_and_comments_are_no_levels(text, tmp_path):
    _load_text(tmp_path, text)


def test_a_number_of_too_many_digits_is_refused(tmp_path):
    with pytest.raises(ag.ConfigurationError, match="not valid TOML"):
        _load_text(tmp_path, "x = " + "9" * 5000)


def _load_text(folder, text):
    return load_settings([], write(folder, text), {}, NOTHING)
