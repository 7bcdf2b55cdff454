"""Figures of R's package survival for many small data sets at once, each read from columns of a file."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

PROBABILITIES = (0.25, 0.5, 0.75)
SHARES_OF_TAU = (0.0, 0.25, 0.5, 1.0, 2.0)
"""Times of the figures "at", which are cumulative, as shares of tau."""
CONF_TYPES = ("log-log", "log", "plain")

_CODE = r"""
suppressMessages(library(survival))
x <- read.csv("records.csv", colClasses = c(group = "character", stratum = "character"))
tau <- read.csv("tau.csv")
types <- c("log-log", "log", "plain")
out <- list(); add <- function(set, figure, values) {
  out[[length(out) + 1]] <<- data.frame(set = set, figure = figure, place = seq_along(values),
    value = ifelse(is.na(values), "", sprintf("%.17g", values)))
}
each <- function(set, d, delayed) {
  upto <- tau$tau[tau$set == d$set[1]]
  y <- if (delayed) Surv(d$entry, d$time, d$event) else Surv(d$time, d$event)
  for (type in types) {
    fit <- survfit(y ~ 1, conf.type = type)
    add(set, paste("lower", type), fit$lower); add(set, paste("upper", type), fit$upper)
    # With a share of 0 R applies its tolerance to the others alike: without it, a curve that reaches only the
    # least share, but for rounding, is missing.
    q <- quantile(fit, c(0, 0.25, 0.5, 0.75))
    add(set, paste("quantile", type), c(q$quantile[-1], q$lower[-1], q$upper[-1]))
    a <- summary(fit, times = upto * c(0, 0.25, 0.5, 1, 2), extend = TRUE)
    # Between times of the curve R gives the number at risk at the next one, with who enters until then.
    at_risk <- if (delayed) sapply(a$time, function(t) sum(d$entry < t & d$time >= t)) else a$n.risk
    add(set, paste("at", type), c(
      at_risk, cumsum(a$n.event), cumsum(a$n.censor), a$surv, a$std.err, a$lower, a$upper))
  }
  add(set, "time", fit$time); add(set, "at_risk", fit$n.risk); add(set, "events", fit$n.event)
  add(set, "censored", fit$n.censor); add(set, "survival", fit$surv)
  s <- summary(fit, censored = TRUE); add(set, "std_error", s$std.err)
  if (upto >= min(fit$time)) {
    m <- summary(fit, rmean = upto)$table
    add(set, "rmean", m[grep("rmean", names(m))])
  }
  reverse <- if (delayed) Surv(d$entry, d$time, !d$event) else Surv(d$time, !d$event)
  for (type in types) {
    q <- quantile(survfit(reverse ~ 1, conf.type = type), c(0, 0.25, 0.5, 0.75))
    add(set, paste("follow-up", type), c(q$quantile[-1], q$lower[-1], q$upper[-1]))
  }
}
tested <- function(set, name, call) {
  found <- tryCatch(call(), error = function(e) NULL)
  if (!is.null(found)) {
    e <- if (is.matrix(found$exp)) rowSums(found$exp) else found$exp
    add(set, name, c(found$chisq, sum(e > 0) - 1, found$pvalue))
  }
}
# survdiff does not take entries; the score test of the exact partial likelihood is the log-rank test.
scored <- function(set, name, formula, d) {
  fit <- tryCatch(suppressWarnings(coxph(formula, d, ties = "exact")), error = function(e) NULL)
  if (is.null(fit)) return(invisible())
  df <- sum(!is.na(fit$coefficients)) # summary() and coef() do not take such a fit
  if (df > 0) add(set, name, c(fit$score, df, pchisq(fit$score, df, lower.tail = FALSE)))
}
for (set in unique(x$set)) {
  d <- x[x$set == set, ]
  each(set, d, FALSE)
  if (!anyNA(d$entry)) each(paste(set, "entry"), d, TRUE)
  if (length(unique(d$group)) > 1) {
    tested(set, "logrank", function() survdiff(Surv(time, event) ~ group, d))
    tested(set, "stratified", function() survdiff(Surv(time, event) ~ group + strata(stratum), d))
    if (!anyNA(d$entry)) {
      scored(set, "logrank entry", Surv(entry, time, event) ~ group, d)
      scored(set, "stratified entry", Surv(entry, time, event) ~ group + strata(stratum), d)
    }
  }
}
write.csv(do.call(rbind, out), "figures.csv", row.names = FALSE)
"""


def r_figures(
    rscript: str, folder: Path, sets: Mapping[str, pd.DataFrame], taus: Mapping[str, float]
) -> Mapping[tuple[str, str], np.ndarray]:
    """What R says of each set: (set, figure) to its values; "SET entry" is the set with delayed entry.

    Parameters
    ----------
    sets : mapping of name to DataFrame
        With time, event, group and stratum; and entry, of which one missing value means none.
    taus : mapping of name to float
        Until when the mean time is restricted.
    """
    together = pd.concat([frame.assign(set=name) for name, frame in sets.items()])
    together.assign(event=together["event"].map({True: "TRUE", False: "FALSE"})).to_csv(
        folder / "records.csv", index=False, float_format="%.17g", na_rep="NA"
    )
    pd.DataFrame({"set": list(taus), "tau": list(taus.values())}).to_csv(folder / "tau.csv", index=False)
    (folder / "figures.R").write_text(_CODE, encoding="utf-8")
    ran = subprocess.run(
        [rscript, "--vanilla", "figures.R"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    found = pd.read_csv(folder / "figures.csv", dtype={"set": str})
    return {
        (str(name), str(figure)): values["value"].to_numpy(np.float64)
        for (name, figure), values in found.groupby(["set", "figure"], sort=False)
    }


def same(found: Sequence[float] | np.ndarray, known: Sequence[float] | np.ndarray) -> bool:
    """Equal to 1e-9, missing where the other is missing."""
    found, known = np.asarray(found, np.float64), np.asarray(known, np.float64)
    return found.shape == known.shape and bool(
        np.allclose(found, known, rtol=1e-9, atol=1e-12, equal_nan=True)
    )
