"""The parts of the pages: what each says, to the eye and to assistive technology, under the strict content policy."""

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import QueryDict
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import timezone, translation

from apps.core.errors import Objection, RuleBroken, Stale
from apps.core.ui.pages import happened_from, refusal_response
from apps.core.ui.samples import samples
from apps.core.views import PAGES

APPS = Path(settings.BASE_DIR) / "apps"
TEMPLATES = sorted(APPS.rglob("templates/**/*.html"))
SCRIPTS = sorted((APPS / "core/static/core/js").glob("*.js"))
NOW = datetime(2026, 11, 5, 6, 6, tzinfo=UTC)
BREAKS_THE_POLICY = re.compile(
    r"""\sstyle\s*=|<style|\son[a-z]+\s*=\s*["']|<script(?![^>]*\bsrc=)|javascript:|hx-on|hx-vals=["']js:""", re.I
)


class Entry(forms.Form):
    viability = forms.CharField(label="Viability", help_text="As printed.")
    clear = forms.ChoiceField(label="Bench clear", choices=[("yes", "Yes"), ("no", "No")], widget=forms.RadioSelect)
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea)


def drawn(source: str, **context: object) -> str:
    with translation.override("en"), timezone.override("Asia/Shanghai"):
        return Template("{% load qcs i18n %}" + source).render(Context(context))


def part(name: str, **context: object) -> str:
    with translation.override("en"), timezone.override("Asia/Shanghai"):
        return render_to_string(f"parts/{name}.html", context)


def request_of(path: str = "/", data: dict[str, str] | None = None, **headers: str):
    factory = RequestFactory(headers=headers)
    request = factory.post(path, data) if data is not None else factory.get(path)
    request.session = {}
    return request


# --- the policy ---
@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(APPS)))
def test_no_template_breaks_the_strict_content_policy(path):
    assert not BREAKS_THE_POLICY.findall(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_no_script_evaluates_text_or_writes_markup(path):
    assert not re.findall(r"\beval\(|new Function|innerHTML|outerHTML|document\.write|localStorage", path.read_text())


def test_every_static_file_that_a_page_names_is_there():
    named = {name for path in TEMPLATES for name in re.findall(r"{%\s*static ['\"]([^'\"]+)", path.read_text())}

    assert named
    assert {name for name in named if finders.find(name) is None} == set()


def test_the_base_page_asks_htmx_for_no_styles_no_eval_and_no_stored_history():
    config = re.search(r"name=\"htmx-config\" content='([^']+)'", (APPS / "core/templates/base.html").read_text())

    assert config
    assert '"includeIndicatorStyles":false' in config[1]
    assert '"allowEval":false' in config[1]
    assert '"historyCacheSize":0' in config[1]


# --- fields ---
def test_a_field_stands_under_its_label_with_unit_and_limit_beside_it():
    html = drawn(
        '{% field form.viability verdict="alert" unit="%" limit="≥ 90.0" before="94.8" number=True %}', form=Entry()
    )

    assert '<label for="id_viability">Viability' in html
    assert 'aria-describedby="id_viability_limit id_viability_before id_viability_help"' in html
    assert 'id="id_viability_limit"' in html
    assert 'inputmode="decimal"' in html
    assert 'aria-label="Alert"' in html
    assert "placeholder" not in html


def test_an_error_stands_beside_its_field_and_the_text_stays_as_typed():
    form = Entry({"viability": "918", "clear": "yes"})
    form.is_valid()
    form.add_error("viability", "918 is above 100.")
    html = drawn("{% field form.viability %}", form=form)

    assert 'aria-invalid="true"' in html
    assert 'value="918"' in html
    assert re.search(r'id="id_viability_error" role="alert">.*918 is above 100\.', html, re.S)


def test_choices_are_a_group_with_its_question():
    html = drawn("{% field form.clear %}", form=Entry())

    assert "<legend>Bench clear" in html
    assert html.count('type="radio"') == 2


def test_several_errors_are_listed_with_links_to_their_fields():
    html = part("form_errors", form=Entry({}))

    assert '<a href="#id_viability">Viability</a>' in html
    assert "2 things to mend" in html
    assert part("form_errors", form=Entry({"viability": "1"})).strip() == ""


# --- corrections, holds, signatures ---
def test_a_correction_shows_old_new_who_when_and_why():
    html = part("correction", correction=samples(NOW)["correction"])

    for words in (
        "4.0<span",
        "4.2<span",
        "was ",
        "Lin Wei",
        "2026-11-02 12:06",
        "dilution factor read from wrong line",
    ):
        assert words in html
    assert "sign again" in html


def test_the_holds_panel_answers_the_persons_question():
    html = part("holds", question="Why can’t this be certified?", holds=samples(NOW)["holds"], blocks="certification")

    assert "Why can’t this be certified?" in html
    assert "3 open holds" in html
    assert "Wang Rui, authorised person" in html
    assert ">Remind</a>" in html
    assert ">Waiting<" in html


def test_no_hold_is_said_as_well():
    assert "No open hold." in part("holds", question="Why can’t this be certified?", holds=[])


def test_signing_reads_back_every_line_and_states_the_meaning():
    html = part("signing", signing=samples(NOW)["signing"], now=NOW)

    for line in samples(NOW)["lines"]:
        assert line["label"] in html
    assert "I compared the 5 lines above" in html
    assert 'name="challenge" value="00000000-0000-0000-0000-000000000000"' in html
    assert 'type="password" id="id_secret" name="secret" autocomplete="off" required' in html
    assert 'name="username"' in html
    assert "Sign: checked" in html
    assert "7c1e 4ab0 93d2" in html
    assert "4:32" in html


def test_a_later_signature_of_a_series_asks_for_the_secret_only():
    html = part("signing", signing=samples(NOW)["signing"] | {"asks_id": False}, now=NOW)

    assert 'name="username"' not in html
    assert 'name="secret"' in html


def test_a_refused_signing_keeps_the_panel_and_says_why():
    html = part("signing", signing=samples(NOW)["signing_refused"], now=NOW)

    assert "Not signed" in html
    assert "3 tries are left." in html
    assert "I compared the 5 lines above" in html


def test_a_signature_is_a_printed_name_a_meaning_and_a_time():
    facts = {
        "printed_name": "Zhao Min", "printed_name_zh": "赵敏", "meaning": "I checked it.", "at": NOW, "covers": False,
        "role_title": {"en": "Head of quality control", "zh": "质量控制负责人"},
    }  # fmt: skip
    html = part("signature", signature=facts)

    for words in ("Zhao Min", "赵敏", "I checked it.", "Head of quality control", "2026-11-05 14:06:00", "UTC+8"):
        assert words in html
    assert "Not covered" in html


# --- refusals ---
EXPIRED = Objection("expired", "Lot {lot} expired.", {"lot": "PL-118"}, place="lot")


def test_a_refusal_tells_every_reason_and_links_to_the_field():
    held = Objection("held", "Lot {lot} is held.", {"lot": "PL-118"})
    response = refusal_response(request_of(), RuleBroken(EXPIRED, held))

    html = response.content.decode()
    assert response.status_code == 409
    assert '<a href="#id_lot">Lot PL-118 expired.</a>' in html
    assert "Lot PL-118 is held." in html
    assert "Nothing was recorded." in html
    assert "This was already done" not in html


def test_the_second_way_sends_the_same_act_again_but_never_a_secret():
    request = request_of("/act/?row=3", {"lot": "PL-118", "secret": "nine copper kettles", "challenge": "x"})

    html = refusal_response(request, RuleBroken(EXPIRED), already=True).content.decode()

    assert 'action="/act/?row=3"' in html
    assert '<input type="hidden" name="lot" value="PL-118">' in html
    assert 'name="happened_at"' in html
    assert 'name="happened_reason"' in html
    assert "nine copper kettles" not in html


def test_only_a_rule_has_a_second_way():
    html = refusal_response(request_of("/", {}), Stale(EXPIRED), already=True).content.decode()

    assert "This was already done" not in html


def test_htmx_gets_the_refusal_as_a_part():
    html = refusal_response(request_of("/", **{"HX-Request": "true"}), RuleBroken(EXPIRED)).content.decode()

    assert html.lstrip().startswith('<section class="refusal"')


def test_a_foreign_referer_is_no_way_back():
    request = request_of("/", **{"Referer": "https://elsewhere.example/x"})

    assert "elsewhere" not in refusal_response(request, RuleBroken(EXPIRED)).content.decode()


def test_what_already_happened_is_read_in_the_zone_of_the_site():
    request = request_of("/", {"happened_at": "2026-11-05T14:06", "happened_reason": "the network was down"})

    with timezone.override("Asia/Shanghai"):
        happened = happened_from(request)

    assert happened is not None
    assert happened.at.astimezone(UTC) == NOW
    assert happened.reason == "the network was down"
    assert happened_from(request_of("/", {})) is None


# --- tables and clocks ---
def test_sorting_lives_in_the_address_and_keeps_the_filter():
    request = request_of("/?state=RUNNING&sort=due&after=abc")
    html = drawn('{% sort_head "due" "Due" %}{% sort_head "number" "Batch" %}', request=request)

    links = [QueryDict(link.replace("&amp;", "&")) for link in re.findall(r'href="\?([^"]+)"', html)]
    assert [dict(link.items()) for link in links] == [
        {"state": "RUNNING", "sort": "-due"},
        {"state": "RUNNING", "sort": "number"},
    ]
    assert html.count("aria-sort") == 1
    assert 'aria-sort="ascending"' in html


def test_the_pager_goes_on_by_key_and_keeps_the_filter():
    page = {"next_cursor": "k9", "previous_cursor": None, "shown": 50}
    html = render_to_string("parts/pager.html", {"page": page}, request=request_of("/?q=CT"))

    assert "?q=CT&amp;after=k9" in html
    assert 'rel="prev"' not in html


def test_a_clock_carries_its_end_for_the_script_and_its_digits_for_everybody():
    html = drawn('{% clock end start "to start of fill" %}', end=NOW + timedelta(minutes=97), start=NOW, now=NOW)

    assert 'data-end="2026-11-05T15:43:00+08:00"' in html
    assert ">1:37:00<" in html
    assert "by " in html
    assert 'role="timer"' in html


def test_the_page_of_a_training_system_says_so():
    assert "Training: nothing here is a batch record" in part("mode_banner", mode="training")
    assert "Demonstration data" in part("mode_banner", mode="embedded")
    assert "mode-banner" not in part("mode_banner", mode="server")


# --- whole pages ---
class Outline(HTMLParser):
    """Identifiers, labels and headings of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.labelled: list[str] = []
        self.controls: list[dict[str, str | None]] = []
        self.mains = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.ids += [found["id"]] if found.get("id") else []
        self.labelled += [found["for"]] if tag == "label" and found.get("for") else []
        self.mains += tag == "main"
        if tag in ("input", "select", "textarea") and found.get("type") not in ("hidden", "radio", "checkbox"):
            self.controls.append(found)


@pytest.mark.parametrize("page", ["", *PAGES])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_page_of_samples_is_drawn_under_the_policy(cast, web_client, page, language):
    client = web_client(cast.olga)
    client.post("/preferences/", {"language": language, "next": "/"})

    response = client.get(f"/styleguide/{page + '/' if page else ''}")

    html = response.content.decode()
    outline = Outline()
    outline.feed(html)
    assert response.status_code == 200
    assert f'<html lang="{language}"' in html
    assert "unsafe" not in response["Content-Security-Policy"]
    assert outline.mains == 1
    if page:
        assert len(outline.ids) == len(set(outline.ids)), "an identifier stands twice"
    for control in outline.controls:
        named = control.get("aria-label") or control.get("id") in outline.labelled or control.get("type") == "search"
        assert named, f"a control without a name: {control}"
