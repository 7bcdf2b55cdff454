"""The command line: options → API call → print → exit code.

What takes long to import (pandas, pandera, rich, …) is imported by the command that needs it, so that
``adamgate --help`` answers at once.
"""

from __future__ import annotations

import os
import re
import signal
import sys
import traceback
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from glob import glob, has_magic
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TextIO, TypeVar

import click
from click.shell_completion import shell_complete

import adamgate

from .converters.configuration.settings import (
    ADAMIG,
    FAIL_ON,
    KINDS,
    OCCDS,
    Settings,
    load_settings,
    nearest_file,
    settings_files,
)
from .converters.reports import REPORTS, Detail, Presentation, render
from .converters.reports.files import ReportFile, destination, withdraw
from .converters.reports.presentation import colours, columns, note_line, printable
from .converters.terminal.progress import Callbacks, progress
from .converters.values.left_open import DATE_ORDERS, DECIMALS
from .schemas.errors import (
    AdamgateError,
    ConfigurationError,
    Refused,
    Terminated,
    UnreadableInput,
    UnwritableOutput,
)
from .schemas.wording import plain

if TYPE_CHECKING:
    from .schemas.gate.report import Report
    from .schemas.gate.validate import GateOptions
    from .schemas.rules.rule import Rule
    from .schemas.study.declarations import Declarations
    from .schemas.study.study import Study

PASSED, REFUSED, USAGE, UNREADABLE, UNWRITABLE = 0, 1, 2, 3, 4
FAULT, INTERRUPTED, PIPE_CLOSED = 70, 130, 141  # sysexits' EX_SOFTWARE; 128 + SIGINT; 128 + SIGPIPE

COMPLETION = "_ADAMGATE_COMPLETE"
"""Shells set it to ask for completions: see click's "Shell Completion"."""

EXIT_CODES: tuple[tuple[type[AdamgateError], int], ...] = (
    (Refused, REFUSED),
    (ConfigurationError, USAGE),
    (UnreadableInput, UNREADABLE),
    (UnwritableOutput, UNWRITABLE),
)

_SUMMARY = """\b
Exit codes: 0 passed, 1 refused, 2 wrong usage or configuration,
3 an input cannot be read, 4 an output cannot be written."""


def main() -> NoReturn:
    """Entry point: run the command line and leave with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # what the terminal's encoding lacks is shown as an escape
            stream.reconfigure(errors="backslashreplace")
    for name in ("SIGTERM", "SIGHUP"):  # Windows has no SIGHUP
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:  # as nohup has it
            signal.signal(number, _leave)
    completion = os.environ.get(COMPLETION)
    sys.exit(shell_complete(cli, {}, "adamgate", COMPLETION, completion) if completion else run(sys.argv[1:]))


def _leave(number: int, _: object) -> NoReturn:
    raise Terminated(128 + number)


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; what went wrong is told on stderr."""
    debug = "--debug" in arguments or bool(os.environ.get("ADAMGATE_DEBUG"))
    try:
        # Not `cli.main`: it takes an EOFError for Ctrl-D and a closed pipe for exit code 1.
        with cli.make_context("adamgate", list(arguments)) as context:
            code = cli.invoke(context)
    except AdamgateError as failure:
        _tell_traceback(debug)
        _tell(f"error: {failure}")
        return next(code for kind, code in EXIT_CODES if isinstance(failure, kind))
    except click.exceptions.Exit as leave:  # --help, --version
        return leave.exit_code
    except click.ClickException as failure:
        _tell_usage(failure)
        _withdraw(arguments, failure)
        return USAGE
    except BrokenPipeError:
        # Python would flush stdout once more on its way out, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    except KeyboardInterrupt:
        _tell("interrupted")
        return INTERRUPTED
    except Terminated as signalled:
        return int(signalled.args[0])
    except Exception as fault:
        return _own_fault(fault, debug)
    return int(code or PASSED)


def _own_fault(fault: BaseException, debug: bool) -> int:
    """Tell where it broke, but not the exception's text: it may quote patient data."""
    _tell_traceback(debug)
    frames = list(traceback.walk_tb(fault.__traceback__))
    own = [each for each in frames if each[0].f_globals.get("__name__", "").startswith("adamgate.")]
    frame, line = (own or frames)[-1]
    place = f"{frame.f_globals.get('__name__')}, line {line}, in {frame.f_code.co_name}"
    _tell(
        f"error: this is a fault in adamgate: {type(fault).__name__}\n"
        f"  where: {place}\n"
        "  to do: run it again with --debug and report what it prints; it may hold patient data"
    )
    return FAULT


def _tell_usage(failure: click.ClickException) -> None:
    """As click would tell it, but for what a terminal might obey in arguments."""
    context = getattr(failure, "ctx", None)
    if context is not None:
        _tell(context.get_usage())
        _tell(f"Try '{context.command_path} {context.help_option_names[0]}' for help.\n")
    quotes_nothing = isinstance(failure, click.MissingParameter)  # and may list choices, a line each
    message = failure.format_message()
    _tell(f"Error: {message if quotes_nothing else plain(message)}")


def _withdraw(arguments: Sequence[str], failure: click.ClickException) -> None:
    """Wrong usage keeps `validate` from starting: what -o names must not go on saying "passed"."""
    context = getattr(failure, "ctx", None)
    output, others = _output_among(arguments)
    if output is None or (context is not None and context.command not in (cli, validate)):
        return
    try:
        withdraw(Path(output), others, f"wrong usage: {failure.format_message()}")
    except UnwritableOutput as problem:
        _tell(f"error: {problem}")


_OUTPUT_OPTION = re.compile(r"(?:--output(?:=|$)|-[qv]*o)(.*)", re.DOTALL)


def _output_among(arguments: Sequence[str]) -> tuple[str | None, list[str]]:
    """What -o names, and all else that may name a file, in arguments that are wrong somewhere."""
    output = None
    others = []
    left = iter(arguments)
    for argument in left:
        if argument == "--":
            break
        if option := _OUTPUT_OPTION.fullmatch(argument):
            output = option[1] or next(left, None)
        else:
            others += [argument, argument.partition("=")[2]]
    return output, [*others, *left]


def _tell_traceback(debug: bool) -> None:
    if debug:
        _tell(traceback.format_exc().rstrip())


def _tell(text: str, *, styled: bool = False) -> None:
    """Write lines for people; none of their characters can move a cursor or forge another line."""
    click.echo(printable(text, styled=styled), err=True, color=True)


def _print(document: str) -> None:
    """Write a result that was asked for."""
    if sys.stdout is None:  # closed by whoever started us
        raise UnwritableOutput("the output cannot be written: it is closed", "standard output", "use -o")
    try:
        click.echo(printable(document, styled=True), nl=False, color=True)
    except BrokenPipeError:
        raise
    except OSError as failure:
        raise UnwritableOutput(
            f"the output cannot be written: {failure.strerror}", "standard output", "free space, or use -o"
        ) from failure


# Options that several commands share.

Command = TypeVar("Command", bound=Callable[..., Any])
# The words of `schemas` and `converters.survival` (a test holds them equal), which need pandas.
UNITS = ("days", "weeks", "months", "years")
STRUCTURES = ("ADSL", "BDS", "TTE", "PPK", "NCA", "OCCDS", "ADAE")
LAYOUTS = ("lifelines", "scikit-survival", "r", "csv", "parquet")


class _NamedPath(click.Path):
    """A path that is not empty, which would mean the folder a job happens to run in."""

    def convert(
        self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> Any:
        if value == "":
            self.fail("the path is empty; is a variable of a script not set?", param, ctx)
        return super().convert(value, param, ctx)


PATH = _NamedPath(readable=False, path_type=Path)  # an unreadable input is no wrong usage: exit code 3


def _together(*decorators: Callable[[Command], Command]) -> Callable[[Command], Command]:
    def decorate(command: Command) -> Command:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return decorate


def _matching(_context: click.Context, _option: click.Parameter, given: Iterable[Path]) -> tuple[Path, ...]:
    return _expanded(given)


def _expanded(given: Iterable[Path]) -> tuple[Path, ...]:
    """Expand patterns such as ``*.xpt`` where the shell did not."""
    found: list[Path] = []
    for path in given:
        if not has_magic(str(path)) or os.path.exists(path):
            found.append(path)
            continue
        matches = sorted(map(Path, glob(str(path), recursive=True)))
        if not matches:
            raise UnreadableInput("no file matches", str(path), "check the pattern and the folder")
        found += matches
    return tuple(found)


_paths = click.argument("paths", nargs=-1, required=True, type=PATH, callback=_matching)
_debug = click.option(
    "--debug", is_flag=True, expose_value=False, help="Show the traceback when something breaks."
)
_reading = _together(
    click.option("--encoding", metavar="NAME", help="Of text in the inputs; by default found out."),
    click.option("--catalog", type=PATH, metavar="FILE", help="SAS format catalogue (sas7bcat)."),
    click.option("--recursive/--no-recursive", default=None, help="Read subfolders, too (default: no)."),
    click.option(
        "--missing",
        multiple=True,
        metavar="WORD",
        help="Text read as missing in CSV, such as NA (repeatable).",
    ),
    click.option(
        "--date-order",
        type=click.Choice(DATE_ORDERS),
        help="Order of day and month in dates such as 03/04/2020 (default: not guessed).",
    ),
    click.option(
        "--decimal",
        type=click.Choice(DECIMALS),
        help="Decimal sign of numbers in CSV (default: a comma where nothing else fits).",
    ),
    click.option(
        "--max-unpacked",
        metavar="SIZE",
        help="Size to which a compressed file may unpack: 4GB (default: 100 times its size, at least 64 MB).",
    ),
    click.option(
        "--config",
        type=PATH,
        metavar="FILE",
        help="Settings; by default the nearest adamgate.toml from here.",
    ),
    _debug,
)
_own_rules = click.option(
    "--rules",
    "rule_files",
    type=PATH,
    multiple=True,
    metavar="FILE",
    help="Python file with rules of your own; it is run.",
)
_judging = _together(
    click.option("--standard", type=click.Choice(ADAMIG), help="Version of ADaMIG to judge by."),
    click.option("--occds", type=click.Choice(OCCDS), help="Version of OCCDS to judge by."),
    click.option(
        "--ct",
        type=PATH,
        multiple=True,
        metavar="FILE",
        help="Controlled terminology file (NCI EVS or CDISC Library).",
    ),
    click.option("--select", multiple=True, metavar="RULES", help="Only these: TTE006,AD02,censoring."),
    click.option("--ignore", multiple=True, metavar="RULES", help="Not these; ADAE:AD02 in one dataset."),
    click.option(
        "--show-keys/--no-keys", default=None, help="Name subjects in reports and messages (default: yes)."
    ),
    click.option(
        "--complete/--no-complete",
        default=None,
        help="The delivery is complete: a dataset that is not present fails the gate.",
    ),
    click.option("--today", metavar="DATE", help="The day by which waivers expire; by default today."),
    _own_rules,
)
_overwriting = click.option(
    "--force", "--overwrite", "overwrite", is_flag=True, help="Replace existing files."
)
_quiet = click.option("-q", "--quiet", is_flag=True, help="Say only what came of it, and what was not read.")


@click.group(
    epilog=_SUMMARY, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(package_name="adamgate", message="adamgate %(version)s")
@_debug
def cli() -> None:
    """Clinical trial exports into tables that survival tools can trust."""


@cli.command()
@click.argument("paths", nargs=-1, required=True, type=PATH)  # a report says so where nothing matches
@click.option("--fail-on", type=click.Choice(FAIL_ON), help="The least severity that refuses.")
@click.option("--format", "form", type=click.Choice(tuple(REPORTS)), help="Of the report.")
@click.option("-o", "--output", type=PATH, metavar="FILE", help="Write the report to a file; - is stdout.")
@_judging
@click.option("--show-values/--no-show-values", default=None, help="Show faulty values: patient data.")
@click.option(
    "--baseline", type=PATH, metavar="FILE", help="An earlier JSON report: only new findings refuse."
)
@_reading
@click.option("-v", "--verbose", is_flag=True, help="Tell the outcome of every check, with its time.")
@_overwriting
@_quiet
def validate(
    *,
    paths: tuple[Path, ...],
    form: str | None,
    output: Path | None,
    baseline: Path | None,
    rule_files: tuple[Path, ...],
    config: Path | None,
    verbose: bool,
    overwrite: bool,
    quiet: bool,
    **overrides: Any,
) -> int:
    """Judge whether a study can be trusted: files, folders, or both.

    The report goes to stderr; with --format it goes to stdout, with -o into a file.
    """
    from .converters.writing.inputs import files_in, inputs_given

    if verbose and quiet:
        raise click.UsageError("-v and -q exclude each other")
    form, output = destination(form, output)
    named = _paths_in(paths, settings_files(paths, config), rule_files, baseline, *overrides.values())
    with ReportFile(output, form, overwrite=overwrite) as file:
        file.spare(inputs_given(named))
        paths = _expanded(paths)
        file.spare(inputs_given(paths), files_in(paths), data=paths)
        settings = _settings(paths, config, overrides, judging=True)
        file.spare(*_kept(paths, settings))
        file.claim(settings.threshold)
        options = _gate_options(settings, rule_files)
        options["show_values"] = settings.show_values
        options["baseline"] = adamgate.read_baseline(baseline) if baseline is not None else None
        with progress(sys.stderr, shown=not quiet) as callbacks:
            study = _read(paths, settings, callbacks)
            report = adamgate.validate(study, **options, progress=callbacks.judging)
        detail = Detail.VERDICT if quiet else Detail.EVERYTHING if verbose else Detail.SUMMARY
        _deliver(report, settings, form, file, detail)
    return REFUSED if report.refuses(settings.threshold) else PASSED


@cli.command()
@click.argument("sources", nargs=-1, required=True, type=PATH, callback=_matching, metavar="IN...")
@click.argument("target", type=PATH, metavar="OUT")
@click.option(
    "--to",
    metavar="FORMAT",
    help="Format of the files in folder OUT: parquet, csv, json, ndjson, ndjson.gz, dsjc.",
)
@_reading
@_overwriting
@_quiet
def convert(
    *,
    sources: tuple[Path, ...],
    target: Path,
    to: str | None,
    config: Path | None,
    overwrite: bool,
    quiet: bool,
    **overrides: Any,
) -> None:
    """Change the format of a dataset or a study; metadata is kept, and what a format cannot hold is told.

    OUT is a file whose suffix tells the format, or a folder with --to.
    """
    from .converters.writing.write import MetadataNotKept, Target

    settings = _settings(sources, config, overrides)
    place = Target.of(target, to)  # before any work is done, so that it is not done in vain
    with progress(sys.stderr, shown=not quiet) as callbacks:
        study = _read(sources, settings, callbacks)
    with warnings.catch_warnings(record=True) as losses:
        warnings.simplefilter("always", MetadataNotKept)
        written = adamgate.write(study, place, overwrite=overwrite, keep=chain(*_kept(sources, settings)))
    _tell_notes(study, quiet)
    for loss in losses:
        _tell(f"note: {plain(loss.message)}")
    outputs = place.outputs(list(study))
    _tell_held_twice(((each.dataset.name, each.path) for each in outputs), study)
    _tell_written(written, quiet)


@cli.command()
@_paths
@click.option("--param", "paramcd", required=True, metavar="PARAMCD", help="The parameter: OS.")
@click.option("--where", metavar="EXPR", help="Which records: \"ANL01FL == 'Y' and AGE >= 65\".")
@click.option("--population", metavar="FLAG", help="Only records where this flag is Y: SAFFL.")
@click.option("--unit", type=click.Choice(UNITS), help="Of the durations; by default that of AVAL.")
@click.option("--aval-unit", type=click.Choice(UNITS), help="Of AVAL, where nothing in the data tells it.")
@click.option("--covariates", default="", metavar="A,B", help="Further columns, from ADTTE or ADSL.")
@click.option("--arm", metavar="VARIABLE", help="The variable that holds the arm: TRT01P.")
@click.option("--for", "layout", type=click.Choice(LAYOUTS), help="The tool that reads the table.")
@click.option("-o", "--output", type=PATH, required=True, metavar="FILE", help="Ends in .csv or .parquet.")
@click.option("--no-gate", is_flag=True, help="Do not validate the study first.")
@_overwriting
@_judging
@_reading
@_quiet
def survival(
    *,
    paths: tuple[Path, ...],
    covariates: str,
    layout: str | None,
    output: Path,
    no_gate: bool,
    overwrite: bool,
    rule_files: tuple[Path, ...],
    config: Path | None,
    quiet: bool,
    **given: Any,
) -> int:
    """Write a table with one record per subject, for a survival tool.

    A codebook is written beside it: unit, polarity, reasons for censoring, who was left out and why.
    """
    from .converters.metadata.sidecars import dataset_name
    from .converters.reports.table_summary import render_summary
    from .converters.survival.tools import layout_for

    layout_for(output, layout)  # before any work is done, so that it is not done in vain
    overrides = {name: given.pop(name) for name in KINDS if name in given}
    settings = _settings(paths, config, overrides, judging=not no_gate)
    gate = False if no_gate else _gate_options(settings, rule_files)
    with progress(sys.stderr, shown=not quiet) as callbacks:
        study = _read(paths, settings, callbacks)
    try:
        table = adamgate.survival(
            study,
            covariates=[name.strip() for name in covariates.split(",") if name.strip()],
            gate=gate,
            show_keys=settings.show_keys,
            **given,
        )
    except adamgate.GateRefused as refusal:
        judged_by = replace(settings, fail_on=str(refusal.threshold))  # not by --fail-on of a validation
        _tell_report(refusal.report, judged_by, Detail.VERDICT if quiet else Detail.SUMMARY)
        _tell("No table is written. Correct the data; --no-gate leaves the judgement to you.")
        return REFUSED
    kept = (*rule_files, *chain(*_kept(paths, settings)))
    written = table.write(output, layout, overwrite=overwrite, keep=kept)
    _tell_notes(study, quiet)
    if not quiet:
        _tell(render_summary(table.codebook, columns(sys.stderr)))
    _tell_held_twice([(dataset_name(output.name), output)], study)
    _tell_written(written, quiet)
    return PASSED


@cli.command()
@_paths
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", help="Of the answer.")
@click.option(
    "--range", "ranges", is_flag=True, help="Show first and last value of numeric variables: patient data."
)
@_reading
def describe(paths: tuple[Path, ...], form: str, ranges: bool, config: Path | None, **overrides: Any) -> None:
    """Tell what datasets hold, as PROC CONTENTS would."""
    from .converters.reports import contents

    settings = _settings(paths, config, overrides)
    with progress(sys.stderr) as callbacks:
        study = _read(paths, settings, callbacks)
        described = [adamgate.describe(dataset, ranges=ranges) for dataset in study]
    _tell_notes(study, quiet=True)  # those on a dataset stand in its description
    _print(contents.RENDERERS[form](described))


_config_here = click.option(
    "--config", type=PATH, metavar="FILE", help="Settings; by default the nearest adamgate.toml from here."
)


@cli.command()
@click.argument("rule_id")
@_own_rules
@_config_here
@_debug
def explain(rule_id: str, rule_files: tuple[Path, ...], config: Path | None) -> None:
    """Tell what a rule checks, why, and the smallest fix."""
    _print(adamgate.explain(rule_id, _rules_here(rule_files, config)))


@cli.group(invoke_without_command=True)
@click.option("--dataset", metavar="NAME", help="Only rules that judge a dataset of this name.")
@click.option("--structure", type=click.Choice(STRUCTURES), help="Only rules of a structure.")
@click.option("--family", metavar="NAME", help="Only rules of a family: censoring.")
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", help="Of the list.")
@_own_rules
@_config_here
@_debug
@click.pass_context
def rules(
    context: click.Context,
    /,
    form: str,
    rule_files: tuple[Path, ...],
    config: Path | None,
    **chosen: str | None,
) -> None:
    """List rules: id, severity, structures, title."""
    if context.invoked_subcommand is not None:
        return
    from .converters.reports.rule_page import LISTS, listed
    from .schemas.gate.selection import full_book

    book = full_book(_rules_here(rule_files, config))
    _print(LISTS[form](listed(book.values(), **chosen)))


@rules.command(name="test")
@click.argument("folder", type=PATH, metavar="DIR")
@_own_rules
@_config_here
@_debug
def check_examples(folder: Path, rule_files: tuple[Path, ...], config: Path | None) -> int:
    """Run the examples of rules: DIR/RULE_ID/pass-*/ and DIR/RULE_ID/fail-*/, a small study each."""
    from .converters.reports.rule_examples import render_examples, run_examples

    results = run_examples(folder, _rules_here(rule_files, config), _declared_beside)
    _print(render_examples(results))
    return PASSED if all(each.as_expected for each in results) else REFUSED


def _declared_beside(example: Path) -> Declarations | None:
    """What stands beside an example, which was named to be run."""
    return load_settings(config_path=nearest_file(example), environ={}).declarations()


def _settings(
    paths: Sequence[Path], config: Path | None, overrides: Mapping[str, Any], *, judging: bool = False
) -> Settings:
    """The settings; what somebody set without effect, in a file or the environment, is told, also with -q."""
    settings = load_settings(paths, config, overrides)
    with_data = settings.with_data.note(judging) if settings.with_data is not None else ""
    variables = ", ".join(settings.without_effect)
    ignored = f"not settings, without effect: {variables} (environment)" if variables else ""
    for note in filter(None, (with_data, ignored)):
        _tell(f"note: {plain(note)}")
    return settings


def _kept(paths: Sequence[Path], settings: Settings) -> tuple[Sequence[Path], Sequence[Path]]:
    """What no output may replace: files that were named, and those in folders that were."""
    from .converters.writing.inputs import files_in, inputs_given

    beside = settings.with_data.path if settings.with_data is not None else None
    named = _paths_in(paths, settings.file, beside, settings.catalog, settings.ct)
    return inputs_given(named), files_in(paths, recursive=settings.recursive)


def _paths_in(*given: object) -> list[Path]:
    """Every path among options, which have one, several or none."""
    flat = chain.from_iterable(each if isinstance(each, tuple) else (each,) for each in given)
    return [each for each in flat if isinstance(each, Path)]


def _gate_options(settings: Settings, rule_files: Sequence[Path]) -> GateOptions:
    """How to judge; before any data is read, so that a slip is told at once."""
    from .converters.configuration.rule_files import own_rules

    return settings.gate_options(own_rules(rule_files))


def _rules_here(rule_files: Sequence[Path], config: Path | None) -> tuple[Rule, ...]:
    """The user's own rules where no data is judged."""
    from .converters.configuration.rule_files import own_rules

    return (*load_settings((), config).own_rules, *own_rules(rule_files))


def _read(paths: Sequence[Path], settings: Settings, callbacks: Callbacks) -> Study:
    return adamgate.read(
        paths,
        encoding=settings.encoding,
        catalog=settings.catalog,
        recursive=settings.recursive,
        progress=callbacks.reading,
        missing=settings.missing,
        date_order=settings.date_order,
        decimal=settings.decimal,
        max_unpacked=settings.max_unpacked,
    )


def _deliver(report: Report, settings: Settings, form: str | None, file: ReportFile, detail: Detail) -> None:
    """The report where it was asked for, and on stderr what people need to see beside it."""
    if form is None:
        _tell_report(report, settings, detail)
    elif file.path is not None:
        file.spare(Path(each.path) for each in report.inputs if each.path)
        file.deliver(_rendered(report, form, settings, detail))
        _tell_report(report, settings, detail)
    else:
        _print(_rendered(report, form, settings, detail, sys.stdout))
        if form != "text" and detail is not Detail.VERDICT:
            _tell_report(report, settings, Detail.VERDICT)


def _tell_report(report: Report, settings: Settings, detail: Detail) -> None:
    _tell(_rendered(report, "text", settings, detail, sys.stderr).rstrip("\n"), styled=True)


def _rendered(
    report: Report, form: str, settings: Settings, detail: Detail, stream: TextIO | None = None
) -> str:
    shown = Presentation(settings.threshold, detail)
    if stream is not None:
        shown = replace(shown, colour=colours(stream), width=columns(stream))
    return render(report, form, settings.threshold, shown)


def _tell_notes(study: Study, quiet: bool) -> None:
    """What readers had to tell; files that were left out are told of even when only the result is wanted."""
    of_datasets = () if quiet else (note for dataset in study for note in dataset.notes)
    for note in (*study.notes, *of_datasets):
        _tell(note_line(note))


def _tell_held_twice(written: Iterable[tuple[str, Path]], study: Study) -> None:
    from .converters.writing.inputs import held_twice

    for note in held_twice(written, study):
        _tell(f"note: {plain(note)}")


def _tell_written(written: Sequence[Path], quiet: bool) -> None:
    if not quiet:
        _tell("\n".join(f"written: {plain(path)}" for path in written))
