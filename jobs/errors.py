"""Errors of the service.

AnamneseError
├── KeysMissing            no encryption keys, or not the one that is needed
├── Damaged                what is stored was cut, altered, or belongs elsewhere
├── NotFound               no such thing in this organisation
├── AudioDeleted           there was a recording
├── Conflict               the state does not allow it
├── Cancelled              somebody cancelled the job
├── LostJob                another worker has taken this job over
├── StorageQuota           the organisation may store no more
├── TooManyUnfinished      the organisation has too much waiting
├── AudioAway              the bucket with the recordings does not answer (retryable)
└── StepFailed             a step of a job ended with a code; carries no text of the cause
"""

from __future__ import annotations

from consultation.errors import AnamneseError, StorageError


class KeysMissing(AnamneseError):
    code = "keys_missing"
    exit_code = 2
    hint = "Make keys with: anamnese keys new FILE, and set ANAMNESE_KEYS_FILE."


class Damaged(StorageError):
    code = "damaged"
    hint = "Restore the database and the audio folder from the same backup."


class NotFound(AnamneseError):
    code = "not_found"
    exit_code = 2
    hint = "Check the id; it may have been deleted."


class AudioDeleted(NotFound):
    code = "audio_deleted"
    hint = "It was signed off, too old, or deleted; transcript and notes stay."


class Conflict(AnamneseError):
    code = "conflict"
    exit_code = 2


class Cancelled(AnamneseError):
    code = "cancelled"


class LostJob(AnamneseError):
    code = "lost_job"
    hint = "Another worker does this job."


class StepFailed(AnamneseError):
    """Its text is the code, because the engine of jobs writes texts into its tables."""

    def __init__(self, code: str, *, hint: str = "", retryable: bool = False) -> None:
        super().__init__(code, hint=hint, retryable=retryable)
        self.code = code


class StorageQuota(AnamneseError):
    code = "storage_quota_exceeded"
    hint = "Sign off or erase consultations, or have ANAMNESE_QUOTA_STORED_GB raised."


class TooManyUnfinished(AnamneseError):
    code = "too_many_unfinished"
    retryable = True
    hint = "Wait until some of the recordings that were sent are done."
    retry_after = 30.0


class AudioAway(StorageError):
    code = "audio_store_unavailable"
    retryable = True
    hint = "Check that the bucket of ANAMNESE_AUDIO_URL answers, and its credentials."
