"""A report of billing as a file: the spreadsheet of all its sections, or one section as CSV."""

from flask import Response

from chassis.report_documents import report_xlsx, section_csv
from chassis.workbooks import XLSX
from contracts.report import Report, Section

CSV = "text/csv; charset=utf-8"


def as_file(report: Report, suffix: str, main: Section) -> Response:
    """The report as `suffix` "xlsx", or its `main` section as "csv", to be saved."""
    if suffix == "xlsx":
        response = Response(report_xlsx(report), mimetype=XLSX)
    else:
        response = Response(section_csv(main), content_type=CSV)
    response.headers["Content-Disposition"] = f'attachment; filename="{report.name}.{suffix}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
