"""`/sources` and `/jobs`: documents in, by upload or from a folder of the server."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

from anyio import to_thread
from fastapi import Path as InPath
from fastapi import Request
from pydantic import ValidationError
from starlette.responses import JSONResponse, Response

from avouch.canon import plain
from avouch.errors import AvouchError, Code
from avouch.faces.http import events, jobs, multipart
from avouch.faces.http.bodies import Body, Declared, Id, Line
from avouch.faces.http.door import PREFIX, SELF, Caller, Doors, Stacked
from avouch.records import IngestReport
from avouch.stack import uploads
from avouch.stack.act import authorise
from avouch.stack.ingest import ingest, options_of
from avouch.stack.reading import may
from avouch.stack.stack import Stack

doors = Doors("sources")
Name = Annotated[str, InPath(max_length=63, description="The source: small letters, digits and . _ -")]
TEXT = {"type": "string"}
BYTES = {**TEXT, "format": "binary"}
FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "anyOf": [{"required": ["files"]}, {"required": ["tree"]}],
                    "properties": {
                        "files": {"type": "array", "items": BYTES},
                        "tree": {"type": "array", "items": BYTES, "description": "Files named by paths: a/b.md."},
                        "labels": {**TEXT, "description": "Groups that may see it: a,b."},
                        "columns": {**TEXT, "description": "id=code,text=body"},
                        **dict.fromkeys(("classification", "class_reviewed", "valid_from", "valid_to"), TEXT),
                    },
                }
            }
        },
    }
}
STREAM = {"responses": {"200": {"content": {events.MEDIA: {"schema": TEXT}}}}}


class FromFolder(Declared):
    """A folder or file of the server, below one that its settings name."""

    path: Line
    confirm_withdrawals: bool = False


class LimitsShape(Body):
    """What one upload may hold: files, bytes of each, bytes in all (the form's own included)."""

    files: int
    file_bytes: int
    upload_bytes: int


@doors("GET", "/sources/limits", act="ingest", returns=LimitsShape)
def limits(stack: Stacked, caller: Caller) -> dict[str, int]:
    """How much may be uploaded at once; send what is more in several forms."""
    settings = stack.settings
    most = settings.max_upload_bytes
    return {"files": multipart.FILES, "file_bytes": min(settings.max_file_bytes, most), "upload_bytes": most}


@doors("POST", "/sources/{name}/files", act="ingest", status=202, returns=jobs.JobShape, upload=True, extra=FORM)
async def upload(request: Request, stack: Stacked, caller: Caller, name: Name) -> Response:
    """Upload files into a source. They are added; what was uploaded before stays until it is withdrawn."""
    await to_thread.run_sync(authorise, stack, "ingest", caller)
    uploads.source_name(name)
    held = ExitStack()
    try:
        folder = await to_thread.run_sync(held.enter_context, uploads.spool(stack.home))
        form = await multipart.receive(request, folder, stack.settings.max_file_bytes)
        declared = declared_in(form.fields)
        job = request.app.state.jobs.begin(
            caller, request.state.request_id, lambda job: taken_in(stack, caller, folder, declared, job, name, held)
        )
    except BaseException:
        held.close()
        raise
    return begun(request, job)


def taken_in(
    stack: Stack, caller: Caller, folder: Path, declared: Declared, job: jobs.Job, name: str, held: ExitStack
) -> IngestReport:
    with held:
        options = options_of(stack.settings, declared.metadata(), dict(declared.columns))
        return ingest(stack, caller, folder, options, job.progress, upload=name)


def declared_in(fields: dict[str, str]) -> Declared:
    """The fields of a form as what they declare; INPUT_INVALID, naming the field."""
    told: dict[str, Any] = dict(fields)
    for name in ("labels", "columns"):
        parts = [part.strip() for part in told.pop(name, "").split(",") if part.strip()]
        if parts:
            told[name] = parts if name == "labels" else dict(part.partition("=")[::2] for part in parts)
    try:
        declared = Declared(**{key: value for key, value in told.items() if value != ""})
        declared.metadata()
    except (ValidationError, TypeError) as error:
        places = [str(one["loc"][0])[:40] for one in error.errors()] if isinstance(error, ValidationError) else []
        raise AvouchError(Code.INPUT_INVALID, f"body.{', '.join(places[:5])}: invalid") from error
    return declared


def begun(request: Request, job: jobs.Job) -> Response:
    """The job that was begun: as it stands, or as it goes on."""
    if events.MEDIA in request.headers.get("accept", ""):
        return events.streamed(jobs.told(job))
    return JSONResponse(plain(job.shape()), 202, {"location": f"{PREFIX}/jobs/{job.id}"})


@doors("POST", "/sources/folder", act="ingest", status=202, returns=jobs.JobShape, stream=True)
def folder(request: Request, stack: Stacked, caller: Caller, body: FromFolder) -> Response:
    """Bring a source up to date with a folder of the server: new, changed and vanished documents."""
    authorise(stack, "ingest", caller)
    root = allowed(stack, body.path)
    options = options_of(stack.settings, body.metadata(), dict(body.columns))

    def work(job: jobs.Job) -> IngestReport:
        report = ingest(stack, caller, root, options, job.progress, body.confirm_withdrawals)
        if report.awaiting:
            text = f"{report.awaiting} documents are gone, more than a tenth of their source; nothing was withdrawn"
            job.report = report
            raise AvouchError(Code.CONFIRM_WITHDRAWALS, text)
        return report

    return begun(request, request.app.state.jobs.begin(caller, request.state.request_id, work))


def allowed(stack: Stack, path: str) -> Path:
    """The folder, links followed; FORBIDDEN_PATH unless it lies below one that the settings name."""
    roots = [Path(one).expanduser().resolve() for one in stack.settings.ingest_roots.split(":") if one]
    told = Path(path)
    try:
        found = told.resolve()
    except (OSError, RuntimeError, ValueError):
        found = told
    if not told.is_absolute() or ".." in told.parts or not any(found.is_relative_to(root) for root in roots):
        raise AvouchError(Code.FORBIDDEN_PATH, "body.path: not below a folder that may be taken in")
    return found


@doors("GET", "/jobs/{job_id}", act=SELF, returns=jobs.JobShape)
def job(request: Request, stack: Stacked, caller: Caller, job_id: Id) -> jobs.JobShape:
    """A job that you began; with the right to operate, any of the tenant."""
    found: jobs.Job = request.app.state.jobs.of(caller, job_id, may(stack, caller, "operate"))
    return found.shape()


@doors("GET", "/jobs/{job_id}/events", act=SELF, stream=True, extra=STREAM)
def follow(request: Request, stack: Stacked, caller: Caller, job_id: Id) -> Response:
    """The events of a job from where it stands: ``progress``, then ``report`` or ``problem``. Come back at will."""
    return events.streamed(jobs.told(request.app.state.jobs.of(caller, job_id, may(stack, caller, "operate"))))
