"""Every shape: what it declares of its columns and its options, and what follows from these."""

import inspect
import subprocess
import sys

import click
import pytest
from jsonschema import Draft202012Validator

import adamgate as ag
from adamgate.converters.survival.shapes import SHAPES
from adamgate.converters.survival.shapes.one_record import OneRecordOptions
from adamgate.converters.survival.shapes.options import TableOptions
from adamgate.converters.survival.shapes.person_time import PersonTimeOptions
from adamgate.converters.survival.tables import TableArguments
from adamgate.converters.terminal.commands.survival import command
from adamgate.converters.terminal.options import declared_options
from adamgate.schemas.kinds import ListOf, amount, checked, name, text
from adamgate.schemas.options import checked_options, json_schema, options_of


@pytest.fixture(params=SHAPES)
def shape(request):
    return SHAPES[request.param]


SAMPLES = {"states": ["alive", "dead"], "transitions": ["alive -> dead: OS"]}


def sample(option):
    """A value of an option that a shape requires, by its kind."""
    if option.name in ("states", "transitions"):
        return checked(SAMPLES[option.name], option.kind, option.name, "")
    samples = {amount: 6.0, text: "OS", name: "ADRS"}
    if isinstance(option.kind, ListOf):
        return (samples[option.kind.kind],)
    return samples[option.kind]


ONE_OF = {"competing-risks": {"competing": "PFS"}}
"""What a shape needs beside the options that it always needs."""


@pytest.fixture
def options(shape):
    required = {each.name: sample(each) for each in options_of(shape.options) if each.required}
    return shape.options(**required, **ONE_OF.get(shape.name, {}))


def test_a_shape_declares_its_columns_with_labels(shape, options):
    columns = shape.load().columns_of(options)
    assert all(each.variable.label for each in columns)
    assert len({each.name.upper() for each in columns}) == len(columns)
    assert [each.name for each in columns if each.is_duration], "the unit is in the label of a duration"
    assert [each.name for each in columns if each.variable.key_sequence]


def test_a_shape_says_what_it_refuses(shape):
    module = shape.load()
    assert module.REFUSES
    assert all(map(callable, (module.build, module.require_analysable)))


def test_options_of_a_shape_have_a_schema_and_stand_alone_in_words(shape):
    Draft202012Validator.check_schema(json_schema(shape.options))
    for each in options_of(shape.options):
        assert each.help.endswith(".")
        assert each.required or not each.default


def test_the_command_line_has_every_option_of_every_shape():
    given = {each.name: each for each in command.params}
    for each in (each for shape in SHAPES.values() for each in options_of(shape.options)):
        on_line = given[each.name]
        assert on_line.opts == [each.flag]
        assert not on_line.required, "a table of the settings may have it"


def test_survival_takes_every_option_of_the_shape():
    taken = inspect.signature(ag.survival).parameters
    for each in options_of(OneRecordOptions):
        given = taken["paramcd" if each.name == "param" else each.name].default
        assert given is inspect.Parameter.empty if each.required else given == each.default


def test_the_functions_of_other_shapes_take_their_options(shape):
    function = getattr(ag, shape.name.replace("-", "_"), None)
    own = {each.name for each in options_of(shape.options)} - set(TableArguments.__annotations__) - {"param"}
    if function is not None:  # `ag.table` takes a shape without one
        assert own <= set(inspect.signature(function).parameters)
    assert {each.name for each in options_of(TableOptions)} == set(TableArguments.__annotations__)


def test_a_table_of_settings_gives_the_options():
    table = {"param": "OS", "unit": "months", "covariates": ["AGE", "SEX"], "population": "saffl"}
    assert Draft202012Validator(json_schema(OneRecordOptions)).is_valid(table)
    assert OneRecordOptions(**checked_options(OneRecordOptions, table, "x")) == OneRecordOptions(
        "OS", unit="months", covariates=("AGE", "SEX"), population="SAFFL"
    )


def test_names_on_the_command_line_stand_between_commas():
    seen = {}
    declared = declared_options(OneRecordOptions)
    asked = click.command()(declared(lambda **given: seen.update(given)))
    asked.main(["--param", "OS", "--covariates", " AGE, SEX,"], standalone_mode=False)
    assert seen["covariates"] == ("AGE", "SEX")
    assert seen["param"] == "OS"
    assert seen["arm"] is None
    asked.main(["--param", "OS"], standalone_mode=False)
    assert seen["covariates"] == ()
    with pytest.raises(ag.ConfigurationError, match="is not a value of covariates"):
        asked.main(["--param", "OS", "--covariates", "\udc80"], standalone_mode=False)


def test_numbers_on_the_command_line_stand_between_commas():
    seen = {}
    asked = click.command()(declared_options(PersonTimeOptions)(lambda **given: seen.update(given)))
    asked.main(["--param", "OS", "--cut", "6, 12.5"], standalone_mode=False)
    assert seen["cut"] == (6.0, 12.5)
    for wrong in ("6;12", "5,-6", "nan", "0", "inf"):
        with pytest.raises((click.BadParameter, ag.ConfigurationError), match="number"):
            asked.main(["--param", "OS", f"--cut={wrong}"], standalone_mode=False)


@pytest.mark.slow
def test_the_options_need_no_pandas():
    code = (
        "import sys, adamgate.converters.survival.shapes; "
        "import adamgate.converters.terminal.commands.survival; "
        "print({'pandas', 'numpy', 'pyarrow'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"
