"""Why a launch fails. A person sees them as words of the page, by their codes."""

from __future__ import annotations

from api.problem import Unauthorized, Unavailable
from consultation.errors import AnamneseError, InputError


class LaunchFailed(AnamneseError):
    code = "launch_failed"
    hint = "Open the page again from the patient's record in the EHR."


class UnknownEhr(LaunchFailed):
    code = "launch_unknown_ehr"
    hint = "Its iss must be in ANAMNESE_SMART_EHRS exactly as the EHR sends it."


class LaunchExpired(LaunchFailed):
    """Also one that was used before, or never begun."""

    code = "launch_expired"


class OtherBrowser(LaunchFailed):
    code = "launch_other_browser"


class Denied(LaunchFailed):
    code = "launch_denied"
    hint = "The person, or the EHR's administrator, must allow what is asked for."


class EhrRefused(LaunchFailed):
    code = "launch_ehr_refused"
    hint = "Compare client id, redirect address, scopes and key with the EHR's registration."


class EhrAway(LaunchFailed, Unavailable):
    code = "launch_ehr_unavailable"
    hint = "Check that the service reaches the EHR, and ANAMNESE_SMART_NETWORKS if it is inside."


class EhrAnswer(LaunchFailed):
    code = "launch_ehr_answer"
    hint = "The EHR answers what SMART App Launch 2 does not allow; the log names which step."


class BadIdToken(LaunchFailed):
    """``id_token`` is not one for this launch; the log says why."""

    code = "launch_id_token"
    hint = "Compare the clocks, the client id, and the issuer in the EHR's discovery."


class NoPatient(LaunchFailed):
    code = "launch_no_patient"
    hint = "The launch must choose a patient: scope launch, or launch/patient."


class NotPractitioner(LaunchFailed):
    code = "launch_not_practitioner"
    hint = "fhirUser must be a Practitioner of the EHR."


class OtherPatient(LaunchFailed):
    code = "launch_other_patient"
    hint = "The encounter that the EHR names is not of the patient that it names."


class ClientUnready(LaunchFailed):
    code = "launch_client_unready"
    hint = "The secret or the key of this EHR in ANAMNESE_SMART_EHRS cannot be read."


class TooManyLaunches(LaunchFailed, Unavailable):
    code = "launch_too_many"
    hint = "Too many launches wait for somebody to sign in; they end after ten minutes."


class NothingToTrade(Unauthorized):
    code = "launch_expired"
    hint = LaunchFailed.hint


class UnknownLaunch(InputError):
    """A recording names a launch of somebody else, or one that is too long ago."""

    code = "launch_over"
    hint = "Send it without launch; whose it is must be given by PUT …/document-context then."
