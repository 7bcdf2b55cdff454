"""Tumor response derived again, subject by subject and assessment by assessment, without the product."""

from calendar import monthrange
from datetime import date, timedelta

RECIST = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE", "MISSING")
IMWG = ("sCR", "CR", "VGPR", "PR", "MR", "SD", "PD", "NE", "MISSING")
RESPONSES = {RECIST: RECIST[:2], IMWG: IMWG[:5]}
COMPLETE = {"sCR", "CR"}
STABLE = ("SD", "NON-CR/NON-PD")
NOT_EVALUABLE = ("NE", "MISSING")


def dated(text):
    """The date of a text, the last day of a month where the day is missing, with its flag."""
    if len(text) == len("2020-02"):
        year, month = map(int, text.split("-"))
        return date(year, month, monthrange(year, month)[1]), "D"
    return date.fromisoformat(text), None


def assessed(subject, order):
    """Assessments with both flags, by date and number."""
    found = []
    for number, (text, term) in enumerate(subject["RS"], 1):
        day, flag = dated(text)
        found.append({"day": day, "ADTF": flag, "term": term, "seq": number, "ANL01FL": False})
    found.sort(key=lambda each: (each["day"], each["seq"]))
    if subject["RANDDT"] is not None:
        for day in {each["day"] for each in found if each["day"] >= subject["RANDDT"]}:
            of_day = [each for each in found if each["day"] == day]
            worst = max(of_day, key=lambda each: (_badness(each["term"], order), each["seq"]))
            worst["ANL01FL"] = True
    progressions = [each["day"] for each in found if each["ANL01FL"] and each["term"] == "PD"]
    for each in found:
        each["ANL02FL"] = not progressions or each["day"] <= progressions[0]
    return found


def _badness(term, order):
    return -1 if term in NOT_EVALUABLE else order.index(term)


def confirmed_as(at, course, level, order, rules):  # noqa: C901  (told in the order of the rules)
    """Whether a later assessment confirms one as a response at least as good."""
    responses, rank = RESPONSES[order], order.index
    first = course[at]
    if first["term"] not in responses or rank(first["term"]) > rank(level):
        return False
    if rules["lesser_after_better"] == "stable" and first["term"] != level:
        return False
    not_evaluable = stable = 0
    before = first["term"]
    for other in course[at + 1 :]:
        term, days = other["term"], (other["day"] - first["day"]).days
        if term in responses:
            if rules["lesser_after_better"] == "stable" and rank(term) > rank(before):
                return False
            before = term
        if term in responses and rank(term) <= rank(level):
            if days >= rules["confirm_after"]:
                return rules["confirm_within"] is None or days <= rules["confirm_within"]
        elif term in NOT_EVALUABLE:
            not_evaluable += 1
            if not_evaluable > rules["not_evaluable_between"]:
                return False
        elif term in STABLE and level not in COMPLETE:
            stable += 1
            if stable > rules["stable_between"]:
                return False
        else:
            return False
    return False


def taken_for(at, course, order, rules, counts_from):
    """The term that an assessment counts as."""
    term, late = course[at]["term"], course[at]["day"] >= counts_from
    if term in RESPONSES[order]:
        if rules.get("confirm_after") is None:
            return term
        for level in RESPONSES[order]:
            if confirmed_as(at, course, level, order, rules):
                return level
        return "SD" if late else "NE"
    if term in STABLE:
        return term if late else "NE"
    return term


def course_of(subject, order):
    found = assessed(subject, order)
    return [each for each in found if each["ANL01FL"] and each["ANL02FL"]]


def best(subject, order, rules):
    """The best response with the assessment that it is of."""
    course = course_of(subject, order)
    if not course:
        return "MISSING", None
    counts_from = subject["RANDDT"] + timedelta(rules["stable_after"])
    taken = [taken_for(at, course, order, rules, counts_from) for at in range(len(course))]
    at = min(range(len(course)), key=lambda each: (order.index(taken[each]), each))
    return taken[at], course[at]


def first(subject, order, values, rules):
    """Y with the first assessment that counts as one of some terms, or N."""
    course = course_of(subject, order)
    if course:
        counts_from = subject["RANDDT"] + timedelta(rules["stable_after"])
        for at, each in enumerate(course):
            if taken_for(at, course, order, rules, counts_from) in values:
                return "Y", each
    return "N", None


def progression(subject, order):
    found = [each for each in assessed(subject, order) if each["ANL01FL"] and each["term"] == "PD"]
    return ("Y", found[0]) if found else ("N", None)


def last(subject, order):
    found = [each for each in assessed(subject, order) if each["ANL01FL"]]
    return (found[-1]["term"], found[-1]) if found else (None, None)
