"""A copy of a study to be changed, and small changes to put together."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
import pandas as pd
from two_arm_trial import as_read, dataset, variable_of

from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.study import Study

Rng = np.random.Generator
Change = Callable[["Delivery", Rng], None]
Where = Callable[[pd.DataFrame], pd.Series]


class Delivery:
    """The datasets of a study as plain frames; what is not touched stays the study's own."""

    def __init__(self, study: Study) -> None:
        self._datasets = dict(study.datasets)
        self._frames: dict[str, pd.DataFrame] = {}

    def frame(self, name: str) -> pd.DataFrame:
        """A frame to read or to change in place; text as plain objects."""
        if name not in self._frames:
            frame = self._datasets[name].frame
            texts = [each for each in frame if isinstance(frame[each].dtype, pd.CategoricalDtype)]
            self._frames[name] = frame.astype(dict.fromkeys(texts, object)).copy()
        return self._frames[name]

    def put(self, name: str, frame: pd.DataFrame) -> None:
        self._frames[name] = frame

    def describe(self, dataset: str, variable: str, /, **facts: object) -> None:
        """Change the metadata of a variable."""
        before = self._datasets[dataset]
        described = tuple(
            replace(each, **facts) if each.name == variable else each for each in before.variables
        )
        frame = self.frame(dataset)
        if "name" in facts:
            self._frames[dataset] = frame = frame.rename(columns={variable: facts["name"]})
        self._datasets[dataset] = before.replace(variables=described, frame=frame)

    def drop(self, name: str, variable: str) -> None:
        dataset = self._datasets[name]
        self._frames[name] = frame = self.frame(name).drop(columns=variable)
        kept = tuple(each for each in dataset.variables if each.name != variable)
        self._datasets[name] = dataset.replace(variables=kept, frame=frame)

    def add(self, name: str, frame: pd.DataFrame) -> None:
        """Deliver one more dataset."""
        self._datasets[name] = dataset(frame, name)

    def remove(self, name: str) -> None:
        """Leave a dataset out of the delivery."""
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


def some(frame: pd.DataFrame, rng: Rng, where: Where | None = None, records: int = 1) -> pd.Index:
    """The index of a few records, drawn among those where a condition holds."""
    among = frame.index if where is None else frame.index[where(frame).fillna(value=False).astype(bool)]
    assert len(among) >= records, "nothing to damage"
    return pd.Index(np.sort(rng.choice(among, records, replace=False)))


def put(dataset: str, variable: str, value: object, where: Where | None = None, records: int = 1) -> Change:
    """Write one value on a few records."""

    def change(delivery: Delivery, rng: Rng) -> None:
        frame = delivery.frame(dataset)
        frame.loc[some(frame, rng, where, records), variable] = value

    return change


def shift(dataset: str, variable: str, by: int, where: Where | None = None, records: int = 1) -> Change:
    """Add to a date, in days, or to a number."""

    def change(delivery: Delivery, rng: Rng) -> None:
        frame = delivery.frame(dataset)
        filled = frame[variable].notna()
        own = some(frame, rng, lambda data: filled & (where(data) if where else True), records)
        dated = pd.api.types.is_datetime64_any_dtype(frame[variable].dtype)
        frame.loc[own, variable] += pd.Timedelta(days=by) if dated else by

    return change


def write(dataset: str, variable: str, edit: Callable[[str], str], where: Where | None = None) -> Change:
    """Edit the text of one record."""

    def change(delivery: Delivery, rng: Rng) -> None:
        frame = delivery.frame(dataset)
        own = some(frame, rng, lambda data: data[variable].notna() & (where(data) if where else True))
        frame.loc[own, variable] = frame.loc[own, variable].map(edit)

    return change


def swap(dataset: str, variable: str, one: object, other: object, where: Where) -> Change:
    """Exchange two values on all records where a condition holds."""

    def change(delivery: Delivery, rng: Rng) -> None:
        frame = delivery.frame(dataset)
        old = frame[variable].copy()
        frame.loc[where(frame) & old.eq(one), variable] = other
        frame.loc[where(frame) & old.eq(other), variable] = one

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
        frame = delivery.frame(dataset)
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
