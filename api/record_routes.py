"""The record of a workshop: sheets for spreadsheets, one file that opens elsewhere, pooled results."""

from __future__ import annotations

import csv
import io
from typing import Annotated, Any, Literal

import xlsxwriter
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from negotiation.errors import IllegalMoveError, TimedOutError, TooLargeError

from .compute import Compute
from .doors import keep
from .problems import documented
from .records import BrokenArchiveError, Records
from .routes import ComputeOf
from .storage.database import StorageError
from .workshop.archive import Archive, Checked, followed
from .workshop.events import BrokenLogError
from .workshop.sheets import Sheet, harmless
from .workshop_routes import REFUSALS, WorkshopName, leader, owner, workshops_of
from .workshop_schemas import MadeWorkshop, TableLine

router = APIRouter(prefix="/api", tags=["records"])
Texts = Annotated[bool, Query(description="With what people wrote in their own words, and the names they chose")]
Pages = Literal["decisions", "rounds", "proposals", "votes", "codebook"]
BOM = "\ufeff"


async def records_of(request: Request) -> Records:
    """Return the application's records."""
    found: Records = request.app.state.records
    return found


RecordsOf = Annotated[Records, Depends(records_of)]


@router.get("/workshops/{workshop}/export.csv", summary="One sheet of the record for spreadsheets", responses=REFUSALS, response_class=Response)
async def export_csv(workshop: WorkshopName, request: Request, records: RecordsOf, sheet: Pages = "decisions", texts: Texts = False) -> Response:
    """Return a sheet as CSV in UTF-8; the sheet `codebook` says what stands in each column."""
    await run_in_threadpool(leader, request, await workshops_of(request), workshop)
    found = {one.name: one for one in await run_in_threadpool(records.sheets, workshop, texts)}[sheet]
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([column.name for column in found.columns])
    writer.writerows([[harmless(cell) for cell in row] for row in found.rows])
    return _file(BOM + text.getvalue(), "text/csv; charset=utf-8", f"{workshop}-{sheet}.csv")


@router.get("/workshops/{workshop}/export.xlsx", summary="The record as a workbook", responses=REFUSALS, response_class=Response)
async def export_xlsx(workshop: WorkshopName, request: Request, records: RecordsOf, texts: Texts = False) -> Response:
    """Return all sheets and the codebook as one workbook; texts stay texts, numbers numbers."""
    await run_in_threadpool(leader, request, await workshops_of(request), workshop)
    found = await run_in_threadpool(records.sheets, workshop, texts)
    body = await run_in_threadpool(_workbook, found)
    return _file(body, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", f"{workshop}.xlsx")


@router.get("/workshops/{workshop}/export.json", summary="The record as JSON", responses=REFUSALS)
async def export_json(workshop: WorkshopName, request: Request, records: RecordsOf, texts: Texts = False) -> dict[str, Any]:
    """Return all sheets as lists of objects, with the codebook."""
    await run_in_threadpool(leader, request, await workshops_of(request), workshop)
    found = await run_in_threadpool(records.sheets, workshop, texts)
    return {sheet.name: [dict(zip([column.name for column in sheet.columns], row, strict=True)) for row in sheet.rows] for sheet in found}


@router.get("/workshops/{workshop}/archive", summary="The whole workshop in one file", responses=REFUSALS)
async def archive(workshop: WorkshopName, request: Request, records: RecordsOf) -> Response:
    """Return the logs of all tables with their hashes; it opens on another server, which works every figure out again."""
    await run_in_threadpool(owner, request, await workshops_of(request), workshop)
    found = await run_in_threadpool(records.archive, workshop)
    return JSONResponse(found, headers={"Content-Disposition": f'attachment; filename="{workshop}.workshop.json"', "Cache-Control": "no-store"})


@router.post("/archives/check", summary="Work an archive out again", responses=documented(BrokenArchiveError, TooLargeError, TimedOutError))
async def check_archive(body: Archive, compute: ComputeOf) -> dict[str, Any]:
    """Verify the logs of an archive and compute every figure again, without keeping anything."""
    return (await _followed(compute, body)).as_dict()


async def _followed(compute: Compute, archive: Archive) -> Checked:
    """Work an archive out in a worker: nobody knows how much there is to do, and it has to end some time."""
    try:
        return await compute.run(followed, archive)
    except BrokenLogError as error:
        raise BrokenArchiveError(error.message, "send another copy") from None
    except RecursionError:  # on its way to the worker
        raise BrokenArchiveError("the archive is nested too deep", "send another copy") from None


@router.post("/archives", status_code=201, summary="Open an archive", responses=documented(BrokenArchiveError, IllegalMoveError, TooLargeError, StorageError))
async def open_archive(body: Archive, request: Request, response: Response, records: RecordsOf, compute: ComputeOf) -> MadeWorkshop:
    """Take a workshop in from another server; it goes on here under a new owner's secret."""
    request.app.state.host.allow(request)
    await _followed(compute, body)
    made = await run_in_threadpool(records.open_archive, body)
    keep(response, request, made.workshop, made.secret)
    return MadeWorkshop(workshop=made.workshop, secret=made.secret, tables=[TableLine(room=room, code=code) for room, code in made.tables])


@router.get("/workshops/{workshop}/pooled", summary="All tables together", responses=REFUSALS)
async def pooled(workshop: WorkshopName, request: Request, records: RecordsOf) -> dict[str, Any]:
    """Return each round's cooperation and mean earnings, table by table and over all."""
    await run_in_threadpool(leader, request, await workshops_of(request), workshop)
    return await run_in_threadpool(records.pooled, workshop)


@router.get("/workshops/{workshop}/compared", summary="Beside earlier groups and bots", responses=REFUSALS)
async def compared(workshop: WorkshopName, request: Request, records: RecordsOf) -> dict[str, Any]:
    """Return each round's cooperation here, in earlier groups that played the same game on this server, and of bots that all follow one rule."""
    await run_in_threadpool(leader, request, await workshops_of(request), workshop)
    return await run_in_threadpool(records.compared, workshop)


def _workbook(found: list[Sheet]) -> bytes:
    memory = io.BytesIO()
    book = xlsxwriter.Workbook(memory, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True})
    bold = book.add_format({"bold": True})
    for sheet in found:
        page = book.add_worksheet(sheet.name)
        page.write_row(0, 0, [column.name for column in sheet.columns], bold)
        for number, row in enumerate(sheet.rows, 1):
            page.write_row(number, 0, [harmless(cell) for cell in row])
        page.freeze_panes(1, 0)
    book.close()
    return memory.getvalue()


def _file(body: str | bytes, kind: str, name: str) -> Response:
    return Response(body, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"})
