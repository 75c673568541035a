"""Every error that Avouch raises: its code, status, whether to retry, and what to do next.

A message names the place (an id, a file name, an offset) and never the content of a document,
a question or an answer: errors travel into logs.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True)
class Kind:
    """What is known of an error before it happens. ``status`` is the HTTP status that it maps to."""

    status: int
    retryable: bool
    todo: str


class Code(Enum):
    """The closed list of error codes; the name is what a user sees and searches for."""

    # the home
    HOME_MISSING = Kind(404, False, "Run `avouch init`, or point --home / AVOUCH_HOME at a home.")
    HOME_EXISTS = Kind(409, False, "Choose another folder, or use the home that is there.")
    HOME_LOCKED = Kind(423, True, "Wait for the other process to end, or stop it, then try again.")
    HOME_NEWER = Kind(409, False, "Install the Avouch version that wrote this home, or a newer one.")
    HOME_OLDER = Kind(409, False, "Make a backup with that version, then run `avouch migrate`.")
    HOME_DAMAGED = Kind(500, False, "Run `avouch status --deep`; restore from a backup if it persists.")
    STATE_UNAVAILABLE = Kind(503, True, "Check that PostgreSQL runs and can be reached; nothing was done: try again.")
    STATE_UNKNOWN = Kind(503, False, "Look in the ledger whether the act is there before you repeat it.")
    INGEST_BUSY = Kind(409, True, "Another ingest, backup or collection is under way: try again when it has ended.")
    KEY_MISSING = Kind(500, False, "Put the key file back, or name its folder with AVOUCH_KEYS (restore: --keys).")
    KEY_WRONG = Kind(500, False, "Use the keys of this home: see `avouch key list`.")
    DISK_FULL = Kind(507, True, "Free some space; nothing was half done, so the same command goes on.")
    CONFIG_INVALID = Kind(400, False, "Correct the setting that is named.")
    # requests
    INPUT_INVALID = Kind(400, False, "Correct the value that is named and try again.")
    QUESTION_EMPTY = Kind(400, False, "Ask a question of at least one word.")
    QUESTION_TOO_LONG = Kind(413, False, "Ask a question of at most 4,000 characters.")
    TIME_INVALID = Kind(400, False, "Write a date (2025-06-01) or an RFC 3339 time with its zone.")
    NOT_FOUND = Kind(
        404, False, "Check the id: each kind of thing has a list (`avouch documents list`, `voucher list` …)."
    )
    PRINCIPAL_UNKNOWN = Kind(404, False, "Add the person with `avouch principal add NAME`.")
    PRINCIPAL_EXISTS = Kind(409, False, "Choose another name; a name is never given twice.")
    FORBIDDEN = Kind(403, False, "Ask somebody whose role allows it (`avouch principal list` tells the roles).")
    UNAUTHENTICATED = Kind(401, False, "Sign in again, or use a key that is in force: `avouch access key list`.")
    RATE_LIMITED = Kind(429, True, "Wait for the time that is named, then try again.")
    OVERLOADED = Kind(429, True, "Too much is under way; nothing was begun. Wait for the time that is named.")
    STOPPING = Kind(503, True, "The server is shutting down; nothing was begun. Try again in a moment.")
    TIMEOUT = Kind(504, False, "Look whether the act is there before you repeat it, or repeat it with its key.")
    REQUEST_TIMEOUT = Kind(408, True, "The request came too slowly; send it again in one go.")
    REQUEST_MALFORMED = Kind(400, False, "Send a well-formed HTTP/1.1 request of at most 16 kB of headers.")
    METHOD_UNKNOWN = Kind(405, False, "Use one of the methods in `Allow`: see the OpenAPI description.")
    BODY_TOO_LARGE = Kind(413, False, "Send less at once, or raise max_body_bytes or max_upload_bytes.")
    MEDIA_TYPE = Kind(415, False, "Send what the OpenAPI description of the route names.")
    FORBIDDEN_PATH = Kind(403, False, "Choose a folder below one that the setting `ingest_roots` names.")
    FORBIDDEN_ORIGIN = Kind(403, False, "Send the request from the service's own pages, or with a key.")
    FORBIDDEN_HOST = Kind(421, False, "Use a name that the setting `hosts` lists.")
    FILE_NAME_INVALID = Kind(400, False, "Send a plain file name of 1 to 200 bytes, without folders.")
    IDEMPOTENCY_MISMATCH = Kind(409, False, "Use a new Idempotency-Key: this one stands for another request.")
    IDEMPOTENCY_UNKNOWN = Kind(409, False, "Look whether the act is there; then use a new Idempotency-Key.")
    PRECONDITION_FAILED = Kind(412, False, "Read it again: it is not what it was when you read it.")
    TLS_REQUIRED = Kind(400, False, "Give --cert and --key, serve on loopback, or say --insecure-plain-http.")
    INTERNAL = Kind(500, False, "Report it with the request id; the log holds the kind of the error.")
    PROVIDER_FAILED = Kind(502, True, "Check the identity provider and the issuer's settings, then sign in again.")
    POLICY_INVALID = Kind(422, False, "Correct the policy that is named; `avouch policy test DIR` tells the same.")
    POLICY_NAMES_DOCUMENT = Kind(
        422, False, "Decide by attributes: labels, kind, classification; for one record, use a compartment."
    )
    POLICY_TEST_FAILED = Kind(409, False, "Correct the policy or its test cases; `avouch policy test` shows each.")
    PART_FORGED = Kind(
        500, False, "Nothing is made with it. Activate another version, and look at who wrote to the database."
    )
    RELEASE_UNTRIED = Kind(
        409, False, "Run `avouch redteam run` for this release, or say with --override why it goes live without."
    )
    SEPARATION_OF_DUTIES = Kind(403, False, "Let another admin or owner approve what you proposed.")
    MASK_MISMATCH = Kind(500, False, "Nothing was answered. Report this: mask and policy disagree.")
    ERASED = Kind(410, False, "The content was erased for good; the proofs about it still hold.")
    CONFIRM_WITHDRAWALS = Kind(409, False, "Check that the source is whole; if so, repeat with --confirm-withdrawals.")
    # ingest: one line in the report, the run goes on
    PATH_MISSING = Kind(404, False, "Check the path.")
    FILE_UNREADABLE = Kind(403, False, "Give the process the right to read the file.")
    FILE_EMPTY = Kind(422, False, "Remove the file, or put its content back.")
    FILE_TOO_LARGE = Kind(413, False, "Split the file, or raise ingest.max_file_bytes.")
    FILE_CHANGED = Kind(409, True, "The file changed while it was read; ingest again.")
    FILE_OUTSIDE = Kind(403, False, "The link leads out of the folder; ingest its target by its own path.")
    TYPE_UNKNOWN = Kind(415, False, "Convert to text, Markdown, HTML, PDF, DOCX, CSV or JSONL.")
    ENCODING_UNKNOWN = Kind(422, False, "Save the file as UTF-8.")
    REVOKED = Kind(409, False, "Mend what is wrong in the file: what differs is taken in as a new version.")
    PARSE_FAILED = Kind(422, False, "Open the file in its own program and save it anew.")
    PDF_ENCRYPTED = Kind(422, False, "Save the PDF without a password.")
    PDF_SCANNED = Kind(422, False, "The PDF has no text, only images: run OCR over it first.")
    ARCHIVE_BOMB = Kind(422, False, "The file unpacks to far more than it holds; do not trust it.")
    LINE_TOO_LONG = Kind(413, False, "Break the text into lines, or raise ingest.max_line_chars.")
    TEXT_EMPTY = Kind(422, False, "Nothing readable is in the file.")
    COLUMN_MISSING = Kind(422, False, "Name the columns with --map, e.g. --map id=code --map text=body.")
    METADATA_INVALID = Kind(422, False, "Correct the front matter or the manifest entry.")
    RECORD_INVALID = Kind(422, False, "Correct the record at the line that is named.")
    RECORD_DUPLICATE = Kind(409, False, "Two records have one id; give each its own.")
    # engines
    MODEL_INVALID = Kind(
        500, False, "Point `model` in avouch.toml at a folder with a BERT-family model and tokenizer.json."
    )
    MODEL_CHANGED = Kind(409, False, "Put the setting `model` back, or take the sources into a new home.")
    MODEL_DIGEST = Kind(500, False, "The weights are not the pinned ones; install them anew.")
    MODEL_UNAVAILABLE = Kind(
        503, True, "Check that the model's server runs and can be reached: `avouch model test NAME`."
    )
    MODEL_TIMEOUT = Kind(504, True, "Ask again, give the question more time, or activate a faster model.")
    MODEL_REFUSED = Kind(502, False, "Check the model's name, key and limits at its server: `avouch model test NAME`.")
    MODEL_BROKEN = Kind(502, True, "The model's server sent no whole reply; try again, or look at its log.")
    SECRET_MISSING = Kind(
        500, False, "Put the key where the model's `key` says (env:AVOUCH_KEY_NAME or file:NAME), for no other's eyes."
    )
    CONTEXT_TOO_SMALL = Kind(422, False, "Ask a shorter question, or a model with more context.")
    TEMPLATE_INVALID = Kind(422, False, "Correct the template: docs/models.md says what one must have.")
    BUDGET_SPENT = Kind(429, True, "Wait for the next day (UTC), or have the limit that is named raised.")
    STORAGE_UNAVAILABLE = Kind(503, True, "Check the bucket, its endpoint and the AWS_ credentials, then try again.")
    SINK_UNAVAILABLE = Kind(503, True, "Check that the receiver runs and can be reached; what it missed is sent again.")
    SINK_REFUSED = Kind(502, False, "Check the receiver's address, certificate, token and limits; nothing is skipped.")
    INDEX_STALE = Kind(503, True, "Run `avouch index rebuild`; it reads the lake and loses nothing.")
    # the ledger and what it proves
    LEDGER_BROKEN = Kind(500, False, "Keep the home as it is and compare with an anchored checkpoint.")
    PROOF_INVALID = Kind(422, False, "Do not rely on this file; ask its sender for the original.")
    VOUCHER_MALFORMED = Kind(422, False, "This is not a voucher, or it was cut short; export it again.")
    BACKUP_INVALID = Kind(422, False, "Use another backup: this one does not match its own digests.")


class AvouchError(Exception):
    """An error with a code. ``message`` says what and where; ``todo`` says what to do next.

    ``retry_after`` is in seconds, where waiting that long helps.
    """

    def __init__(self, code: Code, message: str, retry_after: float | None = None) -> None:
        super().__init__(f"{code.name}: {message}")
        self.code = code
        self.message = message
        self.retry_after = retry_after

    @property
    def todo(self) -> str:
        return self.code.value.todo

    @property
    def retryable(self) -> bool:
        return self.code.value.retryable

    @property
    def status(self) -> int:
        return self.code.value.status

    def record(self) -> dict[str, str | int | bool]:
        """The one error shape: what every face prints."""
        return {
            "code": self.code.name,
            "message": self.message,
            "todo": self.todo,
            "retryable": self.retryable,
            "status": self.status,
        }
