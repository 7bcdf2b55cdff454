"""The Aalen-Johansen estimator against R's survfit on small and large groups, with ties and times of 0."""

import subprocess

import numpy as np
import pandas as pd
import pytest

from adamgate.converters.survival.aalen_johansen import aalen_johansen
from adamgate.converters.survival.conf_type import ConfType
from adamgate.converters.survival.estimators import merged_times

pytestmark = [pytest.mark.slow, pytest.mark.one_version]

CAUSES = 3
CODE = """
suppressMessages(library(survival))
x <- read.csv("groups.csv"); out <- list()
for (s in unique(x$set)) for (type in c("log-log", "log", "plain")) {
  d <- x[x$set == s, ]; d$first <- factor(d$status, 0:3)
  f <- suppressWarnings(survfit(Surv(time, first) ~ 1, d, conf.type = type))
  for (k in 2:4) out[[length(out) + 1]] <- data.frame(set = s, type = type, cause = k - 1, time = f$time,
    at_risk = f$n.risk[, 1], events = f$n.event[, k], incidence = f$pstate[, k], std_error = f$std.err[, k],
    lower = f$lower[, k], upper = f$upper[, k])
}
out <- do.call(rbind, out)
for (name in names(out)) if (is.numeric(out[[name]])) out[[name]] <- sprintf("%.17g", out[[name]])
write.csv(out, "known.csv", row.names = FALSE)
"""


@pytest.fixture(scope="module")
def groups():
    """Times and status by number: few times, times that are no binary fractions, one cause only."""
    random = np.random.default_rng(20)
    found = {}
    for number in range(36):
        n = int(random.integers(1, 60))
        time = np.floor(random.exponential(8, n)) / (1 if number % 2 else 3)
        status = random.choice(4, n, p=[0.3, 0.4, 0.2, 0.1])
        if number % 6 == 0:
            status = np.where(status > 0, number // 6 % 3, 0)
        found[number] = (time, status)
    found[99] = (np.round(random.exponential(10, 3000), 2), random.choice(3, 3000, p=[0.05, 0.9, 0.05]))
    return found


@pytest.fixture(scope="module")
def known(groups, rscript, tmp_path_factory):
    folder = tmp_path_factory.mktemp("groups")
    frames = [
        pd.DataFrame({"set": key, "time": time, "status": status}) for key, (time, status) in groups.items()
    ]
    pd.concat(frames).to_csv(folder / "groups.csv", index=False, float_format="%.17g")
    (folder / "run.R").write_text(CODE)
    subprocess.run([rscript, "--vanilla", "run.R"], cwd=folder, check=True)
    return pd.read_csv(folder / "known.csv", na_values=["NA", "NaN"])


def test_estimates_errors_and_limits(groups, known):
    for (key, conf_type, cause), frame in known.groupby(["set", "type", "cause"]):
        time, status = groups[key]
        steps = aalen_johansen(merged_times(time)[0], status, CAUSES)[cause - 1].steps
        lower, upper = steps.limits(ConfType(conf_type))
        where = f"{key} {conf_type} {cause}"
        np.testing.assert_array_equal(steps.at_risk, frame["at_risk"], where)
        np.testing.assert_array_equal(steps.events, frame["events"], where)
        for values, name in ((steps.incidence, "incidence"), (steps.std_error, "std_error")):
            np.testing.assert_allclose(values, frame[name], rtol=1e-9, atol=1e-12, err_msg=f"{where} {name}")
        # R has no limits of an incidence of 0; of one that is 1 but for rounding it has some at times.
        inner = (steps.incidence > 0) & (steps.incidence < 1)
        assert not lower[steps.incidence == 0].any()
        assert not upper[steps.incidence == 0].any()
        for values, name in ((lower, "lower"), (upper, "upper")):
            np.testing.assert_allclose(
                values[inner],
                frame[name][inner.nonzero()[0] + frame.index[0]],
                rtol=1e-9,
                err_msg=f"{where} {name}",
            )
