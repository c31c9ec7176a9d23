"""docs/reference/savings.md: the rules of potential savings, from the file that declares them."""

from __future__ import annotations

from collections.abc import Mapping

from finmod.settings.rule import Condition
from finmod.settings.savings import Selected, saving_rules
from finmod.terms.money import plain
from finmod.terms.savings import EFFORTS, HOWS, Successor
from tools.pages.markdown import made_from, table

_HEAD = f"""# Rules of potential savings

{made_from("src/finmod/settings/built_in_savings.json")}
`finmod savings` looks for these in the charges of a month; `finmod savings --list` shows them. How to read its list is
told in [how to find savings](../how-to/savings.md). They stand in the order in which they take what they save: what
one rule saves, none below it saves again.

A rule looks at usage: charges of the category Usage that are no corrections. Conditions are those of
[taxonomy.yaml](../how-to/taxonomy.md): texts, globs and patterns between slashes, whatever the case. `environment` is
the dimension of that name, or the tag where there is none. Rules that ask for days need a bill of seven days or more;
"every day" is each day that the bill of the source reaches.
"""

TABLE_COLUMNS = {
    "x_Rank": "Place in the list of the month, the largest saving first, those without an amount last.",
    "x_Title": "What the rule finds.",
    "x_Kind": "usage: less or other usage saves; commitment: another commitment, or one that stands unused.",
    "x_Resource": "Name of the resource, of the family of machines, or of the commitment.",
    "x_EffectiveCost": "What it cost in the month; NULL where a bill does not tell it or no exchange rate converts it.",
    "x_PotentialSavings": "What would go away of that, and no earlier rule saves; NULL where a bill cannot tell it.",
    "x_PotentialCash": "Of it what is paid no more at once.",
    "x_PotentialCommitted": "Of it what commitments go on to cost until they end, free for other usage.",
    "x_Commitments": "The commitments, with their last day where a bill tells it.",
    "x_How": "How sure it is: whole, by the bill, at most, rule of thumb, unknown; see [savings](savings.md).",
    "x_Share": "Which share of the cost goes away.",
    "x_Effort": "S: hours; M: days; L: weeks.",
    "x_Risk": "low, medium or high.",
    "x_Days": "Number of days on which it was charged.",
    "x_Since": "First day of the first month in which the books have the resource; NULL without one.",
    "x_Evidence": "What was seen, in sentences with numbers.",
    "x_Basis": "Why so much goes away.",
    "x_Remedy": "What to do.",
    "x_BillingPeriod": "First day of the month.",
    "x_Rule": "Name of the rule.",
    "x_Currency": "The reporting currency.",
    "x_Owner": "Who answers for it: the owner of its product, else of its team, else of another name, else its team.",
    "SubAccountId": "NULL for families and commitments, which may be of several accounts.",
    "ResourceId": "NULL for families, commitments, and charges without a resource.",
}
"""Column of ``savings_monthly`` -> what it means."""

TABLE_NOTE = (
    "A column per dimension of the taxonomy follows ServiceName, such as x_Product. Candidates, their order and "
    "amounts are those of `finmod savings`, see [how to find savings](../how-to/savings.md); "
    "[savings](savings.md) has the rules. Within a month no cost is saved twice, so that amounts may be summed; months "
    "may not: what is saved once is saved in each month after. The list of a month is found when it is asked for "
    "first, and kept until its bill, a rule or a name changes."
)


def saving_pages() -> Mapping[str, str]:
    """Return the page of the rules."""
    rules = saving_rules().values()
    how = table(("how sure", "means"), [*HOWS.items()])
    overview = table(
        ("rule", "finds", "kind", "how sure", "bills of", "effort", "risk"),
        [
            (
                f"[{each.rule.name}](#{each.rule.name})", each.rule.title, each.rule.kind, each.rule.how,
                ", ".join(each.rule.suppliers), f"{each.rule.effort}: {EFFORTS[each.rule.effort]}", each.rule.risk,
            )
            for each in rules
        ],
    )  # fmt: skip
    return {"docs/reference/savings.md": f"{_HEAD}\n{how}\n{overview}{''.join(map(_section, rules))}"}


def _section(selected: Selected) -> str:
    rule = selected.rule
    parts = [f"\n## {rule.name}\n\n{rule.title}. {rule.seen}\n"]
    parts += [f"\nLooks at:\n\n{_alternatives(selected.when)}"]
    if selected.beside:
        parts += [f"\nBeside it, {rule.beside_words}:\n\n{_alternatives(selected.beside)}"]
    share = f"{plain(rule.share * 100)[:5]} % of the cost goes away. " if rule.share is not None else ""
    parts += [f"\nSaves: {share}How sure: {rule.how}. {rule.basis}\n"]
    if rule.successors:
        rows = [(f"`{each.old}`", f"`{each.new}`", _saved(each)) for each in rule.successors]
        parts += ["\n", table(("older kind", "successor", "list price lower by"), rows)]
    parts += [f"\nWhat to do: {rule.remedy}\n\nSource: {rule.source}\n"]
    return "".join(parts)


def _saved(successor: Successor) -> str:
    return "by the bill alone" if successor.share is None else f"{plain(successor.share * 100)} %"


def _alternatives(alternatives: tuple[Mapping[str, Condition], ...]) -> str:
    return "".join(f"- {', and '.join(_words(name, each) for name, each in when.items())}\n" for when in alternatives)


def _words(subject: str, condition: Condition) -> str:
    if condition.absent:
        return f"no {subject}"
    words = [f"{subject} is {_listed(condition.any)}"] if condition.any else []
    words += [f"{subject} is not {_listed(condition.none)}"] if condition.none else []
    return " and ".join(words)


def _listed(texts: tuple[str, ...]) -> str:
    return " or ".join(f"`{each}`" for each in texts)
