"""Models of several states: state occupation in R, a Cox model of each transition in R, SAS and Stata.

Ties are Breslow's in every tool: a multi-state `coxph` of R has no others, whatever it is asked for. Standard
errors are robust, clustered by subject. Help pages of R's survival: `survcheck`, `survfit.formula` (id,
istate), `coxph` (multi-state models), and the vignette "Multi-state models and competing risks".

One module for each tool, called as in `programs`; neither lifelines nor scikit-survival has such models.
"""
