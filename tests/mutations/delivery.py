"""A copy of a study to be changed, and small changes to put together."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pandas as pd
from two_arm_trial import as_read, dataset, variable_of

from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.study import Study

Rng = np.random.Generator
Change = Callable[["Delivery", Rng], None]
Where = Callable[[pd.DataFrame], pd.Series]


class NothingToDamage(AssertionError):
    """The study lacks the dataset, the variable or the records that a change is about."""


class NoEvidence(NothingToDamage):
    """The study has nothing that the damaged values could be compared with."""


class Delivery:
    """The datasets of a study as plain frames; what is not touched stays the study's own."""

    def __init__(self, study: Study) -> None:
        self._datasets = dict(study.datasets)
        self._frames: dict[str, pd.DataFrame] = {}

    def frame(self, name: str) -> pd.DataFrame:
        """A frame to read or to change in place; text as plain objects, None where it is missing."""
        if name not in self._datasets:
            raise NothingToDamage(f"no {name}")
        if name not in self._frames:
            frame = self._datasets[name].frame.reset_index(drop=True)
            self._frames[name] = frame.assign(**{each: _plain(frame[each]) for each in frame}).copy()
        return self._frames[name]

    def holds(self, name: str, *variables: str) -> pd.DataFrame:
        """The same for a frame that must have some variables."""
        frame = self.frame(name)
        if absent := [each for each in variables if each not in frame]:
            raise NothingToDamage(f"no {name}.{absent[0]}")
        return frame

    def put(self, name: str, frame: pd.DataFrame) -> None:
        self._frames[name] = frame

    def next_arm(self) -> dict[object, object]:
        """The arm after each arm of treated subjects, by text and by number, and the first after the last."""
        subjects = self.holds("ADSL", "TRT01P", "TRTSDT")
        treated = subjects[subjects.TRTSDT.notna()].drop_duplicates("TRT01P").sort_values("TRT01P")
        if len(treated) < 2:
            raise NothingToDamage("one arm")
        names = [name for name in ("TRT01P", "TRT01PN") if name in treated]
        return {
            one: other
            for name in names
            for one, other in zip(treated[name], np.roll(treated[name], -1), strict=True)
        }

    def cut_off(self) -> pd.Timestamp:
        """The last day of the data, by ADSL."""
        return self.holds("ADSL", "DCUTDT").DCUTDT.max()

    def describe(self, dataset: str, variable: str, /, **facts: object) -> None:
        """Change the metadata of a variable."""
        self.holds(dataset, variable)
        before = self._datasets[dataset]
        described = tuple(
            replace(each, **facts) if each.name == variable else each for each in before.variables
        )
        frame = self.frame(dataset)
        if "name" in facts:
            self._frames[dataset] = frame = frame.rename(columns={variable: facts["name"]})
        self._datasets[dataset] = before.replace(variables=described, frame=frame)

    def drop(self, name: str, variable: str) -> None:
        self._frames[name] = frame = self.holds(name, variable).drop(columns=variable)
        dataset = self._datasets[name]
        kept = tuple(each for each in dataset.variables if each.name != variable)
        self._datasets[name] = dataset.replace(variables=kept, frame=frame)

    def add(self, name: str, frame: pd.DataFrame) -> None:
        """Deliver one more dataset."""
        self._datasets[name] = dataset(frame, name)

    def remove(self, name: str) -> None:
        """Leave a dataset out of the delivery."""
        self.frame(name)
        del self._datasets[name]

    def study(self) -> Study:
        """The study as a reader would deliver it after the change, metadata and all."""
        return Study.of(*(self._delivered(dataset) for dataset in self._datasets.values()))

    def _delivered(self, dataset: Dataset) -> Dataset:
        if dataset.name not in self._frames:
            return dataset
        frame = as_read(self._frames[dataset.name])
        known = {each.name: each for each in dataset.variables}
        variables = tuple(known.get(name) or variable_of(frame[name]) for name in frame)
        return dataset.replace(frame=frame, variables=variables)


def _plain(column: pd.Series) -> pd.Series:
    if isinstance(column.dtype, pd.CategoricalDtype | pd.StringDtype) or column.dtype == object:
        text = column.astype(object)
        return text.where(text.notna() & text.ne(""), None)
    return column


def some(frame: pd.DataFrame, rng: Rng, where: Where | None = None, records: int = 1) -> pd.Index:
    """The index of a few records, drawn among those where a condition holds."""
    among = frame.index if where is None else frame.index[where(frame).fillna(value=False).astype(bool)]
    if len(among) < records:
        raise NothingToDamage("no such record")
    return pd.Index(np.sort(rng.choice(among, records, replace=False)))


def put(dataset: str, variable: str, value: object, where: Where | None = None, records: int = 1) -> Change:
    """Write one value on a few records."""

    def change(delivery: Delivery, rng: Rng) -> None:
        frame = delivery.holds(dataset, variable)
        frame.loc[some(frame, rng, where, records), variable] = value

    return change


def shift(dataset: str, variable: str, by: int, where: Where | None = None, records: int = 1) -> Change:
    """Add to a date, in days, or to a number."""

    def change(delivery: Delivery, rng: Rng) -> None:
        frame = delivery.holds(dataset, variable)
        filled = frame[variable].notna()
        own = some(frame, rng, lambda data: filled & (where(data) if where else True), records)
        dated = pd.api.types.is_datetime64_any_dtype(frame[variable].dtype)
        frame.loc[own, variable] += pd.Timedelta(days=by) if dated else by

    return change


def write(dataset: str, variable: str, edit: Callable[[str], str], where: Where | None = None) -> Change:
    """Edit the text of one record."""

    def change(delivery: Delivery, rng: Rng) -> None:
        frame = delivery.holds(dataset, variable)
        own = some(frame, rng, lambda data: data[variable].notna() & (where(data) if where else True))
        edited = frame.loc[own, variable].map(edit)
        if edited.eq(frame.loc[own, variable]).all():
            raise NothingToDamage(f"{variable} has no such text")
        frame.loc[own, variable] = edited

    return change


def swap(dataset: str, variable: str, one: object, other: object, where: Where) -> Change:
    """Exchange two values on all records where a condition holds."""

    def change(delivery: Delivery, rng: Rng) -> None:
        frame = delivery.holds(dataset, variable)
        old = frame[variable].copy()
        ones, others = where(frame) & old.eq(one), where(frame) & old.eq(other)
        if not (ones | others).any():
            raise NothingToDamage("no such record")
        frame.loc[ones, variable] = other
        frame.loc[others, variable] = one

    return change


def exchanged(dataset: str, where: Where, *variables: str) -> Change:
    """The treatment of another arm, text and number; where there are two arms, of the other one."""

    def change(delivery: Delivery, rng: Rng) -> None:
        frame = delivery.holds(dataset, *variables)
        other = delivery.next_arm()
        for variable in variables:
            before = frame[variable]
            own = where(frame) & before.isin(list(other))
            if not own.any():
                raise NothingToDamage("no such record")
            frame[variable] = before.mask(own, before.map(other).astype(before.dtype))

    return change


def repeat(dataset: str, where: Where | None = None, **values: Callable[[pd.DataFrame], object]) -> Change:
    """Add a record once more, some of its values worked out anew."""

    def change(delivery: Delivery, rng: Rng) -> None:
        frame = delivery.frame(dataset)
        copied = frame.loc[some(frame, rng, where)].copy()
        for name, value in values.items():
            copied[name] = value(frame)
        delivery.put(dataset, pd.concat([frame, copied], ignore_index=True))

    return change


def lose(dataset: str, where: Where) -> Change:
    """Take out one record."""

    def change(delivery: Delivery, rng: Rng) -> None:
        frame = delivery.frame(dataset)
        delivery.put(dataset, frame.drop(index=some(frame, rng, where)).reset_index(drop=True))

    return change


def lose_subject(*datasets: str, where: Where | None = None) -> Change:
    """Take one subject out of some datasets."""

    def change(delivery: Delivery, rng: Rng) -> None:
        first = delivery.frame(datasets[0])
        subject = first.loc[some(first, rng, where)[0], "USUBJID"]
        for name in datasets:
            frame = delivery.frame(name)
            delivery.put(name, frame[frame.USUBJID.ne(subject)].reset_index(drop=True))

    return change


def drop(dataset: str, variable: str) -> Change:
    return lambda delivery, rng: delivery.drop(dataset, variable)


def describe(dataset: str, variable: str, /, **facts: object) -> Change:
    return lambda delivery, rng: delivery.describe(dataset, variable, **facts)


def as_text(dataset: str, variable: str) -> Change:
    """Deliver a variable as text."""

    def change(delivery: Delivery, rng: Rng) -> None:
        frame = delivery.holds(dataset, variable)
        text = frame[variable].astype(str).where(frame[variable].notna(), None)
        delivery.put(dataset, frame.assign(**{variable: text}))
        delivery.describe(dataset, variable, type="Char", format="", length=10)

    return change


def both(*changes: Change) -> Change:
    """One defect that shows in two places, each change drawing the same records."""

    def change(delivery: Delivery, rng: Rng) -> None:
        state = rng.bit_generator.state
        for each in changes:
            rng.bit_generator.state = state
            each(delivery, rng)

    return change


def if_there(change: Change) -> Change:
    """A change that goes with another one, in a study that has its variable."""

    def changed(delivery: Delivery, rng: Rng) -> None:
        with suppress(NothingToDamage):
            change(delivery, rng)

    return changed


def beside(evidence: str, change: Change) -> Change:
    """A change that one of some other variables, "ADAE.AGE ADTTE.AGE", can tell."""

    def changed(delivery: Delivery, rng: Rng) -> None:
        for each in evidence.split():
            dataset, variable = each.split(".")
            with suppress(NothingToDamage):
                delivery.holds(dataset, variable)
                return change(delivery, rng)
        raise NoEvidence(f"no {evidence}")

    return changed


def has_one(column: pd.Series) -> bool:
    """Whether a column has one value and no other."""
    return len(column.dropna().unique()) == 1


def has(**values: object) -> Where:
    """Records with these values; None stands for missing, a tuple for any of its members."""

    def where(frame: pd.DataFrame) -> pd.Series:
        holds = pd.Series(True, index=frame.index)
        for name, value in values.items():
            column = frame[name]
            among: Iterable[object] = value if isinstance(value, tuple) else (value,)
            holds &= column.isna() if value is None else column.isin(list(among))
        return holds

    return where


def filled(*variables: str) -> Where:
    return lambda frame: frame[list(variables)].notna().all(axis=1)


def all_of(*conditions: Where) -> Where:
    def where(frame: pd.DataFrame) -> pd.Series:
        holds = pd.Series(True, index=frame.index)
        for each in conditions:
            holds &= each(frame)
        return holds

    return where
