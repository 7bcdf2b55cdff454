# The estimates of the worked examples, from the tables beside this file, each cell of which is worked out by
# hand (dozen.py has the study). estimates.csv is what it writes:
#
#   Rscript tests/survival/shapes/worked/estimates.R tests/survival/shapes/worked/estimates.csv
suppressMessages(library(survival))
script <- sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))
target <- commandArgs(TRUE)[1]
table_of <- function(name)
  read.csv(file.path(dirname(script), paste0(name, ".csv")), na.strings = "", stringsAsFactors = FALSE)

found <- list()
add <- function(table, group, figure, values)
  found[[length(found) + 1]] <<- data.frame(table, group, figure,
    values = paste(ifelse(is.na(values), "NaN", sprintf("%.17g", values)), collapse = " "))

# Kaplan-Meier curves -----------------------------------------------------------------------------------------

CONF_TYPES <- c("log-log", "log", "plain")
AT <- c(1, 60, 75, 120, 400)
TAU <- 100

curve <- function(table, group, y, subject) {
  for (type in CONF_TYPES) {
    fit <- survfit(y ~ 1, conf.type = type, id = subject)
    shown <- fit$n.event > 0 | fit$n.censor > 0 # not where a subject goes on in the next interval
    add(table, group, paste("lower", type), fit$lower[shown])
    add(table, group, paste("upper", type), fit$upper[shown])
    # The share of 0 makes R use its tolerance for the others.
    q <- quantile(fit, c(0, 0.25, 0.5, 0.75))
    add(table, group, paste("quantiles", type), c(q$quantile[-1], q$lower[-1], q$upper[-1]))
  }
  for (each in c("time", "n.risk", "n.event", "n.censor", "surv")) add(table, group, each, fit[[each]][shown])
  add(table, group, "std.err", summary(fit, censored = TRUE)$std.err[shown])
}

# What only the Kaplan-Meier tables have.
summarised <- function(table, group, time, event) {
  for (type in CONF_TYPES) {
    at <- summary(survfit(Surv(time, event) ~ 1, conf.type = type), times = AT, extend = TRUE)
    add(table, group, paste("at", type), c(at$n.risk, cumsum(at$n.event), cumsum(at$n.censor), at$surv,
      at$std.err, at$lower, at$upper))
    follow_up <- quantile(survfit(Surv(time, !event) ~ 1, conf.type = type), c(0, 0.5))
    add(table, group, paste("follow-up", type),
      c(follow_up$quantile[2], follow_up$lower[2], follow_up$upper[2]))
  }
  mean <- summary(survfit(Surv(time, event) ~ 1), rmean = TAU)$table
  add(table, group, "rmean", mean[grep("rmean", names(mean))])
}

# Log-rank and Cox --------------------------------------------------------------------------------------------

# survdiff does not take late entries: the test from the subjects at risk and the events at each time.
log_rank_of_late_entries <- function(y, arm, within) {
  u <- numeric(3); v <- matrix(0, 3, 3)
  for (s in unique(within)) for (t in sort(unique(y[y[, 3] == 1 & within == s, 2]))) {
    n <- as.numeric(table(arm[within == s & y[, 1] < t & y[, 2] >= t]))
    d <- as.numeric(table(arm[within == s & y[, 2] == t & y[, 3] == 1]))
    u <- u + d - sum(d) * n / sum(n)
    if (sum(n) > 1) v <- v + sum(d) * (sum(n) - sum(d)) / (sum(n) - 1) *
      (diag(n / sum(n)) - outer(n, n) / sum(n)^2)
  }
  judged <- diag(v) > 0
  several <- which(judged)[-1]
  chisq <- drop(u[several] %*% solve(v[several, several], u[several]))
  c(chisq, length(several), pchisq(chisq, length(several), lower.tail = FALSE))
}

compared <- function(table, figure, y, arm, within) {
  late <- ncol(y) == 3
  if (late) {
    add(table, "arms", paste("log-rank", figure), log_rank_of_late_entries(unclass(y), arm, within))
  } else {
    test <- survdiff(y ~ arm + strata(within))
    expected <- if (is.matrix(test$exp)) rowSums(test$exp) else test$exp
    add(table, "arms", paste("log-rank", figure), c(test$chisq, sum(expected > 0) - 1, test$pvalue))
  }
  # Where one arm has no event while the other is at risk, the coefficient is infinite and R warns: of these
  # the likelihood alone is shown.
  fit <- suppressWarnings(coxph(y ~ arm + strata(within), ties = "efron"))
  se <- sqrt(diag(vcov(fit)))
  for (n in which(se < 100)) add(table, levels(arm)[n + 1], paste("Cox", figure), c(coef(fit)[n], se[n]))
  add(table, "arms", paste("loglik", figure), fit$loglik[2])
}

analysed <- function(table, data, y, subject = seq_len(nrow(data))) {
  used <- !is.na(y)
  subject <- subject[used]; data <- data[used, ]; y <- y[used, ] # in this order: subject is numbered from data
  arm <- factor(data$TRT01P, levels = c("A", "B", "C"))
  for (each in levels(arm)) curve(table, each, y[arm == each], subject[arm == each])
  curve(table, "all", y, subject)
  compared(table, "plain", y, arm, rep(1, length(arm)))
  compared(table, "stratified", y, arm, data$REGION1)
}

d <- table_of("one-record")
analysed("one-record", d, Surv(d$duration, d$event))
for (each in c("A", "B", "C", "all")) {
  some <- d$TRT01P == each | each == "all"
  summarised("one-record", each, d$duration[some], d$event[some])
}
d <- table_of("wide")
analysed("wide OS", d, Surv(d$OS_duration, d$OS_event))
analysed("wide PFS", d, Surv(d$PFS_duration, d$PFS_event))
d <- table_of("delayed-entry")
analysed("delayed-entry", d, Surv(d$entry, d$duration, d$event))
d <- table_of("landmark")
analysed("landmark", d, Surv(d$duration, d$event))
d <- table_of("person-time")
analysed("person-time", d, Surv(d$start, d$stop, d$event), d$USUBJID)

# Adverse events ----------------------------------------------------------------------------------------------

subjects <- subset(table_of("subjects"), SAFFL == "Y")
events <- merge(subset(table_of("adverse-events"), TRTEMFL == "Y"), subjects, by = "USUBJID")
PER <- 100

add_rate <- function(term, arm, measure, count, days) {
  years <- days / 365.25
  limits <- poisson.test(count, years / PER)$conf.int
  add("adverse-events", arm, paste(measure, term, sep = ": "), c(count, years, count / years * PER, limits))
}

counted <- function(term, chosen) for (arm in c("A", "B", "C")) {
  of_arm <- subset(subjects, TRT01A == arm)
  own <- subset(events, chosen & TRT01A == arm)
  with_event <- length(unique(own$USUBJID))
  add("adverse-events", arm, paste("incidence", term, sep = ": "),
    c(with_event, nrow(of_arm), 100 * with_event / nrow(of_arm), nrow(own)))
  within <- subset(own, day >= start & day <= end)
  first <- sapply(of_arm$USUBJID, function(who) min(within$day[within$USUBJID == who], Inf))
  add_rate(term, arm, "eair", sum(is.finite(first)), sum(pmin(first, of_arm$end) - of_arm$start + 1))
  add_rate(term, arm, "eaer", nrow(within), sum(of_arm$end - of_arm$start + 1))
}

counted("any", rep(TRUE, nrow(events)))
for (each in unique(events$AEBODSYS)) counted(each, events$AEBODSYS == each)
for (each in unique(events$AEDECOD)) counted(each, events$AEDECOD == each)

lines <- do.call(rbind, found)
writeLines(c("# made by: Rscript tests/survival/shapes/worked/estimates.R FILE", "table,group,figure,values",
  do.call(paste, c(lines, sep = ","))), target)
