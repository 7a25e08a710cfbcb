"""The rules: a list searched as one types, and a page each."""

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from stacks.rules.findings import Layer
from stacks.rules.registry import rule_by_code
from stacks.services.rule_sightings import rule_sightings
from stacks.services.rules import FAMILIES, LAYERS, find_rules, rule_page, rule_rows
from stacks.views.rendering import render_page, search_words
from stacks.views.request import UserRequest


@require_GET
def rule_list(request: UserRequest) -> HttpResponse:
    """All rules, or those of `?family=` and `?layer=` that have the words of `?q=`."""
    query = search_words(request)
    family, layer = request.GET.get("family", ""), request.GET.get("layer", "")
    family, layer = family if family in FAMILIES else "", layer if layer in list(Layer) else ""
    context = {
        "query": query,
        "family": family,
        "layer": layer,
        "rows": find_rules(words=query.split(), family=family, layer=layer),
        "total": len(rule_rows()),
        "families": FAMILIES,
        "layers": LAYERS,
    }
    return render_page(request, "rules/list.html", context, fragment="rules/_list.html")


@require_GET
def rule_explained(request: UserRequest, code: str) -> HttpResponse:
    """A rule by its code in any case; 404 with a way to search for one that there is not."""
    rule = rule_by_code(code)
    if rule is None:
        return render_page(request, "rules/unknown.html", {"code": code}, status=404)
    sightings = rule_sightings(user=request.user, code=rule.code)
    return render_page(request, "rules/page.html", {"rule": rule, "page": rule_page(rule), "sightings": sightings})
