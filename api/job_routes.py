"""The HTTP interface of long computations."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel

from negotiation.analyses import analysis
from negotiation.errors import NotApplicableError, TooLargeError, UnknownNameError

from . import work
from .doors import address_of
from .jobs import Jobs, Question, TooManyJobsError
from .problems import documented
from .routes import ComputeOf, StoreOf, game_source
from .schemas import AnalysisBody
from .storage.database import StorageError

router = APIRouter(prefix="/api/jobs", tags=["jobs"])
JobName = Annotated[str, Path(description="A job's identifier", pattern=r"^[0-9a-f]{32}$")]


class JobLine(BaseModel):
    """A long computation: how large it was estimated to be, how far it is, and what came of it."""

    name: str
    state: str
    estimate: str
    progress: float
    said: str
    created_at: str
    changed_at: str
    answer: dict[str, Any] | None
    problem: dict[str, Any] | None


async def jobs_of(request: Request) -> Jobs:
    """Return the application's jobs."""
    found: Jobs = request.app.state.jobs
    return found


JobsOf = Annotated[Jobs, Depends(jobs_of)]


@router.post(
    "/{name}",
    status_code=202,
    summary="Begin a long computation",
    responses=documented(UnknownNameError, NotApplicableError, TooLargeError, TooManyJobsError, StorageError),
)
async def begin(
    *,
    name: Annotated[str, Path(examples=["levers"])],
    body: AnalysisBody,
    request: Request,
    response: Response,
    store: StoreOf,
    compute: ComputeOf,
    jobs: JobsOf,
) -> JobLine:
    """Queue an analysis and say how large it is; the same question as before is answered at once."""
    analysis(name)
    source = await run_in_threadpool(game_source, store, body.game)
    estimate = await compute.run(work.estimate, name, source, body.request())
    found = await run_in_threadpool(jobs.submit, address_of(request), Question(name, source, body.request()), estimate)
    response.headers["Location"] = f"/api/jobs/{found['name']}"
    response.headers["Retry-After"] = "1"
    return JobLine(**found)


@router.get("/{job}", summary="How a computation stands", responses=documented(UnknownNameError))
async def job(job: JobName, jobs: JobsOf) -> JobLine:
    """Return state, progress, and the answer once it is there."""
    return JobLine(**await run_in_threadpool(jobs.get, job))


@router.delete("/{job}", summary="Stop a computation", responses=documented(UnknownNameError))
async def cancel(job: JobName, jobs: JobsOf) -> JobLine:
    """Ask a computation to end; what it has found by then is its answer."""
    return JobLine(**await run_in_threadpool(jobs.cancel, job))
