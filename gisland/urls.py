"""Addresses: design section 9."""

from django.contrib import admin
from django.urls import include, path

from gisland.health import healthz
from gisland.pages import (
    campaigns,
    case_audit,
    case_deadlines,
    case_facts,
    case_files,
    case_papers,
    case_people,
    case_what_if,
    cases,
    clues,
    field,
    issue_pages,
    review_acts,
    review_approval,
    review_files,
    review_jobs,
)
from gisland.pages.clue_api import ClueOneView, CluesView
from gisland.pages.home import home
from gisland.pages.issue_api import IssueTablesView
from gisland.pages.login import LoginPage, LogoutPage
from gisland.pages.map_page import map_page
from gisland.pages.patches import patch_list, patch_page
from gisland.pages.ratios import ratio_bulletin_pdf, ratio_page, ratio_patches, ratio_xlsx
from gisland.pages.review import (
    review,
    review_actions,
    review_queue,
    review_totals,
)
from gisland.pages.review_patch import review_patch, review_reasons
from gisland.pages.runs import run_list, run_page
from gisland.pages.site_check import (
    site_check,
    site_check_result,
    site_check_share,
    site_check_title,
)
from gisland.pages.site_check_api import (
    SiteCheckFileView,
    SiteCheckOneView,
    SiteCheckShareView,
    SiteChecksView,
    SiteCheckWhatIfView,
)
from gisland.pages.site_files import site_check_file, site_check_pdf

urlpatterns = [
    # people
    path("login/", LoginPage.as_view(), name="login"),
    path("logout/", LogoutPage.as_view(), name="logout"),
    path("admin/", admin.site.urls),
    # pages
    path("", home, name="home"),
    path("map/", map_page, name="map"),
    path("patches/", patch_list, name="patches"),
    path("patches/<int:patch_id>/", patch_page, name="patch"),
    path("runs/", run_list, name="runs"),
    path("runs/<int:run_id>/", run_page, name="run"),
    path("review/", review, name="review"),
    path("review/queue.json", review_queue, name="review_queue"),
    path("review/totals.json", review_totals, name="review_totals"),
    path("review/actions.json", review_actions, name="review_actions"),
    path("review/act", review_acts.act_on_all, name="review_act_on_all"),
    path("review/undo", review_acts.undo, name="review_undo"),
    path("review/patches/<int:patch_id>.json", review_patch, name="review_patch"),
    path(
        "review/patches/<int:patch_id>/reasons/<int:assessment_id>.json",
        review_reasons,
        name="review_reasons",
    ),
    path("review/patches/<int:patch_id>/act", review_acts.act, name="review_act"),
    path("review/patches/<int:patch_id>/parts", review_acts.parts, name="review_parts"),
    path("review/patches/<int:patch_id>/split", review_acts.split_patch, name="review_split"),
    path("review/patches/<int:patch_id>/visit", review_acts.visit, name="review_visit"),
    path("review/patches/<int:patch_id>/approval", review_approval.add, name="review_approval"),
    path("review/approvals/<int:job_id>.json", review_approval.state, name="review_approval_state"),
    path("review/export.<str:form>", review_files.taken, name="review_export"),
    path("review/files/new.<str:form>", review_jobs.start, name="review_file_start"),
    path("review/files/<int:job_id>.json", review_jobs.state, name="review_file_state"),
    path("review/files/<int:job_id>/stop", review_jobs.stop, name="review_file_stop"),
    path("review/files/<int:job_id>", review_jobs.fetch, name="review_file"),
    path("ratios/", ratio_page, name="ratios"),
    path("ratios/patches/", ratio_patches, name="ratio_patches"),
    path("ratios/bulletin.pdf", ratio_bulletin_pdf, name="ratio_bulletin"),
    path("ratios/figures.xlsx", ratio_xlsx, name="ratio_xlsx"),
    path("site-check/", site_check, name="site_check"),
    path("site-check/<int:site_id>/", site_check_result, name="site_check_result"),
    path("site-check/<int:site_id>/share", site_check_share, name="site_check_share"),
    path("site-check/<int:site_id>/title", site_check_title, name="site_check_title"),
    path("site-check/<int:site_id>/extract.pdf", site_check_pdf, name="site_check_pdf"),
    path("site-check/<int:site_id>/site.<str:form>", site_check_file, name="site_check_file"),
    path("imports/", include("imports.urls")),
    path("cases/", cases.case_list, name="cases"),
    path("cases/open", cases.open_waiting, name="cases_open"),
    path("cases/deadlines/", case_deadlines.case_deadlines, name="case_deadlines"),
    path("cases/deadlines/seen", case_deadlines.case_notices_seen, name="case_notices_seen"),
    path("cases/people/", case_people.case_people, name="case_people"),
    path("cases/audit/", case_audit.case_audit, name="case_audit"),
    path("cases/<int:case_id>/what-if/", case_what_if.case_what_if, name="case_what_if"),
    path("cases/register.xlsx", case_papers.case_register_xlsx, name="case_register"),
    path("cases/papers/", issue_pages.issue_page, name="issue_tables"),
    path("cases/papers/tables.xlsx", issue_pages.issue_xlsx, name="issue_xlsx"),
    path("cases/papers/bulletin.pdf", issue_pages.issue_bulletin, name="issue_bulletin"),
    path("cases/<int:case_id>/", cases.case_page, name="case"),
    path("cases/<int:case_id>/evidence", case_files.case_attach, name="case_attach"),
    path(
        "cases/<int:case_id>/evidence/<int:evidence_id>",
        case_files.case_evidence,
        name="case_evidence",
    ),
    path("cases/<int:case_id>/drafts/<slug:code>.docx", case_papers.case_draft, name="case_draft"),
    path("cases/<int:case_id>/file.zip", case_files.case_file_zip, name="case_file"),
    path("clues/", clues.clue_list, name="clues"),
    path("clues/new/", clues.clue_new, name="clue_new"),
    path("clues/<int:clue_id>/", clues.clue_page, name="clue"),
    path("clues/<int:clue_id>/settle", clues.clue_settle_step, name="clue_settle"),
    path("clues/<int:clue_id>/person", clues.clue_person, name="clue_person"),
    path("clues/<int:clue_id>/files/<int:file_id>", clues.clue_file, name="clue_file"),
    path("cases/<int:case_id>/result", case_facts.case_result, name="case_result"),
    path("cases/<int:case_id>/rectification", case_facts.case_rectify, name="case_rectify"),
    path("field/", field.field_page, name="field"),
    path("field/worker.js", field.field_worker, name="field_worker"),
    path("field/cases.json", field.field_cases, name="field_cases"),
    path("field/cases/<int:case_id>/<str:moment>.svg", field.field_picture, name="field_picture"),
    path("field/cases/<int:case_id>/result", field.field_result, name="field_result"),
    path("campaigns/", campaigns.campaign_list, name="campaigns"),
    path("campaigns/<slug:code>/", campaigns.campaign_page, name="campaign"),
    path("campaigns/<slug:code>/tables.xlsx", campaigns.campaign_xlsx, name="campaign_xlsx"),
    path("campaigns/<slug:code>/table.pdf", campaigns.campaign_pdf, name="campaign_pdf"),
    # machines
    path("api/site-checks/", SiteChecksView.as_view(), name="api-site-checks"),
    path("api/site-checks/<int:number>/", SiteCheckOneView.as_view(), name="api-site-check"),
    path(
        "api/site-checks/<int:number>.<slug:form>",
        SiteCheckFileView.as_view(),
        name="api-site-check-file",
    ),
    path(
        "api/site-checks/<int:number>/what-if/",
        SiteCheckWhatIfView.as_view(),
        name="api-site-check-what-if",
    ),
    path(
        "api/site-checks/<int:number>/share/",
        SiteCheckShareView.as_view(),
        name="api-site-check-share",
    ),
    path("api/clues/", CluesView.as_view(), name="api-clues"),
    path("api/clues/<int:clue_id>/", ClueOneView.as_view(), name="api-clue"),
    path("api/issue-tables/", IssueTablesView.as_view(), name="api-issue-tables"),
    path("api/", include("spatial.urls")),
    path("healthz", healthz, name="healthz"),
    path("", include("tiles.urls")),
]

handler400 = "gisland.errors.bad_request"
handler403 = "gisland.errors.forbidden"
handler404 = "gisland.errors.not_found"
handler500 = "gisland.errors.failed"
