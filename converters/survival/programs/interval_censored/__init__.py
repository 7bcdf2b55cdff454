"""Interval-censored times: the nonparametric curve, and a Weibull model of accelerated failure time.

An event is in (left, right], at right where both are equal; a missing right is a censoring at left. Strata
are factors of the model: a model of accelerated failure time has no strata as Cox has. Help pages of R's
survival: `Surv` (type interval2), `survfit.formula`, `survreg`; of lifelines: `KaplanMeierFitter` and
`WeibullAFTFitter` (fit_interval_censoring). `manuals` has those of SAS and Stata.

One module for each tool, called as in `programs`; scikit-survival does not have such models.
"""
