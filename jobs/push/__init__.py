"""Signed notes on their way to an EHR: FHIR over HTTPS, HL7 v2 over MLLP."""
