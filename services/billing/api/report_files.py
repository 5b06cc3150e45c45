"""What billing makes to be saved: a document, and a report as the spreadsheet of its sections or one section as CSV."""

from flask import Response

from chassis.report_documents import report_xlsx, section_csv
from chassis.workbooks import XLSX
from contracts.report import Report, Section

CSV = "text/csv; charset=utf-8"


def as_file(report: Report, suffix: str, main: Section) -> Response:
    """The report as `suffix` "xlsx", or its `main` section as "csv", to be saved."""
    if suffix == "xlsx":
        return sent(report_xlsx(report), XLSX, f"{report.name}.xlsx")
    return sent(section_csv(main), CSV, f"{report.name}.{suffix}")


def sent(content: bytes, content_type: str, name: str) -> Response:
    """A file to be saved under a name."""
    response = Response(content, content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
